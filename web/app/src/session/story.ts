/** What is told after a session: timeline seen from this seat, or, after a reload, the scheduler's record. Pure. */
import type { TimelineEntry, SessionView } from '@rendezvous/sdk';

/** The same coming, seen by two clocks (ms). */
const SAME_COMING_MS = 5_000;

export function story(timeline: readonly TimelineEntry[], booking: SessionView | null, me: string | null): readonly TimelineEntry[] {
  const seen = timeline.some(({ what }) => what === 'you_came');
  if (booking === null) return timeline;
  return seen ? withFirstComing(timeline, booking, me) : recorded(booking, me);
}

/** Who was there already when we came in is known from the record only. */
function withFirstComing(timeline: readonly TimelineEntry[], booking: SessionView, me: string | null): readonly TimelineEntry[] {
  const at = booking.participants.find(({ user_id }) => user_id !== me)?.joined_at[0];
  const known = timeline.some((moment) => moment.what === 'peer_came' && at !== undefined && moment.at <= at + SAME_COMING_MS);
  if (at === undefined || known) return timeline;
  return [...timeline, { at, what: 'peer_came' as const }].sort((a, b) => a.at - b.at);
}

function recorded(booking: SessionView, me: string | null): readonly TimelineEntry[] {
  const told: TimelineEntry[] = [];
  for (const { user_id, joined_at, left_at } of booking.participants) {
    const came = user_id === me ? 'you_came' : 'peer_came';
    for (const at of joined_at) told.push({ at, what: came });
    // Everybody goes at the end: only who went before it is news.
    if (user_id !== me) for (const at of left_at) if (at < (booking.ended_at ?? 0)) told.push({ at, what: 'peer_left' });
  }
  if (booking.started_at !== undefined) told.push({ at: booking.started_at, what: 'live' });
  if (booking.ended_at !== undefined) told.push({ at: booking.ended_at, what: 'ended' });
  return told.sort((a, b) => a.at - b.at);
}
