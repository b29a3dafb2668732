/** The timeline shown after a session: the entries seen by this page or, without them, the scheduler's record. Pure. */
import type { SessionView, TimelineEntry } from '@rendezvous/client';

/** Arrivals of this page and of the record that are this close are the same (ms). */
const SAME_ARRIVAL_MS = 5_000;

export function sessionTimeline(timeline: readonly TimelineEntry[], booking: SessionView | null, me: string | null): readonly TimelineEntry[] {
  const hasOwnArrival = timeline.some(({ what }) => what === 'you_came');
  if (booking === null) return timeline;
  return hasOwnArrival ? withPeerArrival(timeline, booking, me) : timelineFromRecord(booking, me);
}

/** Only the record knows when a peer arrived that was there first. */
function withPeerArrival(timeline: readonly TimelineEntry[], booking: SessionView, me: string | null): readonly TimelineEntry[] {
  const at = booking.participants.find(({ user_id }) => user_id !== me)?.joined_at[0];
  const known = timeline.some((entry) => entry.what === 'peer_came' && at !== undefined && entry.at <= at + SAME_ARRIVAL_MS);
  if (at === undefined || known) return timeline;
  return [...timeline, { at, what: 'peer_came' as const }].sort((a, b) => a.at - b.at);
}

/** An entry, and how often it was so in a row. */
export interface FoldedEntry extends TimelineEntry {
  readonly times: number;
}

/** What repeats stands once: the same again, and a line that dropped and was back over and over. */
export function folded(timeline: readonly TimelineEntry[]): readonly FoldedEntry[] {
  const lines: FoldedEntry[] = [];
  for (const entry of timeline) {
    const [dropped, last] = [lines.at(-2), lines.at(-1)];
    if (last?.what === entry.what) lines.splice(-1, 1, { ...last, times: last.times + 1 });
    else if (entry.what === 'peer_lost' && last?.what === 'peer_back' && dropped?.what === 'peer_lost') lines.splice(-2, 2, { ...dropped, times: dropped.times + 1 });
    else lines.push({ ...entry, times: 1 });
  }
  return lines;
}

function timelineFromRecord(booking: SessionView, me: string | null): readonly TimelineEntry[] {
  const entries: TimelineEntry[] = [];
  for (const { user_id, joined_at, left_at } of booking.participants) {
    const arrival = user_id === me ? 'you_came' : 'peer_came';
    for (const at of joined_at) entries.push({ at, what: arrival });
    // Everybody leaves at the end: only earlier departures are shown.
    if (user_id !== me) for (const at of left_at) if (at < (booking.ended_at ?? 0)) entries.push({ at, what: 'peer_left' });
  }
  if (booking.started_at !== undefined) entries.push({ at: booking.started_at, what: 'live' });
  if (booking.ended_at !== undefined) entries.push({ at: booking.ended_at, what: 'ended' });
  return entries.sort((a, b) => a.at - b.at);
}
