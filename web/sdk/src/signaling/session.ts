/**
 * What a session looks like from one seat: server frames in, state out. Pure: the time is an argument.
 *
 * Knows nothing of sockets, media or screens. Times are the server's, Unix ms.
 */
import type { EndReason, SessionSpec, Signaling } from '../wire.generated.ts';

/** Where the session stands, with exactly what belongs to it. */
export type Stage =
  | { readonly phase: 'joining' }
  | { readonly phase: 'lobby' }
  | { readonly phase: 'countdown'; readonly liveAt: number }
  | { readonly phase: 'connecting' }
  | { readonly phase: 'live'; readonly startedAt: number; readonly deadlineAt: number; readonly ending: boolean }
  | { readonly phase: 'paused'; readonly startedAt: number; readonly remainingMs: number | null; readonly until: number | null }
  | Ended;

export interface Ended {
  readonly phase: 'ended';
  readonly reason: EndReason;
  readonly absent: readonly string[];
  readonly startedAt: number | null;
  readonly endedAt: number;
}

/** How the other seat is taken. Lost is not left: until `until` the same page may come back. */
export type Presence =
  | { readonly is: 'away'; readonly since: number | null }
  | { readonly is: 'here' }
  | { readonly is: 'lost'; readonly until: number };

export interface Peer {
  readonly userId: string;
  readonly name: string;
  readonly presence: Presence;
}

/** A line of the story that is told afterwards. */
export interface Moment {
  readonly at: number;
  readonly what: 'you_came' | 'you_back' | 'peer_came' | 'peer_lost' | 'peer_back' | 'peer_left' | 'countdown' | 'live' | 'paused' | 'extended' | 'ended';
}

export interface SessionState {
  readonly stage: Stage;
  readonly spec: SessionSpec | null;
  readonly me: string | null;
  readonly peer: Peer | null;
  readonly extensionsLeft: number;
  readonly extendAskedBy: readonly string[];
  readonly moments: readonly Moment[];
}

/** `live` is sent at the countdown's end; for so long its travelling is no news (ms). */
const LIVE_ON_ITS_WAY_MS = 250;

/** Most lines of the story that are kept; a flapping connection must not fill the page. */
const LONGEST_STORY = 60;

export const BEFORE_JOIN: SessionState = {
  stage: { phase: 'joining' },
  spec: null,
  me: null,
  peer: null,
  extensionsLeft: 0,
  extendAskedBy: [],
  moments: [],
};

/** The state after a frame. Frames that say nothing about the session leave it as it is. */
export function applyFrame(state: SessionState, frame: Signaling.ServerFrame, now: number): SessionState {
  if (state.stage.phase === 'ended') return state;
  switch (frame.type) {
    case 'welcome':
      return welcomed(state, frame, now);
    case 'waiting':
      return waiting(state, frame);
    case 'peer_joined':
      return told(withPresence(state, { is: 'here' }), now, 'peer_came');
    case 'peer_resumed':
      return told(withPresence(state, { is: 'here' }), now, 'peer_back');
    case 'peer_lost':
      return told(withPresence(state, { is: 'lost', until: frame.resume_until }), now, 'peer_lost');
    case 'peer_left':
      return told(withPresence(state, { is: 'away', since: now }), now, 'peer_left');
    case 'countdown':
      return told({ ...state, stage: { phase: 'countdown', liveAt: frame.live_at } }, now, 'countdown');
    case 'countdown_cancelled':
      return { ...state, stage: { phase: 'lobby' } };
    case 'live':
      return live(state, frame);
    case 'paused':
      return paused(state, frame, now);
    case 'rescheduled':
      return { ...state, ...standing(state, frame.session), spec: frame.session };
    case 'extend_requested':
      return { ...state, extendAskedBy: [...new Set([...state.extendAskedBy, frame.by])] };
    case 'error':
      // Asked in vain: the control goes, and nobody is left waiting for the other one's word.
      return frame.code === 'no_extensions_left' ? { ...state, extensionsLeft: 0, extendAskedBy: [] } : state;
    case 'extended':
      return extended(state, frame, now);
    case 'ending':
      return state.stage.phase === 'live'
        ? { ...state, stage: { ...state.stage, deadlineAt: frame.deadline_at, ending: true } }
        : state;
    case 'ended':
      return ended(state, { reason: frame.reason, absent: frame.absent ?? [] }, now);
    default:
      return state;
  }
}

/** The end that we were not told: a refused join, or the deadline while no socket was there. */
export function ended(
  state: SessionState,
  why: { readonly reason: EndReason; readonly absent?: readonly string[] },
  now: number,
): SessionState {
  if (state.stage.phase === 'ended') return state;
  const startedAt = state.stage.phase === 'live' || state.stage.phase === 'paused' ? state.stage.startedAt : null;
  const stage: Ended = { phase: 'ended', reason: why.reason, absent: why.absent ?? [], startedAt, endedAt: now };
  return told({ ...state, stage }, now, 'ended');
}

