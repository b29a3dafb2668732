/** From a socket's text to a frame: an object with a `type`. Pure; what a type carries is its reader's business. */

export interface AnyFrame {
  readonly type: string;
}

/** Null for what is no frame; it is dropped, and the socket lives. */
export function parseFrame(text: string): AnyFrame | null {
  try {
    const value: unknown = JSON.parse(text);
    const isFrame = typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
    return isFrame ? (value as AnyFrame) : null;
  } catch {
    return null;
  }
}
