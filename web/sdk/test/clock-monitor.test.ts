/** A page whose computer sleeps: its timers and its monotonic clock stand still, time does not. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ClockMonitor } from '../src/clock/monitor.ts';
import { ServerClock } from '../src/clock/server-clock.ts';

/** Server time at the start. */
const START = 1_700_000_000_000;

/** What the computer slept so far, and how far the user has set the wall clock (ms). */
let slept = 0;
let setForward = 0;
let visibilityState = 'visible';
let listeners = new EventTarget();

beforeEach(() => {
  vi.useFakeTimers();
  vi.setSystemTime(0);
  slept = setForward = 0;
  visibilityState = 'visible';
  listeners = new EventTarget();
  const target = { addEventListener: listeners.addEventListener.bind(listeners), removeEventListener: listeners.removeEventListener.bind(listeners) };
  vi.stubGlobal('window', target);
  vi.stubGlobal('document', { ...target, get visibilityState() { return visibilityState; } });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const serverNow = (): number => START + Date.now() + slept;

/** `monotonicSleeps`: as on Linux and macOS; elsewhere it goes on while timers stand still. */
interface Computer {
  readonly monotonicSleeps?: boolean;
  /** False where the wall clock sleeps as well. */
  readonly wallClockGoesOn?: boolean;
  readonly online?: () => boolean;
}

function page({ monotonicSleeps = true, online = () => true, wallClockGoesOn = true }: Computer = {}) {
  const monotonic = () => Date.now() + (monotonicSleeps ? 0 : slept);
  const clock = new ServerClock(monotonic, () => (wallClockGoesOn ? serverNow() + setForward : START + Date.now()));
  clock.addRoundTrip(clock.monotonicNow(), serverNow());
  const measured: number[] = [];
  const onWake = vi.fn();
  const measure = () => {
    measured.push(Date.now());
    const sentAt = clock.monotonicNow();
    if (online()) setTimeout(() => clock.addRoundTrip(sentAt, serverNow() - 10), 20);
  };
  const monitor = new ClockMonitor({ clock, measure, onWake });
  monitor.start();
  return { clock, monitor, measured, onWake, error: () => Math.abs(clock.now() - serverNow()) };
}

describe('the clock of a page that may have slept', () => {
  test('[WEB-62] after a sleep in which the monotonic clock stood still it is right again within 2 s, without any event', async () => {
    const { error, onWake } = page();
    await vi.advanceTimersByTimeAsync(5_000);
    slept += 3_600_000;
    expect(error()).toBe(3_600_000);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(error()).toBeLessThanOrEqual(20);
    expect(onWake, 'sockets may be dead').toHaveBeenCalledOnce();
  });

  test('[WEB-62] a sleep of a second is found out too', async () => {
    const { error } = page();
    slept += 1_000;
    await vi.advanceTimersByTimeAsync(2_000);
    expect(error()).toBeLessThanOrEqual(20);
  });

  test('[WEB-62] also where the wall clock says nothing: within a minute', async () => {
    const { error } = page({ wallClockGoesOn: false });
    slept += 3_600_000;
    await vi.advanceTimersByTimeAsync(61_000);
    expect(error()).toBeLessThanOrEqual(20);
  });

  test('[WEB-62] where the monotonic clock goes on in a sleep, the check that comes late measures', async () => {
    const { measured, onWake } = page({ monotonicSleeps: false });
    await vi.advanceTimersByTimeAsync(1_000);
    slept += 10_000;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(measured).toEqual([2_000]);
    expect(onWake).toHaveBeenCalledOnce();
  });

  test.each(['visibilitychange', 'resume', 'pageshow', 'focus', 'online'])('[WEB-62] %s measures at once', async (type) => {
    const { measured, monitor } = page({ wallClockGoesOn: false });
    await vi.advanceTimersByTimeAsync(1_500);
    listeners.dispatchEvent(new Event(type));
    expect(measured).toEqual([1_500]);
    monitor.stop();
    listeners.dispatchEvent(new Event(type));
    await vi.advanceTimersByTimeAsync(120_000);
    expect(measured, 'after stop').toEqual([1_500]);
  });

  test('[WEB-62] a page that becomes hidden measures nothing', async () => {
    const { measured } = page();
    await vi.advanceTimersByTimeAsync(1_500);
    visibilityState = 'hidden';
    listeners.dispatchEvent(new Event('visibilitychange'));
    expect(measured).toEqual([]);
  });

  test('[WEB-62] every minute, and no more often while nothing has happened', async () => {
    const { measured } = page();
    await vi.advanceTimersByTimeAsync(600_000);
    expect(measured).toHaveLength(10);
  });

  test('[WEB-62] woken without a network it tries again, less and less often, until it knows', async () => {
    let online = true;
    const { error, measured, clock } = page({ online: () => online });
    online = false;
    slept += 60_000;
    await vi.advanceTimersByTimeAsync(300_000);
    expect(clock.isSuspect).toBe(true);
    expect(measured.length).toBeGreaterThan(8);
    expect(measured.length).toBeLessThan(20);
    online = true;
    await vi.advanceTimersByTimeAsync(31_000);
    expect(clock.isSuspect).toBe(false);
    expect(error()).toBeLessThanOrEqual(20);
  });

  test('[WEB-62] an answer that was under way during the sleep measures nothing', async () => {
    const { clock, error } = page();
    const sentAt = clock.monotonicNow();
    const stamped = serverNow();
    slept += 60_000;
    await vi.advanceTimersByTimeAsync(1);
    clock.addRoundTrip(sentAt, stamped);
    expect(clock.isSuspect).toBe(true);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(error()).toBeLessThanOrEqual(20);
  });

  test('[WEB-62] a wall clock that the user sets leads to a measurement, and to nothing else', async () => {
    const { error } = page();
    setForward = 90_000;
    expect(error()).toBe(0);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(error()).toBeLessThanOrEqual(20);
  });
});
