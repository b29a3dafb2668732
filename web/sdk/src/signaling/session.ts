/**
 * A reducer of server frames to the state of the session as one participant sees it. Pure: the time is an argument. Times are
 * the server's, Unix ms.
 */
import type { EndReason, SessionSpec, Signaling } from '../wire.generated.ts';

/** The phase, with the data of that phase only. Times are the server's (Unix ms). */
export type SessionStage =
  | { readonly phase: 'joining' }
  | { readonly phase: 'lobby' }
  | { readonly phase: 'countdown'; readonly liveAt: number }
  | { readonly phase: 'connecting' }
  | { readonly phase: 'live'; readonly startedAt: number; readonly deadlineAt: number; readonly ending: boolean }
  | { readonly phase: 'paused'; readonly startedAt: number; readonly remainingMs: number | null; readonly until: number | null }
  | EndedStage;

/** How a session ended. `absent`: of a no-show, who was not there; `startedAt`: null where it was never live. */
export interface EndedStage {
  readonly phase: 'ended';
  readonly reason: EndReason;
  readonly absent: readonly string[];
  readonly startedAt: number | null;
  readonly endedAt: number;
}

/** `lost`: the peer's socket is gone, and until `until` the same page may resume. `since`: when the peer was last there. Server time (Unix ms). */
export type PeerPresence =
  | { readonly is: 'away'; readonly since: number | null }
  | { readonly is: 'here' }
  | { readonly is: 'lost'; readonly until: number };

/** The other one of the two. */
export interface Peer {
  readonly userId: string;
  readonly name: string;
  readonly presence: PeerPresence;
}

/** What happened and when (server time, Unix ms): an entry of the timeline that is shown after the session. */
export interface TimelineEntry {
  readonly at: number;
  readonly what: 'you_came' | 'you_back' | 'peer_came' | 'peer_lost' | 'peer_back' | 'peer_left' | 'countdown' | 'live' | 'paused' | 'extended' | 'ended';
}

/** What the server has told of the session. `spec`, `me` and `peer` are null until it has let this page in. */
export interface SessionState {
  readonly stage: SessionStage;
  /** The booking, as the newest ticket of the two says it. */
  readonly spec: SessionSpec | null;
  /** The user id of this page's person. */
  readonly me: string | null;
  readonly peer: Peer | null;
  readonly extensionsLeft: number;
  /** User ids of who asks for more time; empty once it is given. */
  readonly extendAskedBy: readonly string[];
  readonly timeline: readonly TimelineEntry[];
}

/** `live` is sent at the end of the countdown; allowed network delay before the screen says that it is connecting (ms). */
const LIVE_LATENCY_ALLOWANCE_MS = 250;

/** Bounds the timeline of a flapping connection; older entries are dropped. */
const MAX_TIMELINE_ENTRIES = 60;

/** The state of a session that the server has told nothing of yet. */
export const BEFORE_JOIN: SessionState = {
  stage: { phase: 'joining' },
  spec: null,
  me: null,
  peer: null,
  extensionsLeft: 0,
  extendAskedBy: [],
  timeline: [],
};

/** Frames that don't concern the session return the same object. */
export function applyFrame(state: SessionState, frame: Signaling.ServerFrame, now: number): SessionState {
  if (state.stage.phase === 'ended') return state;
  switch (frame.type) {
    case 'welcome':
      return welcomed(state, frame, now);
    case 'waiting':
      return waiting(state, frame);
    case 'peer_joined':
      return withTimelineEntry(withPresence(state, { is: 'here' }), now, 'peer_came');
    case 'peer_resumed':
      return withTimelineEntry(withPresence(state, { is: 'here' }), now, 'peer_back');
    case 'peer_lost':
      return withTimelineEntry(withPresence(state, { is: 'lost', until: frame.resume_until }), now, 'peer_lost');
    case 'peer_left':
      return withTimelineEntry(withPresence(state, { is: 'away', since: now }), now, 'peer_left');
    case 'countdown':
      return withTimelineEntry({ ...state, stage: { phase: 'countdown', liveAt: frame.live_at } }, now, 'countdown');
    case 'countdown_cancelled':
      return { ...state, stage: { phase: 'lobby' } };
    case 'live':
      return live(state, frame);
    case 'paused':
      return paused(state, frame, now);
    case 'rescheduled':
      return { ...state, ...sessionFields(state, frame.session), spec: frame.session };
    case 'extend_requested':
      return { ...state, extendAskedBy: [...new Set([...state.extendAskedBy, frame.by])] };
    case 'error':
      // The control disappears, and no request stays pending.
      return frame.code === 'no_extensions_left' ? { ...state, extensionsLeft: 0, extendAskedBy: [] } : state;
    case 'extended':
      return extended(state, frame, now);
    case 'ending':
      return state.stage.phase === 'live'
        ? { ...state, stage: { ...state.stage, deadlineAt: frame.deadline_at, ending: true } }
        : state;
    case 'ended':
      return endSession(state, { reason: frame.reason, absent: frame.absent ?? [] }, now);
    default:
      return state;
  }
}

