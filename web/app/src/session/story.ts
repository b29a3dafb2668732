/** What is told after a session: moments seen from this seat, or, after a reload, the scheduler's record. Pure. */
import type { Moment, SessionView } from '@rendezvous/sdk';

export function story(moments: readonly Moment[], booking: SessionView | null, me: string | null): readonly Moment[] {
  const seen = moments.some(({ what }) => what === 'you_came');
  return seen || booking === null ? moments : recorded(booking, me);
}

function recorded(booking: SessionView, me: string | null): readonly Moment[] {
  const told: Moment[] = [];
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
