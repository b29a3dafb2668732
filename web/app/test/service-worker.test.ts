/** The service worker, with a browser of the test's own around it. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { notificationOf, type NotificationData } from '../worker/notification.ts';

const NOW = new Date(2027, 2, 14, 9, 0).getTime();
const HOUR_MS = 3_600_000;
const WORKER = 'service-worker';
const message = { id: 'key-1', kind: 'session_reminder', lang: 'en', title: 'You meet Bo soon', path: 'session/s-1', session_id: 's-1', starts_at: NOW + HOUR_MS };

type Handler = (event: object) => void;

interface Window {
  readonly url: string;
  readonly focus: () => Promise<void>;
  readonly postMessage: (question: string, ports: MessagePort[]) => void;
}

describe('what a push shows', () => {
  test('[WEB-102] the time stands in it by the clock of the device, with the day where it is not today', () => {
    const { title, options } = notificationOf(JSON.stringify(message), NOW, ['en-US', 'ko-KR']);
    expect(title).toBe('You meet Bo soon');
    expect(options.body).toMatch(/^10:00\sAM$/);
    expect(notificationOf(JSON.stringify(message), NOW, ['ko', 'en-GB']).options.body).toBe('10:00');
    expect(options.data).toEqual({ path: 'session/s-1', sessionId: 's-1' });
    const later = notificationOf(JSON.stringify({ ...message, starts_at: NOW + 24 * HOUR_MS }), NOW, ['en-US', 'ko-KR']);
    expect(later.options.body).toMatch(/Mon, Mar 15/);
    expect(notificationOf(JSON.stringify({ ...message, lang: 'ko' }), NOW, ['en-US', 'ko-KR']).options.body).toMatch(/^오전 10:00$/);
    const { starts_at: _, ...without } = message;
    expect(notificationOf(JSON.stringify(without), NOW, ['en-US', 'ko-KR']).options.body).toBe('');
  });

  test('[WEB-102] one that comes twice has one tag, and what can not be read shows something', () => {
    const tags = [message, { ...message, title: 'Again' }].map((one) => notificationOf(JSON.stringify(one), NOW, ['en-US', 'ko-KR']).options.tag);
    expect(tags).toEqual(['key-1', 'key-1']);
    for (const text of ['', 'null', '[]', '{}', '"x"', '{"id": 1}']) expect(notificationOf(text, NOW, []).title, text).toBe('Rendezvous');
  });
});

describe('the service worker', () => {
  const handlers = new Map<string, Handler>();
  let windows: Window[] = [];
  const shown: unknown[][] = [];
  const opened: string[] = [];
  const focused: string[] = [];

  /** A window that answers which session it shows. */
  function showing(url: string, session: string | null): Window {
    return {
      url,
      focus: async () => void focused.push(url),
      postMessage: (_, [port]) => port?.postMessage(session),
    };
  }

  async function start(scope: string): Promise<void> {
    const self = {
      location: { href: 'https://meet.example/app/service-worker.js' },
      navigator: { languages: ['en-US'] },
      registration: { scope: `https://meet.example${scope}`, showNotification: async (...what: unknown[]) => void shown.push(what) },
      clients: { matchAll: async () => windows, openWindow: async (url: string) => void opened.push(url) },
      skipWaiting: async () => undefined,
      addEventListener: (name: string, handler: Handler) => void handlers.set(name, handler),
    };
    vi.stubGlobal('self', self);
    // By a computed name: the worker is checked with the types of its own surroundings.
    await import(`../worker/${WORKER}.ts`);
  }

  async function happens(name: string, event: object): Promise<void> {
    let done: Promise<unknown> = Promise.resolve();
    handlers.get(name)?.({ ...event, waitUntil: (work: Promise<unknown>) => (done = work) });
    await done;
  }

  async function clicked(data: NotificationData): Promise<void> {
    const close = vi.fn();
    await happens('notificationclick', { notification: { close, data } });
    expect(close).toHaveBeenCalledOnce();
  }

  beforeEach(() => {
    vi.resetModules();
    handlers.clear();
    windows = [];
    for (const list of [shown, opened, focused]) list.length = 0;
  });
  afterEach(() => vi.unstubAllGlobals());

  test('[WEB-103] it hears of pushes and clicks, and of no request of the page', async () => {
    await start('/app/');
    expect([...handlers.keys()].sort()).toEqual(['install', 'notificationclick', 'push']);
    await happens('push', { data: { text: () => JSON.stringify(message) } });
    expect(shown).toHaveLength(1);
    expect(shown[0]).toMatchObject(['You meet Bo soon', { tag: 'key-1', icon: '/app/mark.svg' }]);
    await happens('push', { data: null });
    expect(shown[1]?.[0]).toBe('Rendezvous');
  });

  test('[WEB-104] a click opens the page that it leads to, or the window that shows it', async () => {
    await start('/app/');
    await clicked({ path: 'session/s-1', sessionId: 's-1' });
    expect(opened).toEqual(['/app/session/s-1']);
    windows = [showing('https://meet.example/app/', null), showing('https://meet.example/app/session/s-1', null)];
    await clicked({ path: 'session/s-1', sessionId: 's-1' });
    expect(focused).toEqual(['https://meet.example/app/session/s-1']);
    await clicked({ path: 'gifts', sessionId: null });
    expect(opened).toEqual(['/app/session/s-1', '/app/gifts']);
  });

  test('[WEB-104] of the pages of join links the one of that session is shown', async () => {
    await start('/app/join/s-2');
    windows = [showing('https://meet.example/app/join', 's-1'), showing('https://meet.example/app/join?', 's-2')];
    await clicked({ path: 'session/s-2', sessionId: 's-2' });
    expect(focused).toEqual(['https://meet.example/app/join?']);
    windows = [showing('https://meet.example/app/join', 's-1')];
    await clicked({ path: 'session/s-2', sessionId: 's-2' });
    expect(opened).toEqual(['/app/join']);
  });

  test('[WEB-104] a frozen window keeps nobody waiting for the one that answers', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    await start('/app/join/s-2');
    const frozen: Window = { ...showing('https://meet.example/app/join', null), postMessage: () => undefined };
    windows = [frozen, showing('https://meet.example/app/join?', 's-2')];
    await clicked({ path: 'session/s-2', sessionId: 's-2' });
    expect(focused).toEqual(['https://meet.example/app/join?']);
    vi.useRealTimers();
  });
});
