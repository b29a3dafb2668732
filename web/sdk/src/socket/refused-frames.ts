/** Which unacknowledged frames a server closed the socket over, so that they are not sent again. */
import { CLOSE_CODES } from '../wire.generated.ts';
import { jsonBytes } from './frame.ts';

/** Sockets that may close over a frame before it is given up. */
const MAX_REFUSALS = 2;

export class RefusedFrames<Key> {
  /** How many sockets were closed while the frame was unacknowledged on them. */
  #counts = new Map<Key, number>();

  /**
   * `sent`: the unacknowledged frames of the closed socket by their keys. After 1009 it was the largest of them, after 4500 any of the
   * last; other codes don't tell, so it is those over which a second socket closed.
   */
  blame(code: number, sent: ReadonlyMap<Key, object>): ReadonlySet<Key> {
    this.#counts = new Map([...sent.keys()].map((key) => [key, (this.#counts.get(key) ?? 0) + 1]));
    if (code === CLOSE_CODES.malformed) return new Set(sent.keys());
    if (code === CLOSE_CODES.too_large) return largest(sent);
    return new Set([...sent.keys()].filter((key) => (this.#counts.get(key) ?? 0) >= MAX_REFUSALS));
  }
}

function largest<Key>(sent: ReadonlyMap<Key, object>): ReadonlySet<Key> {
  const bySize = [...sent].map(([key, frame]) => [key, jsonBytes(frame)] as const).sort(([, a], [, b]) => b - a);
  return new Set(bySize.slice(0, 1).map(([key]) => key));
}
