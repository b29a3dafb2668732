/** What of the peer still arrives, and how long a pause may last. Pure. */
import type { MediaConnectionState } from '../media/transport.ts';
import type { SessionState } from '../signaling/session.ts';

/**
 * `frozen`: the picture stands still or no media arrives, while the peer's socket is open as far as is known. `dropped`: the peer's
 * socket is closed, whatever still arrives.
 */
export type PeerLine = 'good' | 'frozen' | 'dropped';

/** A session that waits for the peer: what is left of it, and when it ends if the peer stays away (server time, Unix ms). Null where not said. */
export interface Pause {
  readonly remaining_ms: number | null;
  readonly until: number | null;
}

export function peerLineOf({ stage, peer }: SessionState, mediaState: MediaConnectionState, videoFrozen: boolean): PeerLine {
  if (stage.phase !== 'live' && stage.phase !== 'paused') return 'good';
  if (peer?.presence.is !== 'here') return 'dropped';
  return videoFrozen || mediaState === 'interrupted' ? 'frozen' : 'good';
}

/** What is left of a session that waits for the peer; null while it does not. */
export function pauseOf({ stage }: SessionState): Pause | null {
  return stage.phase === 'paused' ? { remaining_ms: stage.remainingMs, until: stage.until } : null;
}
