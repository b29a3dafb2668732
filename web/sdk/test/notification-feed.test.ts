/** Tabs of one browser, with fake Web Locks and broadcast channels. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ApiError } from '../src/scheduler/api-error.ts';
import { NotificationFeed } from '../src/scheduler/notification-feed.ts';
import type { Notification } from '../src/wire.generated.ts';

/** Exclusive locks with queues, as far as the feed uses them. */
class FakeLocks {
  readonly #held = new Map<string, (() => void)[]>();

  async request(name: string, options: { ifAvailable?: boolean; signal?: AbortSignal }, callback: (lock: object | null) => unknown): Promise<unknown> {
    const queue = this.#held.get(name);
    if (queue !== undefined) {
      if (options.ifAvailable) return callback(null);
      await new Promise<void>((resolve, reject) => {
        queue.push(resolve);
        options.signal?.addEventListener('abort', () => {
          if (queue.includes(resolve)) queue.splice(queue.indexOf(resolve), 1);
          reject(new Error('aborted'));
        });
      });
    } else this.#held.set(name, []);
    try {
      return await callback({});
    } finally {
      const next = this.#held.get(name)?.shift();
      if (next === undefined) this.#held.delete(name);
      else next();
    }
  }
}

class FakeChannel {
  static all: FakeChannel[] = [];
  onmessage: ((event: { data: unknown }) => void) | null = null;
  readonly name: string;
  constructor(name: string) {
    this.name = name;
    FakeChannel.all.push(this);
  }
  postMessage(data: unknown): void {
    for (const other of FakeChannel.all) if (other !== this && other.name === this.name) other.onmessage?.({ data });
  }
  close(): void {
    FakeChannel.all = FakeChannel.all.filter((one) => one !== this);
  }
}

/** The open streams, by the access that they were opened with. */
let streams: { access: string; publish: (notification: Notification) => void; end: () => void }[] = [];
let created: { access: string; notification: Notification }[] = [];
let listed = 0;
let rejecting = false;

const scheduler = {
  notifications: (access: string) => {
    listed += 1;
    if (rejecting) return Promise.reject(new ApiError(401, {}));
    return Promise.resolve({ items: created.filter((one) => one.access === access).map(({ notification }) => notification) });
  },
  notificationStream: (access: string, publish: (notification: Notification) => void, onOpen: () => void, abort: AbortSignal) => {
    if (rejecting) return Promise.reject(new ApiError(401, {}));
    return new Promise<void>((resolve) => {
      const end = (): void => {
        streams = streams.filter((one) => one !== stream);
        resolve();
      };
      const stream = { access, publish, end };
      streams.push(stream);
      abort.addEventListener('abort', end);
      onOpen();
    });
  },
};

function notify(access: string, id: string): void {
  const notification = { id, kind: 'session_reminder', created_at: 1 } as Notification;
  created.push({ access, notification });
  for (const stream of streams) if (stream.access === access) stream.publish(notification);
}

function openTab(access: string) {
  const seen = new Set<string>();
  const feed = new NotificationFeed({ scheduler, access, key: `session of ${access}`, onNotification: ({ id }) => seen.add(id) });
  feed.start();
  return { feed, seen };
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('navigator', { locks: new FakeLocks() });
  vi.stubGlobal('BroadcastChannel', FakeChannel);
  vi.stubGlobal('document', new EventTarget());
  streams = [];
  created = [];
  listed = 0;
  rejecting = false;
  FakeChannel.all = [];
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('the notifications of many tabs', () => {
  test('[WEB-65] eight tabs of one participant hold one stream, and each gets what comes, at once', async () => {
    const tabs = Array.from({ length: 8 }, () => openTab('ann'));
    await vi.advanceTimersByTimeAsync(0);
    expect(streams).toHaveLength(1);
    notify('ann', 'n1');
    expect(tabs.map(({ seen }) => [...seen])).toEqual(Array(8).fill(['n1']));
  });

  test('[WEB-65] when the tab with the stream closes the next one opens it, and nothing is lost in between', async () => {
    const [first, ...others] = Array.from({ length: 3 }, () => openTab('ann'));
    await vi.advanceTimersByTimeAsync(0);
    first!.feed.stop();
    expect(streams).toHaveLength(0);
    notify('ann', 'n1');
    await vi.advanceTimersByTimeAsync(0);
    expect(streams).toHaveLength(1);
    expect(others.map(({ seen }) => [...seen])).toEqual([['n1'], ['n1']]);
    expect([...first!.seen]).toEqual([]);
  });

  test('[WEB-65] eight tabs of eight participants hold three streams, and the others get what comes within 6 s', async () => {
    const people = Array.from({ length: 8 }, (_, index) => `person ${index}`);
    const tabs = people.map(openTab);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(streams).toHaveLength(3);
    for (const person of people) notify(person, `for ${person}`);
    await vi.advanceTimersByTimeAsync(6_000);
    expect(tabs.map(({ seen }) => [...seen])).toEqual(people.map((person) => [`for ${person}`]));
  });

  test('[WEB-65] a stream that becomes free is taken', async () => {
    const tabs = ['a', 'b', 'c', 'd'].map(openTab);
    await vi.advanceTimersByTimeAsync(0);
    expect(streams.map(({ access }) => access)).toEqual(['a', 'b', 'c']);
    tabs[0]!.feed.stop();
    await vi.advanceTimersByTimeAsync(6_000);
    expect(streams.map(({ access }) => access)).toEqual(['b', 'c', 'd']);
  });

  test('[WEB-65] a tab that is done holds nothing and asks for nothing', async () => {
    const tabs = ['a', 'b', 'c', 'd', 'd'].map(openTab);
    await vi.advanceTimersByTimeAsync(0);
    for (const { feed } of tabs) feed.stop();
    await vi.advanceTimersByTimeAsync(0);
    const before = listed;
    document.dispatchEvent(new Event('visibilitychange'));
    await vi.advanceTimersByTimeAsync(120_000);
    expect(streams).toEqual([]);
    expect(listed).toBe(before);
    const { feed } = openTab('a');
    await vi.advanceTimersByTimeAsync(0);
    expect(streams, 'no lock is left').toHaveLength(1);
    feed.stop();
  });

  test('[WEB-65] without Web Locks there is no stream, and what comes comes within 6 s', async () => {
    vi.stubGlobal('navigator', {});
    const tabs = ['a', 'a', 'b', 'c', 'd', 'e', 'f', 'g'].map(openTab);
    await vi.advanceTimersByTimeAsync(0);
    notify('a', 'n1');
    await vi.advanceTimersByTimeAsync(6_000);
    expect(streams).toEqual([]);
    expect(tabs.slice(0, 3).map(({ seen }) => seen.size)).toEqual([1, 1, 0]);
  });

  test('[WEB-65] a stream that ends is opened again, and access that is rejected is tried seldom', async () => {
    openTab('ann');
    await vi.advanceTimersByTimeAsync(0);
    streams[0]!.end();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(streams).toHaveLength(1);
    rejecting = true;
    streams[0]!.end();
    const before = listed;
    await vi.advanceTimersByTimeAsync(122_000);
    expect(listed - before).toBeLessThanOrEqual(4);
  });
});
