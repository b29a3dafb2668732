/** What passes between a page and the session in its frame, by `postMessage`: the page's side of `FrameBridge` in the web app. Pure. */
import { SESSION_EVENTS } from '../session/event-types.ts';
import type { Refusal } from '../session/refusal.ts';
import type { SessionEvents, SessionPhase } from '../session/snapshot.ts';

/** What went wrong in the frame, or that nothing is heard of it (`unreachable`). */
export type EmbeddedProblem = Pick<Refusal, 'code' | 'final'> & Partial<Pick<Refusal, 'reason' | 'message' | 'closeCode'>>;

/** The events of a session (`SessionEvents`), as a frame tells them. Times are the server's (Unix ms). */
export interface EmbedEvents extends Omit<SessionEvents, 'ended' | 'error'> {
  /** The frame has its session, and takes commands. Again after the frame was loaded anew. `opensAt`: of a lobby that is not open yet. */
  ready: { readonly phase: SessionPhase; readonly opensAt: number | null };
  /** Also where it was over before the frame was opened; `endedAt` is null where nobody has noted it. */
  ended: Omit<SessionEvents['ended'], 'endedAt'> & { readonly endedAt: number | null };
  /** `final`: the frame tries nothing more. */
  error: EmbeddedProblem;
}

/** One of `EmbedEvents` with its type. */
export type EmbedEvent = { readonly [Type in keyof EmbedEvents]: { readonly type: Type; readonly event: EmbedEvents[Type] } }[keyof EmbedEvents];

/** What the frame may be asked for. */
export type EmbedCommand =
  | { readonly type: 'mute'; readonly muted: boolean }
  | { readonly type: 'camera'; readonly off: boolean }
  | { readonly type: 'extend' | 'leave' | 'come_back' };

/** Of each message in either direction: other scripts of the page post messages, too. */
const NAME = 'rendezvous';

const TYPES: ReadonlySet<unknown> = new Set(['ready', ...SESSION_EVENTS]);

/** The event in a message of the frame; null for anything else, as a newer Rendezvous may say. */
export function readEvent(data: unknown): EmbedEvent | null {
  if (typeof data !== 'object' || data === null) return null;
  const { source, type, ...event } = data as Record<string, unknown>;
  return source === NAME && TYPES.has(type) ? ({ type, event } as unknown as EmbedEvent) : null;
}

export function commandMessage(command: EmbedCommand): object {
  return { target: NAME, ...command };
}
