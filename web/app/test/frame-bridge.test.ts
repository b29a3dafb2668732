/** What passes between an embedding page and the session in its frame, and what does not. */
import type { Session } from '@rendezvous/client';
import { beforeEach, expect, test, vi } from 'vitest';
import { SCENES } from '../gallery/scenes.ts';
import { words } from '../src/i18n/index.ts';
import { embedder, FrameBridge, readCommand } from '../src/session/frame-bridge.ts';
import { renderedScene } from './rendered.ts';

vi.mock('../gallery/fake-camera.ts', () => ({ fakeCameraStream: () => null }));

const ORIGIN = 'https://shop.example';

class SessionOfTest {
  readonly handlers = new Map<string, (event: object) => void>();
  readonly asked: unknown[][] = [];
  getSnapshot = () => ({ phase: 'early', opensAt: 5 });
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
  expect(parent.postMessage.mock.calls, 'it takes commands from here on').toEqual([[{ source: 'rendezvous', type: 'ready', phase: 'early', opensAt: 5 }, ORIGIN]]);
  parent.postMessage.mockReset();
});

test('[WEB-136] each event of the session is told to the exact origin of the embedding page', () => {
  expect([...session.handlers.keys()].sort()).toEqual(['countdown', 'data', 'ended', 'error', 'live', 'paused', 'peer', 'waiting', 'warning']);
  session.handlers.get('live')?.({ startedAt: 1, deadlineAt: 2 });
  expect(parent.postMessage).toHaveBeenCalledExactlyOnceWith({ source: 'rendezvous', type: 'live', startedAt: 1, deadlineAt: 2 }, ORIGIN);
});

test('[WEB-136] an end that only the booking knows is told, and one that the session has told is not told again', () => {
  const end = { reason: 'cancelled', absent: [], startedAt: null, endedAt: 7 } as const;
  bridge.showsEnd(end);
  bridge.showsEnd(end);
  session.handlers.get('ended')?.({ reason: 'completed' });
  bridge.showsEnd(end);
  expect(parent.postMessage.mock.calls.map(([told]) => told)).toEqual([{ source: 'rendezvous', type: 'ended', ...end }, { source: 'rendezvous', type: 'ended', reason: 'completed' }]);
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

test('[WEB-143] no screen of a session in a frame has a link, since no other page of ours may be in one, or speaks of one', () => {
  // What somebody wrote opens in a window of its own.
  const ownLink = /<a (?![^>]*target="_blank")[^>]*href/;
  vi.stubGlobal('document', { visibilityState: 'visible' });
  const links = (framed: boolean): string[] => Object.entries(SCENES).filter(([, scene]) => ownLink.test(renderedScene(scene(), framed))).map(([name]) => name);
  expect(links(false)).toEqual(expect.arrayContaining(['ended', 'missed']));
  expect(links(true)).toEqual([]);
  const unknown = renderedScene({ ...SCENES.early(), model: { ...SCENES.early().model, joinState: { is: 'closed', why: 'unknown' } } }, true);
  expect(unknown, 'nor speaks of a link that the person never had').toContain(words.framedTitle);
  vi.unstubAllGlobals();
});
