/** Which screen a session shows, and the one word that tests and themes follow. Pure. */
import type { EndReason, SessionState } from '@rendezvous/sdk';
import type { CallModel, Closed } from './model.ts';

export type Screen =
  | { readonly screen: 'loading'; readonly trouble: boolean }
  | { readonly screen: 'closed'; readonly why: Closed }
  | { readonly screen: 'early'; readonly opensAt: number; readonly startsAt: number }
  | { readonly screen: 'left'; readonly closesAt: number }
  | { readonly screen: 'lobby' }
  | { readonly screen: 'stage' }
  | { readonly screen: 'ended'; readonly end: End };

/** The end, whoever told it: signaling while we were in, or the scheduler afterwards. */
export interface End {
  readonly reason: EndReason;
  readonly absent: readonly string[];
  readonly startedAt: number | null;
  readonly endedAt: number | null;
}

/** The value of `data-phase`. */
export type ShownPhase = 'loading' | 'early' | 'lobby' | 'countdown' | 'connecting' | 'live' | 'paused' | 'ended' | 'refused';

export function screenOf(model: CallModel): Screen {
  const { entry, booking, session } = model;
  if (entry.is === 'closed') return { screen: 'closed', why: entry.why };
  const end = endOf(model);
  if (end !== null) return { screen: 'ended', end };
  if (entry.is === 'opening' || booking === null) return { screen: 'loading', trouble: entry.is === 'opening' && entry.trouble };
  if (model.left) return { screen: 'left', closesAt: session.spec?.closes_at ?? booking.closes_at };
  if (model.opensAt !== null) return { screen: 'early', opensAt: model.opensAt, startsAt: booking.starts_at };
  return inside(model);
}

export function phaseOf(model: CallModel): ShownPhase {
  const shown = screenOf(model);
  switch (shown.screen) {
    case 'closed':
      return 'refused';
    case 'stage':
      return stagePhase(model.session);
    case 'left':
      return 'lobby';
    default:
      return shown.screen;
  }
}

/** The other one's name, from whoever knows it. */
export function peerName({ session, booking, me }: Pick<CallModel, 'session' | 'booking' | 'me'>): string {
  return session.peer?.name ?? booking?.participants.find(({ user_id }) => user_id !== me)?.name ?? '';
}

/** How often the line broke while it was live. */
export function interruptions(session: SessionState): number {
  const live = session.timeline.findIndex(({ what }) => what === 'live');
  return live < 0 ? 0 : session.timeline.slice(live).filter(({ what }) => what === 'peer_lost').length;
}

function inside({ session, signalingStatus }: CallModel): Screen {
  switch (session.stage.phase) {
    case 'joining':
      return { screen: 'loading', trouble: signalingStatus === 'lost' };
    case 'lobby':
      return { screen: 'lobby' };
    default:
      return { screen: 'stage' };
  }
}

function stagePhase({ stage }: SessionState): ShownPhase {
  return stage.phase === 'joining' ? 'loading' : stage.phase;
}

function endOf({ session, booking }: CallModel): End | null {
  if (session.stage.phase === 'ended') {
    const { reason, absent, startedAt, endedAt } = session.stage;
    return { reason, absent, startedAt: startedAt ?? booking?.started_at ?? null, endedAt: endedAt };
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
