/** Subscribing to pushes, with a browser of the test's own around it. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { PushClient } from '../src/scheduler/push.ts';

const KEY = 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4';

class FakeSubscription {
  ended = false;
  readonly #endpoint: string;
  readonly options: { applicationServerKey: ArrayBuffer };

  constructor(endpoint: string, key: Uint8Array<ArrayBuffer>) {
    this.#endpoint = endpoint;
    this.options = { applicationServerKey: key.buffer };
  }

  toJSON(): object {
    return { endpoint: this.#endpoint, expirationTime: null, keys: { p256dh: 'point', auth: 'secret' } };
  }

  async unsubscribe(): Promise<boolean> {
    return (this.ended = true);
  }
}

/** What the browser has, and what was sent. */
interface Around {
  permission: NotificationPermission;
  answer: NotificationPermission;
  subscription: FakeSubscription | null;
  registered: { worker: unknown; options: unknown }[];
  readonly sent: { method: string; url: string; body: unknown }[];
  /** Status of a request, by method and path. */
  readonly status: Map<string, number>;
}

let around: Around;
let stored: Map<string, string>;

function stub(): void {
  around = { permission: 'default', answer: 'granted', subscription: null, registered: [], sent: [], status: new Map() };
  stored = new Map();
  const pushManager = {
    getSubscription: async () => (around.subscription?.ended === false ? around.subscription : null),
    subscribe: async ({ applicationServerKey }: { applicationServerKey: Uint8Array<ArrayBuffer> }) => (around.subscription = new FakeSubscription(`https://push.example/${around.registered.length}`, applicationServerKey)),
  };
  const registration = { scope: 'https://meet.example/app/', active: {}, installing: null, waiting: null, pushManager, unregister: async () => ((around.registered = []), true) };
  vi.stubGlobal('isSecureContext', true);
  vi.stubGlobal('PushManager', class {});
  vi.stubGlobal('Notification', {
    get permission() {
      return around.permission;
    },
    requestPermission: async () => (around.permission = around.answer),
  });
  vi.stubGlobal('localStorage', { getItem: (key: string) => stored.get(key) ?? null, setItem: (key: string, text: string) => stored.set(key, text), removeItem: (key: string) => stored.delete(key) });
  vi.stubGlobal('navigator', {
    serviceWorker: {
      getRegistrations: async () => (around.registered.length === 0 ? [] : [registration]),
      register: async (worker: unknown, options: unknown) => {
        around.registered.push({ worker, options });
        return registration;
      },
    },
  });
  vi.stubGlobal('fetch', async (url: string, { method, body }: { method: string; body: string | null }) => {
    around.sent.push({ method, url, body: body === null ? null : JSON.parse(body) });
    const status = around.status.get(`${method} ${url}`) ?? 200;
    const answer = url.endsWith('/key') ? { public_key: KEY } : { id: 'sub-1' };
    return new Response(JSON.stringify(status === 200 ? answer : {}), { status });
  });
}

const client = (owner = 'ann'): PushClient => new PushClient({ base: '/app', access: null, owner, worker: '/app/service-worker.js', scope: '/app/' });
const requests = (): string[] => around.sent.map(({ method, url }) => `${method} ${url}`);

describe('pushes', () => {
  beforeEach(stub);
  afterEach(() => vi.unstubAllGlobals());

  test('[WEB-105] nobody is asked before they press the button, and nothing is registered', async () => {
    expect(await client().state()).toBe('off');
    expect(around.permission).toBe('default');
    expect(around.registered).toEqual([]);
    around.answer = 'denied';
    expect(await client().subscribe()).toBe('denied');
    expect(around.registered).toEqual([]);
    expect(await client().state()).toBe('denied');
  });

  test('[WEB-105] what the browser gives is told to the scheduler, and again when the page comes back', async () => {
    expect(await client().subscribe()).toBe('on');
    expect(around.registered).toEqual([{ worker: '/app/service-worker.js', options: { scope: '/app/', updateViaCache: 'none' } }]);
    const told = { method: 'POST', url: '/app/v1/push-subscriptions', body: { endpoint: 'https://push.example/1', expirationTime: null, keys: { p256dh: 'point', auth: 'secret' } } };
    expect(around.sent.at(-1)).toEqual(told);
    around.sent.length = 0;
    expect(await client().state()).toBe('on');
    expect(requests()).toEqual(['GET /app/v1/push/key', 'POST /app/v1/push-subscriptions']);
    expect(around.sent.at(-1)).toEqual(told);
  });

  test('[WEB-106] what somebody else left in the browser is neither theirs nor taken over', async () => {
    await client('ann').subscribe();
    const hers = around.subscription;
    around.sent.length = 0;
    expect(await client('bo').state()).toBe('off');
    expect(requests(), 'Bo asked for nothing').toEqual(['GET /app/v1/push/key']);
    expect(await client('bo').subscribe()).toBe('on');
    expect(hers?.ended, 'its address is not used again').toBe(true);
    expect(around.subscription).not.toBe(hers);
  });

  test('[WEB-106] a subscription of an earlier key of the server is made anew', async () => {
    await client().subscribe();
    const old = (around.subscription = new FakeSubscription('https://push.example/old', Uint8Array.of(4, 1)));
    await client().subscribe();
    expect(old.ended).toBe(true);
    expect(around.sent.at(-1)?.body).toMatchObject({ endpoint: 'https://push.example/2' });
  });

  test('[WEB-114] one of an earlier key is made anew when the page comes back, without a question', async () => {
    await client().subscribe();
    const old = (around.subscription = new FakeSubscription('https://push.example/old', Uint8Array.of(4, 1)));
    around.answer = 'denied';
    expect(await client().state()).toBe('on');
    expect(old.ended, 'nobody can send to it').toBe(true);
    expect(around.sent.at(-1)?.body).toMatchObject({ endpoint: 'https://push.example/1' });
  });

  test('[WEB-107] it ends here and at the scheduler, which may have forgotten it', async () => {
    await client().subscribe();
    around.status.set('DELETE /app/v1/push-subscriptions/sub-1', 404);
    expect(await client().unsubscribe()).toBe('off');
    expect(requests().at(-1)).toBe('DELETE /app/v1/push-subscriptions/sub-1');
    expect(around.subscription?.ended).toBe(true);
    expect(around.registered, 'no worker is left').toEqual([]);
    expect(await client().state()).toBe('off');
  });

  test('[WEB-107] a browser that can not, and a server that sends none, are told from who has not decided', async () => {
    around.status.set('GET /app/v1/push/key', 404);
    expect(await client().state()).toBe('unavailable');
    vi.stubGlobal('isSecureContext', false);
    expect(await client().state()).toBe('unavailable');
    expect(await client().subscribe()).toBe('unavailable');
    expect(around.registered).toEqual([]);
  });
});
