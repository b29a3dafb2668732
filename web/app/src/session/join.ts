/**
 * Redeems a join link. The token is removed from the URL afterwards; the credentials stay in this tab's storage, so that a reload
 * works.
 */
import { ApiError, CLOSE_CODES, type JoinResponse, type Refusal, type SessionView } from '@rendezvous/client';
import { TabStorage, type SchedulerClient } from '@rendezvous/client/scheduler';
import { joinPath, readJoinLink } from './join-link.ts';
import type { ClosedReason } from './model.ts';

export interface TabCredentials {
  readonly sessionId: string;
  readonly roomId: string;
  readonly me: string;
  /** Null where the person is logged in: their cookie is the credential. */
  readonly access: string | null;
}

export interface JoinedSession {
  readonly credentials: TabCredentials;
  readonly booking: SessionView;
}

const storage = new TabStorage('rendezvous:');

/** Delays between attempts while the scheduler is down; the last one repeats (ms). */
const RETRY_MS = [500, 1_000, 2_000, 3_000];

/**
 * Redeems the token in the URL fragment, or restores the session of this tab. Retries while the scheduler is down. `application`: of
 * the page for embedding, which takes no other's.
 */
export async function openJoinLink(scheduler: SchedulerClient, onRetry: () => void, application: string | null = null): Promise<JoinedSession | ClosedReason> {
  const link = readJoinLink(location);
  const credentials = storage.get<TabCredentials>('pass');
  if (link.is === 'damaged') return 'unknown';
  if (link.is === 'none' && credentials === null) return 'no_link';
  const token = link.is === 'link' ? link.token : '';
  // Where it can be read by no server, until it is redeemed.
  if (link.is === 'link') history.replaceState(null, '', link.address);
  for (let attempt = 0; ; attempt += 1) {
    try {
      return token === '' && credentials !== null ? await restoreSession(scheduler, credentials) : await redeemToken(scheduler, token, application);
    } catch (error) {
      if (!(error instanceof ApiError) || !error.isTransient) return closedReason(error);
      // A cached ticket may still be valid, so a reload during a session doesn't need the scheduler.
      if (token === '' && credentials !== null) {
        const booking = storage.get<SessionView>('booking');
        if (booking !== null) return { credentials, booking };
      }
      onRetry();
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)]));
    }
  }
}

/** A session of the person who is logged in. Retries while the scheduler is down. */
export async function openOwnSession(scheduler: SchedulerClient, sessionId: string, me: string, onRetry: () => void): Promise<JoinedSession | ClosedReason> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      const booking = await scheduler.session(null, sessionId);
      return keep({ sessionId, roomId: booking.room_id, me, access: null }, booking);
    } catch (error) {
      if (!(error instanceof ApiError) || !error.isTransient) return closedReason(error);
      onRetry();
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)]));
    }
  }
}

/** For a reload while the scheduler is down. */
export function saveBooking(booking: SessionView): void {
  storage.set('booking', booking);
}

/** What the session keeps over a reload of this tab. */
export function storageKeyOf({ sessionId, me }: Pick<TabCredentials, 'sessionId' | 'me'>): string {
  return `${sessionId}:${me}`;
}

function keptBy(credentials: Pick<TabCredentials, 'sessionId' | 'me'>): TabStorage {
  return new TabStorage(`rendezvous:${storageKeyOf(credentials)}:`);
}

export function closedReasonOf({ closeCode, error }: Refusal): ClosedReason {
  return closeCode === undefined ? closedReason(error) : closedReasonOfCode(closeCode);
}

function closedReasonOfCode(closeCode: number): ClosedReason {
  const reasons = { [CLOSE_CODES.replaced]: 'replaced', [CLOSE_CODES.kicked]: 'removed', [CLOSE_CODES.not_a_participant]: 'not_yours' } as const;
  return reasons[closeCode as keyof typeof reasons] ?? 'broken';
}

export function closedReason(error: unknown): ClosedReason {
  if (!(error instanceof ApiError)) return 'broken';
  if (error.code === 'session_over') return error.reason === 'cancelled' ? 'cancelled' : 'past';
  if (error.status === 403) return error.reason === 'kicked' ? 'removed' : 'not_yours';
  return error.status === 401 || error.status === 404 || error.status === 422 || error.status === 400 ? 'unknown' : 'broken';
}

async function redeemToken(scheduler: SchedulerClient, token: string, application: string | null): Promise<JoinedSession> {
  const { session, user_id, access }: JoinResponse = await scheduler.join(token, application);
  // The link is opened again: that is coming back.
  keptBy({ sessionId: session.id, me: user_id }).set('left', false);
  const joined = keep({ sessionId: session.id, roomId: session.room_id, me: user_id, access }, session);
  history.replaceState(null, '', joinPath(location.pathname));
  return joined;
}

/** What a reload needs. A tab is in one session: nothing of the last one stays. */
function keep(credentials: TabCredentials, booking: SessionView): JoinedSession {
  const last = storage.get<TabCredentials>('pass');
  if (last !== null && storageKeyOf(last) !== storageKeyOf(credentials)) keptBy(last).clear();
  storage.set('pass', credentials);
  saveBooking(booking);
  return { credentials, booking };
}

async function restoreSession(scheduler: SchedulerClient, credentials: TabCredentials): Promise<JoinedSession> {
  const booking = await scheduler.session(credentials.access, credentials.sessionId);
  saveBooking(booking);
  return { credentials, booking };
}
