/** Which screen a session shows, and the value of `data-phase`. Pure. */
import type { EndReason, SessionState } from '@rendezvous/client';
import type { CallModel, ClosedReason } from './model.ts';

export type Screen =
  | { readonly screen: 'loading'; readonly retrying: boolean }
  | { readonly screen: 'closed'; readonly why: ClosedReason }
  | { readonly screen: 'early'; readonly opensAt: number; readonly startsAt: number }
  | { readonly screen: 'left'; readonly closesAt: number }
  | { readonly screen: 'lobby' }
  | { readonly screen: 'call' }
  | { readonly screen: 'ended'; readonly end: SessionEnd };

/** From signaling if this page was connected at the end, else from the scheduler. */
export interface SessionEnd {
  readonly reason: EndReason;
  readonly absent: readonly string[];
  readonly startedAt: number | null;
  readonly endedAt: number | null;
}

/** `data-phase` of the session's root element, which the e2e tests and stylesheets use. */
export type DisplayPhase = 'loading' | 'early' | 'lobby' | 'countdown' | 'connecting' | 'live' | 'paused' | 'ended' | 'refused';

export function screenOf(model: CallModel): Screen {
  const { joinState, booking, session } = model;
  if (joinState.is === 'closed') return { screen: 'closed', why: joinState.why };
  const end = endOf(model);
  if (end !== null) return { screen: 'ended', end };
  if (joinState.is === 'opening' || booking === null) return { screen: 'loading', retrying: joinState.is === 'opening' && joinState.retrying };
  if (model.left) return { screen: 'left', closesAt: session.spec?.closes_at ?? booking.closes_at };
  if (model.opensAt !== null) return { screen: 'early', opensAt: model.opensAt, startsAt: booking.starts_at };
  return joinedScreen(model);
}

export function phaseOf(model: CallModel): DisplayPhase {
  const shown = screenOf(model);
  switch (shown.screen) {
    case 'closed':
      return 'refused';
    case 'call':
      return phaseOfStage(model.session);
    case 'left':
      return 'lobby';
    default:
      return shown.screen;
  }
}

/** From signaling, or from the booking before the first `welcome`. */
export function peerName({ session, booking, me }: Pick<CallModel, 'session' | 'booking' | 'me'>): string {
  return session.peer?.name ?? booking?.participants.find(({ user_id }) => user_id !== me)?.name ?? '';
}

/** How often the peer's connection was lost since `live`. */
export function interruptions(session: SessionState): number {
  const live = session.timeline.findIndex(({ what }) => what === 'live');
  return live < 0 ? 0 : session.timeline.slice(live).filter(({ what }) => what === 'peer_lost').length;
}

function joinedScreen({ session, signalingStatus }: CallModel): Screen {
  switch (session.stage.phase) {
    case 'joining':
      return { screen: 'loading', retrying: signalingStatus === 'lost' };
    case 'lobby':
      return { screen: 'lobby' };
    default:
      return { screen: 'call' };
  }
}

function phaseOfStage({ stage }: SessionState): DisplayPhase {
  return stage.phase === 'joining' ? 'loading' : stage.phase;
}

function endOf({ session, booking }: CallModel): SessionEnd | null {
  if (session.stage.phase === 'ended') {
    const { reason, absent, startedAt, endedAt } = session.stage;
    return { reason, absent, startedAt: startedAt ?? booking?.started_at ?? null, endedAt };
  }
  if (booking?.state === 'cancelled') return { reason: 'cancelled', absent: [], startedAt: null, endedAt: booking.ended_at ?? null };
  if (booking?.state !== 'ended' || booking.outcome === undefined) return null;
  return {
    reason: booking.outcome.reason,
    absent: booking.outcome.absent ?? [],
    startedAt: booking.started_at ?? null,
    endedAt: booking.ended_at ?? null,
  };
}