/** The countdown's end passed and `live` did not come: what the screen shows until the server speaks. */
export function afterCountdown(state: SessionState, now: number): SessionState {
  if (state.stage.phase !== 'countdown' || now < state.stage.liveAt + LIVE_ON_ITS_WAY_MS) return state;
  return { ...state, stage: { phase: 'connecting' } };
}

/** When this page closes its media by itself if nobody tells it to; null while there is no deadline. */
export function ownDeadline({ stage }: SessionState): number | null {
  return stage.phase === 'live' ? stage.deadlineAt + UNTOLD_GRACE_MS : null;
}

/** `ended` comes within 250 ms of the deadline. Without it, be there a socket or not, media closes after this (ms). */
const UNTOLD_GRACE_MS = 1_000;

function welcomed(state: SessionState, frame: { type: 'welcome' } & Signaling.Welcome, now: number): SessionState {
  const first = state.me === null;
  const came = state.moments.some(({ what }) => what === 'you_came');
  const next: SessionState = {
    ...state,
    ...standing(state, frame.session),
    spec: frame.session,
    me: frame.you.user_id,
    peer: { userId: frame.peer.user_id, name: frame.peer.name, presence: presenceOf(frame.peer, state.peer) },
  };
  return first ? told(next, now, came ? 'you_back' : 'you_came') : next;
}

/** What a session object says about the clock; used by `welcome` and `rescheduled`. */
function standing(state: SessionState, session: Signaling.SessionNow): Pick<SessionState, 'stage' | 'extensionsLeft' | 'extendAskedBy'> {
  return {
    stage: stageOf(state.stage, session),
    extensionsLeft: session.extensions_left,
    extendAskedBy: session.extend_requested_by === undefined ? [] : [session.extend_requested_by],
  };
}

function stageOf(before: Stage, session: Signaling.SessionNow): Stage {
  const { phase, live_at: liveAt, started_at: startedAt, deadline_at: deadlineAt } = session;
  if (phase === 'countdown' && liveAt !== undefined) return { phase, liveAt };
  if (phase === 'live' && startedAt !== undefined && deadlineAt !== undefined) {
    return { phase, startedAt, deadlineAt, ending: before.phase === 'live' && before.ending && before.deadlineAt === deadlineAt };
  }
  if (phase === 'paused' && startedAt !== undefined) {
    return before.phase === 'paused' ? before : { phase, startedAt, remainingMs: null, until: null };
  }
  return phase === 'connecting' ? { phase } : { phase: 'lobby' };
}

function presenceOf(peer: Signaling.PeerView, before: Peer | null): Presence {
  if (peer.present) return { is: 'here' };
  if (peer.resume_until !== undefined) return { is: 'lost', until: peer.resume_until };
  return { is: 'away', since: before?.presence.is === 'away' ? before.presence.since : null };
}

function waiting(state: SessionState, frame: Signaling.Waiting): SessionState {
  const spec = state.spec === null ? null : { ...state.spec, starts_at: frame.starts_at, closes_at: frame.closes_at };
  const alone = state.peer !== null && frame.absent.includes(state.peer.userId) && state.peer.presence.is !== 'lost';
  return alone ? withPresence({ ...state, spec }, { is: 'away', since: frame.since }) : { ...state, spec };
}

function live(state: SessionState, frame: Signaling.Live): SessionState {
  const again = state.stage.phase === 'paused' || state.stage.phase === 'live';
  const stage: Stage = { phase: 'live', startedAt: frame.started_at, deadlineAt: frame.deadline_at, ending: false };
  return again ? { ...state, stage } : told({ ...state, stage }, frame.started_at, 'live');
}

function paused(state: SessionState, frame: Signaling.Paused, now: number): SessionState {
  const startedAt = state.stage.phase === 'live' || state.stage.phase === 'paused' ? state.stage.startedAt : now;
  const stage: Stage = { phase: 'paused', startedAt, remainingMs: frame.remaining_ms, until: frame.until };
  return told({ ...state, stage }, now, 'paused');
}

function extended(state: SessionState, frame: Signaling.Extended, now: number): SessionState {
  const stage: Stage =
    state.stage.phase === 'live' ? { ...state.stage, deadlineAt: frame.deadline_at, ending: false } : state.stage;
  return told({ ...state, stage, extensionsLeft: frame.extensions_left, extendAskedBy: [] }, now, 'extended');
}

function withPresence(state: SessionState, presence: Presence): SessionState {
  return state.peer === null ? state : { ...state, peer: { ...state.peer, presence } };
}

function told(state: SessionState, at: number, what: Moment['what']): SessionState {
  return { ...state, moments: [...state.moments, { at, what }].slice(-LONGEST_STORY) };
}
