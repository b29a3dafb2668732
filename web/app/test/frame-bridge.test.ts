/** What passes between an embedding page and the session in its frame, and what does not. */
import type { Session } from '@rendezvous/client';
import { beforeEach, expect, test, vi } from 'vitest';
import { embedder, FrameBridge, readCommand } from '../src/session/frame-bridge.ts';

const ORIGIN = 'https://shop.example';

class SessionOfTest {
  readonly handlers = new Map<string, (event: object) => void>();
  readonly asked: unknown[][] = [];
  on = (type: string, handler: (event: object) => void): void => void this.handlers.set(type, handler);
  setMuted = (muted: boolean): void => void this.asked.push(['mute', muted]);
  setCameraOff = (off: boolean): void => void this.asked.push(['camera', off]);
  extend = (): void => void this.asked.push(['extend']);
  leave = (): void => void this.asked.push(['leave']);
  comeBack = (): void => void this.asked.push(['come_back']);
}

const parent = { postMessage: vi.fn() };
let session: SessionOfTest;
let page: EventTarget;
let bridge: FrameBridge;

function says(data: unknown, from: { source?: unknown; origin?: string } = {}): void {
  page.dispatchEvent(Object.assign(new Event('message'), { source: parent, origin: ORIGIN, ...from, data }));
}

beforeEach(() => {
  parent.postMessage.mockReset();
  session = new SessionOfTest();
  page = new EventTarget();
  bridge = new FrameBridge({ origin: ORIGIN, window: parent as unknown as Window }, page as unknown as Window);
  bridge.follow(session as unknown as Session);
});

test('[WEB-136] each event of the session is told to the exact origin of the embedding page', () => {
  expect([...session.handlers.keys()].sort()).toEqual(['countdown', 'data', 'ended', 'error', 'live', 'paused', 'peer', 'waiting', 'warning']);
  session.handlers.get('live')?.({ startedAt: 1, deadlineAt: 2 });
  expect(parent.postMessage).toHaveBeenCalledExactlyOnceWith({ source: 'rendezvous', type: 'live', startedAt: 1, deadlineAt: 2 }, ORIGIN);
});

test('[WEB-136] commands are taken from the embedding page alone', () => {
  says({ target: 'rendezvous', type: 'mute', muted: true });
  says({ target: 'rendezvous', type: 'camera', off: false });
  for (const type of ['extend', 'leave', 'come_back']) says({ target: 'rendezvous', type });
  const asked = [['mute', true], ['camera', false], ['extend'], ['leave'], ['come_back']];
  expect(session.asked).toEqual(asked);
  says({ target: 'rendezvous', type: 'leave' }, { origin: 'https://other.example' });
  says({ target: 'rendezvous', type: 'leave' }, { source: {} });
  for (const data of [null, 'leave', { type: 'leave' }, { target: 'other', type: 'leave' }, []]) says(data);
  expect(session.asked).toEqual(asked);
  expect(parent.postMessage).not.toHaveBeenCalled();
  bridge.stop();
  says({ target: 'rendezvous', type: 'leave' });
  expect(session.asked).toEqual(asked);
});

test('[WEB-136] what is no command is said to be malformed, and does nothing', () => {
  for (const command of [{ type: 'mute' }, { type: 'mute', muted: 'yes' }, { type: 'camera', off: 1 }, { type: 'close' }, { type: 7 }, {}]) {
    expect(readCommand(command), JSON.stringify(command)).toBeNull();
    parent.postMessage.mockReset();
    says({ target: 'rendezvous', ...command });
    expect(parent.postMessage).toHaveBeenCalledExactlyOnceWith({ source: 'rendezvous', type: 'error', code: 'malformed', final: false }, ORIGIN);
  }
  expect(session.asked).toEqual([]);
});

test.each([
  [{ ancestorOrigins: [ORIGIN, 'https://outer.example'] }, 'https://elsewhere.example/', ORIGIN],
  [{}, `${ORIGIN}/page?of=it`, ORIGIN],
  [{}, '', null],
  [{ ancestorOrigins: ['null'] }, '', null],
])('[WEB-136] the embedding page of %j, referred by %j, is at %j', (location, referrer, origin) => {
  const page = { parent, location, document: { referrer } } as unknown as Window;
  expect(embedder(page)?.origin ?? null).toBe(origin);
});

test('[WEB-136] a page that is in no frame has nobody to tell', () => {
  const page = { location: { ancestorOrigins: [ORIGIN] }, document: { referrer: ORIGIN } } as unknown as { parent: unknown };
  page.parent = page;
  expect(embedder(page as unknown as Window)).toBeNull();
});
