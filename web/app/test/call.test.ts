/** `Call` with a fake scheduler and no browser: waiting over a sleep, leaving for good. */
import { ServerClock, type SessionView } from '@rendezvous/client';
import type { SchedulerClient } from '@rendezvous/client/scheduler';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Call } from '../src/session/call.svelte.ts';
import { phaseOf } from '../src/session/screen.ts';
import { BOOKING, START } from './model.ts';

const stored = new Map<string, string>();
const sockets: string[] = [];
let slept = 0;

const serverNow = (): number => Date.now() + slept;

beforeEach(() => {
  vi.useFakeTimers();
  vi.setSystemTime(START - 327_000);
  slept = 0;
  stored.clear();
  sockets.length = 0;
  const target = { addEventListener: () => undefined, removeEventListener: () => undefined };
  vi.stubGlobal('window', target);
  vi.stubGlobal('document', { ...target, visibilityState: 'visible' });
  vi.stubGlobal('navigator', { mediaDevices: undefined });
  vi.stubGlobal('MediaStream', class {});
  vi.stubGlobal('reportError', (error: unknown) => {
    throw error;
  });
  vi.stubGlobal('WebSocket', class {
    constructor(url: string) {
      sockets.push(url);
    }
    close = () => undefined;
  });
  vi.stubGlobal('sessionStorage', { getItem: (key: string) => stored.get(key) ?? null, setItem: (key: string, value: string) => void stored.set(key, value) });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const credentials = { sessionId: 's', roomId: 'r', me: 'ann', access: 'a' };

/** `record`: what the scheduler says of the session by now. */
function waitingPage(record: () => SessionView) {
  const clock = new ServerClock(() => Date.now() - START, serverNow);
  clock.addRoundTrip(clock.monotonicNow(), serverNow());
  const scheduler = {
    session: () => {
      clock.addRoundTrip(clock.monotonicNow(), serverNow());
      return Promise.resolve(record());
    },
    sessionTicket: () => Promise.resolve({ ticket: 't', url: 'ws://node/', expires_at: START * 2 }),
  } as unknown as SchedulerClient;
  const call = new Call(scheduler, clock);
  call.begin({ credentials, booking: record() });
  return { call, stop: () => call.stop() };
}

test('[WEB-63] a page that waited for its lobby in a sleep shows within 2 s what has become of the session', async () => {
  let record: SessionView = { ...BOOKING, state: 'scheduled' };
  const { call, stop } = waitingPage(() => record);
  expect(phaseOf(call)).toBe('early');
  record = { ...BOOKING, state: 'ended', outcome: { reason: 'no_show', absent: ['ann', 'bo'] } };
  slept = 3_600_000;
  await vi.advanceTimersByTimeAsync(2_000);
  expect(phaseOf(call)).toBe('ended');
  stop();
});

test('[WEB-63] a page that slept until its lobby was open enters within 2 s', async () => {
  const { call, stop } = waitingPage(() => ({ ...BOOKING, state: 'open' }));
  slept = 60_000;
  await vi.advanceTimersByTimeAsync(2_000);
  expect(sockets).toEqual(['ws://node/']);
  expect(Math.abs(call.now - serverNow())).toBeLessThanOrEqual(100);
  stop();
});

test('[WEB-64] who left a lobby is out also after a reload, until they come back', async () => {
  slept = 60_000;
  const first = waitingPage(() => ({ ...BOOKING, state: 'open' }));
  await vi.advanceTimersByTimeAsync(100);
  expect(sockets).toHaveLength(1);
  first.call.leave();
  await vi.advanceTimersByTimeAsync(60_000);
  first.stop();
  const { call, stop } = waitingPage(() => ({ ...BOOKING, state: 'open' }));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(call.left).toBe(true);
  expect(sockets).toHaveLength(1);
  call.comeBack();
  await vi.advanceTimersByTimeAsync(100);
  expect(sockets).toHaveLength(2);
  stop();
});
