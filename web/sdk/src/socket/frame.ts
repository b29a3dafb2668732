/** Text of a socket: parses it into a frame, an object with a `type`, and measures what is sent. Does not validate the fields of each type. */

export interface AnyFrame {
  readonly type: string;
}

/** Largest frame that the services read, in bytes of UTF-8: a larger one is answered by close code 1009. */
export const MAX_FRAME_BYTES = 64 * 1024;

/** Thrown instead of sending what the server would never take: nothing was sent, and the socket stays open. */
export class TooLargeError extends Error {
  readonly code = 'too_large';
  /** Bytes of UTF-8 that it would have been, and how many are allowed. */
  readonly bytes: number;
  readonly limit: number;

  constructor(bytes: number, limit: number) {
    super(`${bytes} bytes, at most ${limit} may be sent`);
    this.name = 'TooLargeError';
    this.bytes = bytes;
    this.limit = limit;
  }
}

/** Null for anything else; the caller drops it and keeps the socket open. */
export function parseFrame(text: string): AnyFrame | null {
  try {
    const value: unknown = JSON.parse(text);
    const isFrame = typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
    return isFrame ? (value as AnyFrame) : null;
  } catch {
    return null;
  }
}

/** Throws `TooLargeError` if the value's JSON has more than `limit` bytes of UTF-8. */
export function checkSize(value: unknown, limit: number): void {
  const bytes = jsonBytes(value);
  if (bytes > limit) throw new TooLargeError(bytes, limit);
}

/** Bytes of the value's JSON in UTF-8; 0 for what has no JSON. */
export function jsonBytes(value: unknown): number {
  return utf8Bytes(JSON.stringify(value) ?? '');
}

export function utf8Bytes(text: string): number {
  return new TextEncoder().encode(text).length;
}
