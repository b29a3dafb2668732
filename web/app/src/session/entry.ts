/**
 * From a join link to a person of a session. The link's token leaves the address as soon as it is traded; what it is
 * traded for stays in this tab.
 */
import { ApiError, TabStorage, type JoinResponse, type TimelineEntry, type SchedulerClient, type SessionView } from '@rendezvous/sdk';
import type { Closed } from './model.ts';

/** What a tab keeps to be the same person after a reload. */
export interface Pass {
  readonly sessionId: string;
  readonly roomId: string;
  readonly me: string;
  readonly access: string;
}

export interface Opened {
  readonly pass: Pass;
  readonly booking: SessionView;
}

const storage = new TabStorage('rendezvous:');

/** Waits between two tries while the scheduler is down, in turn (ms). */
const RETRY_MS = [500, 1_000, 2_000, 3_000];

/** Opens the link in the address, else the one this tab came with. */
export async function open(scheduler: SchedulerClient, trouble: () => void): Promise<Opened | Closed> {
  const token = location.hash.slice(1);
  const pass = storage.get<Pass>('pass');
  if (token === '' && pass === null) return 'no_link';
  for (let attempt = 0; ; attempt += 1) {
    try {
      return token === '' && pass !== null ? await reopen(scheduler, pass) : await trade(scheduler, token);
    } catch (error) {
      if (!(error instanceof ApiError) || !error.isTransient) return closedBy(error);
      // The ticket at hand may still let us in: whoever was inside must not wait for the scheduler.
      if (token === '' && pass !== null) {
        const booking = storage.get<SessionView>('booking');
        if (booking !== null) return { pass, booking };
      }
      trouble();
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)]));
    }
  }
}

/** The record changed: a reload without the scheduler starts from the newest. */
export function remember(booking: SessionView): void {
  storage.set('booking', booking);
}

/** The story so far, so that a reload does not forget what was seen. */
export function rememberStory(timeline: readonly TimelineEntry[]): void {
  storage.set('story', timeline);
}

export function storySoFar(): readonly TimelineEntry[] {
  return storage.get<TimelineEntry[]>('story') ?? [];
}

export function closedBy(error: unknown): Closed {
  if (!(error instanceof ApiError)) return 'broken';
  if (error.code === 'session_over') return error.reason === 'cancelled' ? 'cancelled' : 'past';
  if (error.status === 403) return 'not_yours';
  return error.status === 401 || error.status === 404 || error.status === 422 || error.status === 400 ? 'unknown' : 'broken';
}

async function trade(scheduler: SchedulerClient, token: string): Promise<Opened> {
  const { session, user_id, access }: JoinResponse = await scheduler.join(token);
  const pass: Pass = { sessionId: session.id, roomId: session.room_id, me: user_id, access };
  if (storage.get<Pass>('pass')?.sessionId !== pass.sessionId) rememberStory([]);
  storage.set('pass', pass);
  remember(session);
  history.replaceState(null, '', location.pathname);
  return { pass, booking: session };
}

async function reopen(scheduler: SchedulerClient, pass: Pass): Promise<Opened> {
  const booking = await scheduler.session(pass.access, pass.sessionId);
  remember(booking);
  return { pass, booking };
}