/** For an end without an `ended` frame: a rejected join, or the deadline while there is no socket. */
export function endSession(
  state: SessionState,
  end: { readonly reason: EndReason; readonly absent?: readonly string[] },
  now: number,
): SessionState {
  if (state.stage.phase === 'ended') return state;
  const startedAt = state.stage.phase === 'live' || state.stage.phase === 'paused' ? state.stage.startedAt : null;
  const stage: EndedStage = { phase: 'ended', reason: end.reason, absent: end.absent ?? [], startedAt, endedAt: now };
  return withTimelineEntry({ ...state, stage }, now, 'ended');
}

/** Turns to `connecting` when the countdown is over and `live` has not arrived. */
export function afterCountdown(state: SessionState, now: number): SessionState {
  if (state.stage.phase !== 'countdown' || now < state.stage.liveAt + LIVE_LATENCY_ALLOWANCE_MS) return state;
  return { ...state, stage: { phase: 'connecting' } };
}

/** When this page closes its media without an `ended` frame; null while the clock is not running. */
export function localDeadline({ stage }: SessionState): number | null {
  return stage.phase === 'live' ? stage.deadlineAt + DEADLINE_GRACE_MS : null;
}

/** `ended` arrives within 250 ms of the deadline. Without it, with or without a socket, media closes after this (ms). */
const DEADLINE_GRACE_MS = 1_000;

function welcomed(state: SessionState, frame: { type: 'welcome' } & Signaling.Welcome, now: number): SessionState {
  const first = state.me === null;
  const joinedBefore = state.timeline.some(({ what }) => what === 'you_came');
  const next: SessionState = {
    ...state,
    ...sessionFields(state, frame.session),
    spec: frame.session,
    me: frame.you.user_id,
    peer: { userId: frame.peer.user_id, name: frame.peer.name, presence: presenceOf(frame.peer, state.peer) },
  };
  return first ? withTimelineEntry(next, now, joinedBefore ? 'you_back' : 'you_came') : next;
}

/** Shared by `welcome` and `rescheduled`. */
function sessionFields(state: SessionState, session: Signaling.SessionNow): Pick<SessionState, 'stage' | 'extensionsLeft' | 'extendAskedBy'> {
  return {
    stage: stageOf(state.stage, session),
    extensionsLeft: session.extensions_left,
    extendAskedBy: session.extend_requested_by === undefined ? [] : [session.extend_requested_by],
  };
}

function stageOf(before: SessionStage, session: Signaling.SessionNow): SessionStage {
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

function presenceOf(peer: Signaling.PeerView, before: Peer | null): PeerPresence {
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
  const resumed = state.stage.phase === 'paused' || state.stage.phase === 'live';
  const stage: SessionStage = { phase: 'live', startedAt: frame.started_at, deadlineAt: frame.deadline_at, ending: false };
  return resumed ? { ...state, stage } : withTimelineEntry({ ...state, stage }, frame.started_at, 'live');
}

function paused(state: SessionState, frame: Signaling.Paused, now: number): SessionState {
  const startedAt = state.stage.phase === 'live' || state.stage.phase === 'paused' ? state.stage.startedAt : now;
  const stage: SessionStage = { phase: 'paused', startedAt, remainingMs: frame.remaining_ms, until: frame.until };
  return withTimelineEntry({ ...state, stage }, now, 'paused');
}

function extended(state: SessionState, frame: Signaling.Extended, now: number): SessionState {
  const stage: SessionStage =
    state.stage.phase === 'live' ? { ...state.stage, deadlineAt: frame.deadline_at, ending: false } : state.stage;
  return withTimelineEntry({ ...state, stage, extensionsLeft: frame.extensions_left, extendAskedBy: [] }, now, 'extended');
}

function withPresence(state: SessionState, presence: PeerPresence): SessionState {
  return state.peer === null ? state : { ...state, peer: { ...state.peer, presence } };
}

function withTimelineEntry(state: SessionState, at: number, what: TimelineEntry['what']): SessionState {
  return { ...state, timeline: [...state.timeline, { at, what }].slice(-MAX_TIMELINE_ENTRIES) };
}
