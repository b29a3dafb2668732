/**
 * What time it is on the server, estimated from round trips. Pure: every reading is an argument.
 *
 * Local readings are monotonic (`performance.now()`), never the wall clock, so a page whose clock is wrong or jumps
 * still agrees with the other page about every instant of the session.
 */

/** One measurement: server time minus monotonic time, in ms, and how wrong it may be. */
export interface ClockSample {
  readonly offset: number;
  readonly error: number;
  readonly takenAt: number;
}

export type ClockEstimate = ClockSample | null;

/** Monotonic clocks drift apart by up to this much (ms per ms), so an old sample slowly loses to a new one. */
const DRIFT = 100e-6;

/** A `Date` header has whole seconds: the truth is up to this far after it (ms). */
const DATE_HEADER_RESOLUTION_MS = 1_000;

/** Scheduling noise that a disagreement must exceed before it is taken as a suspended machine (ms). */
const JUMP_SLACK_MS = 50;

/** A sample from a frame that answers ours: the server read its clock somewhere within the round trip. */
export function roundTrip(sentAt: number, receivedAt: number, serverNow: number): ClockSample {
  return {
    offset: serverNow - (sentAt + receivedAt) / 2,
    error: (receivedAt - sentAt) / 2,
    takenAt: receivedAt,
  };
}

/** A coarse sample from an HTTP `Date` header, for the page that has no socket yet. */
export function dateHeader(sentAt: number, receivedAt: number, date: number): ClockSample {
  const middle = roundTrip(sentAt, receivedAt, date + DATE_HEADER_RESOLUTION_MS / 2);
  return { ...middle, error: middle.error + DATE_HEADER_RESOLUTION_MS / 2 };
}

/**
 * The better of what we know and what was just measured.
 *
 * The smallest possible error wins, with the old one's error growing by drift. Two samples that cannot both be true
 * mean that the monotonic clock stood still (a laptop slept): the new one wins.
 */
export function observe(known: ClockEstimate, sample: ClockSample): ClockSample {
  if (known === null) return sample;
  const aged = known.error + Math.max(0, sample.takenAt - known.takenAt) * DRIFT;
  if (Math.abs(known.offset - sample.offset) > aged + sample.error + JUMP_SLACK_MS) return sample;
  return sample.error <= aged ? sample : known;
}
