/**
 * Clock offset to the server, estimated from round trips as NTP does. Pure: every clock reading is an argument.
 *
 * Local readings are monotonic (`performance.now()`), never the wall clock, so a page whose clock is wrong or jumps
 * still agrees with the other page about every instant of the session.
 */

/** One measurement: server time minus monotonic time (ms), and its maximum error (ms). */
export interface ClockSample {
  readonly offset: number;
  readonly error: number;
  readonly takenAt: number;
}

export type ClockEstimate = ClockSample | null;

/** Monotonic clocks drift apart by up to this much (ms per ms), so an old sample slowly loses to a new one. */
const DRIFT = 100e-6;

/** A `Date` header is truncated to whole seconds (ms). */
const DATE_HEADER_RESOLUTION_MS = 1_000;

/** Allowance for scheduling delays when two samples contradict each other (ms). */
const JUMP_SLACK_MS = 50;

/** From a request and its answer: the server read its clock somewhere within the round trip. */
export function roundTripSample(sentAt: number, receivedAt: number, serverNow: number): ClockSample {
  return {
    offset: serverNow - (sentAt + receivedAt) / 2,
    error: (receivedAt - sentAt) / 2,
    takenAt: receivedAt,
  };
}

/** Coarse, from an HTTP `Date` header, while the page has no socket yet. */
export function dateHeaderSample(sentAt: number, receivedAt: number, date: number): ClockSample {
  const middle = roundTripSample(sentAt, receivedAt, date + DATE_HEADER_RESOLUTION_MS / 2);
  return { ...middle, error: middle.error + DATE_HEADER_RESOLUTION_MS / 2 };
}

/**
 * The sample with the smaller error, where the old one's error grows by drift.
 *
 * If both cannot be true, the monotonic clock stood still meanwhile (a suspended laptop): then the new one is used.
 */
export function betterEstimate(known: ClockEstimate, sample: ClockSample): ClockSample {
  if (known === null) return sample;
  const aged = known.error + Math.max(0, sample.takenAt - known.takenAt) * DRIFT;
  if (Math.abs(known.offset - sample.offset) > aged + sample.error + JUMP_SLACK_MS) return sample;
  return sample.error <= aged ? sample : known;
}
