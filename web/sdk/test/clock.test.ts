import { describe, expect, test } from 'vitest';
import { betterEstimate, dateHeaderSample, roundTripSample, type ClockEstimate } from '../src/clock/offset.ts';
import { ServerClock } from '../src/clock/server-clock.ts';

/** Server clock minus monotonic clock of the page. */
const TRUE_OFFSET = 1_700_000_000_000;

function measured(at: number, there: number, back: number): ReturnType<typeof roundTripSample> {
  return roundTripSample(at, at + there + back, at + there + TRUE_OFFSET);
}

describe('the server clock', () => {
  test('[WEB-1] a page whose wall clock is 90 s wrong agrees with the server within 100 ms', () => {
    let monotonic = 5_000;
    const clock = new ServerClock(() => monotonic, () => TRUE_OFFSET + monotonic - 90_000);
    expect(Math.abs(clock.now() - (TRUE_OFFSET + monotonic))).toBe(90_000);
    const sent = clock.monotonicNow();
    monotonic += 180;
    clock.addRoundTrip(sent, TRUE_OFFSET + monotonic - 20);
    expect(Math.abs(clock.now() - (TRUE_OFFSET + monotonic))).toBeLessThanOrEqual(90);
  });

  test('[WEB-1] a wall clock that jumps changes nothing', () => {
    let wall = 0;
    const clock = new ServerClock(() => 1_000, () => wall);
    clock.addRoundTrip(1_000, TRUE_OFFSET + 1_000);
    const before = clock.now();
    wall = 3_600_000;
    expect(clock.now()).toBe(before);
  });

  test('[WEB-2] the shortest round trip wins, also when longer ones follow', () => {
    let known: ClockEstimate = null;
    for (const [there, back] of [[300, 20], [12, 10], [20, 400]] as const) known = betterEstimate(known, measured(1_000, there, back));
    expect(Math.abs((known?.offset ?? 0) - TRUE_OFFSET)).toBeLessThanOrEqual(11);
  });

  test('[WEB-2] an old sample loses to one that is as good', () => {
    const old = measured(0, 10, 12);
    const fresh = measured(600_000, 12, 12);
    expect(betterEstimate(old, fresh)).toBe(fresh);
  });

  test('[WEB-2] a monotonic clock that stood still while the machine slept is found out', () => {
    const before = measured(1_000, 2, 2);
    const after = roundTripSample(2_000, 2_200, TRUE_OFFSET + 2_100 + 60_000);
    expect(betterEstimate(before, after)).toBe(after);
  });

  test('[WEB-3] a Date header is good to a second and yields to a round trip', () => {
    const coarse = dateHeaderSample(1_000, 1_040, Math.floor((TRUE_OFFSET + 1_020) / 1_000) * 1_000);
    expect(Math.abs(coarse.offset - TRUE_OFFSET)).toBeLessThanOrEqual(coarse.error);
    expect(coarse.error).toBeLessThanOrEqual(520);
    const fine = measured(1_100, 5, 5);
    expect(betterEstimate(coarse, fine)).toBe(fine);
    expect(betterEstimate(fine, coarse)).toBe(fine);
  });
});
