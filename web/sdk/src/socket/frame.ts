/** Parses the text of a socket into a frame: an object with a `type`. Does not validate the fields of each type. */

export interface AnyFrame {
  readonly type: string;
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
