/**
 * Pushes to this browser: it subscribes at its own push service, and the scheduler is told where that is. A browser that its person
 * never asked is not subscribed, and one that another person used is not taken over.
 */
import type { PushKey, SubscribeToPush, SubscribedToPush } from '../wire.generated.ts';
import { ApiError } from './api-error.ts';
import { requestJson } from './request.ts';

/** `unavailable`: this browser can't, or the server sends none. `denied`: the browser was told never to. */
export type PushState = 'unavailable' | 'denied' | 'off' | 'on';

/** Whose pushes they are, and by which service worker they come. */
export interface PushOptions {
  /** The path below which the scheduler's API lies, without a slash at its end. */
  readonly base: string;
  /** Of a page that came by a join link; null where a cookie is the credential. */
  readonly access: string | null;
  /** Whose subscription it is: another one's is left alone. */
  readonly owner: string;
  /** Address of the service worker: a string, or what a Trusted Types policy has made of one. */
  readonly worker: string | object;
  /** The scope of its registration, an absolute path. Each scope has a subscription of its own. */
  readonly scope: string;
}

/** What is remembered of a subscription: whose it is, and its id. */
interface Remembered {
  readonly owner: string;
  readonly id: string;
}

const PREFIX = 'rendezvous:push:';

/** Pushes to this browser: whether it gets them, and how that is changed. */
export class PushClient {
  readonly #options: PushOptions;

  constructor(options: PushOptions) {
    this.#options = options;
  }

  /**
   * How it stands. A subscription of this owner is told to the scheduler again, which may have lost it; one of an earlier key of the
   * server is made anew, since nobody can send to it any more.
   */
  async state(): Promise<PushState> {
    if (!isSupported()) return 'unavailable';
    if (Notification.permission === 'denied') return 'denied';
    const registration = await this.#registration();
    const subscription = await registration?.pushManager.getSubscription();
    try {
      const key = decoded(await this.#key());
      if (!registration || !subscription || Notification.permission !== 'granted' || !this.#isOwn()) return 'off';
      await this.#subscribeWith(registration, key);
      return 'on';
    } catch (error) {
      return isOff(error) ? 'unavailable' : 'off';
    }
  }

  /** Asks the person, by the browser's own question. Call it where they have pressed a button. Fails where a server does not answer. */
  async subscribe(): Promise<PushState> {
    if (!isSupported()) return 'unavailable';
    const permission = await Notification.requestPermission();
    if (permission !== 'granted') return permission === 'denied' ? 'denied' : 'off';
    const key = decoded(await this.#key());
    const registration = await navigator.serviceWorker.register(this.#options.worker as string, { scope: this.#options.scope, updateViaCache: 'none' });
    await activated(registration);
    await this.#subscribeWith(registration, key);
    return 'on';
  }

  /** Here, with the worker, and at the scheduler; what one of the two does not know any more is no error. */
  async unsubscribe(): Promise<PushState> {
    if (!isSupported()) return 'unavailable';
    const remembered = this.#remembered();
    this.#remember(null);
    const registration = await this.#registration();
    await (await registration?.pushManager.getSubscription())?.unsubscribe();
    await registration?.unregister();
    if (remembered !== null) {
      await this.#send('DELETE', `/v1/push-subscriptions/${encodeURIComponent(remembered.id)}`).catch((error: unknown) => {
        if (!(error instanceof ApiError) || ![401, 403, 404].includes(error.status)) throw error;
      });
    }
    return 'off';
  }

  async #subscribeWith({ pushManager }: ServiceWorkerRegistration, key: Uint8Array<ArrayBuffer>): Promise<void> {
    const found = await pushManager.getSubscription();
    // Of an earlier key of the server, or of somebody else who used this browser: its address is not used again.
    const stale = found !== null && (!this.#isOwn() || !sameBytes(found.options.applicationServerKey, key));
    if (stale) await found.unsubscribe();
    const subscription = found !== null && !stale ? found : await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
    await this.#tell(subscription);
  }

  #isOwn(): boolean {
    return this.#remembered()?.owner === this.#options.owner;
  }

  async #key(): Promise<string> {
    return (await this.#send<PushKey>('GET', '/v1/push/key')).public_key;
  }

  async #tell(subscription: PushSubscription): Promise<void> {
    const written = subscription.toJSON() as SubscribeToPush;
    const { id } = await this.#send<SubscribedToPush>('POST', '/v1/push-subscriptions', written);
    this.#remember({ owner: this.#options.owner, id });
  }

  /** Of exactly this scope: the browser would give the one of a scope around it as well. */
  async #registration(): Promise<ServiceWorkerRegistration | undefined> {
    const registrations = await navigator.serviceWorker.getRegistrations();
    return registrations.find(({ scope }) => new URL(scope).pathname === this.#options.scope);
  }

  #remembered(): Remembered | null {
    try {
      const text = localStorage.getItem(PREFIX + this.#options.scope);
      return text === null ? null : (JSON.parse(text) as Remembered);
    } catch {
      return null;
    }
  }

  #remember(remembered: Remembered | null): void {
    try {
      if (remembered === null) localStorage.removeItem(PREFIX + this.#options.scope);
      else localStorage.setItem(PREFIX + this.#options.scope, JSON.stringify(remembered));
    } catch {
      // Forbidden: the person is asked again.
    }
  }

  #send<T>(method: string, path: string, body?: object): Promise<T> {
    const { base, access } = this.#options;
    return requestJson(method, base + path, { access, ...(body === undefined ? {} : { body }) });
  }
}

function isSupported(): boolean {
  return isSecureContext && 'serviceWorker' in navigator && 'PushManager' in globalThis && 'Notification' in globalThis;
}

function isOff(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404;
}

/** A subscription needs a worker that is active. `navigator.serviceWorker.ready` waits for one whose scope this page lies in. */
async function activated(registration: ServiceWorkerRegistration): Promise<void> {
  const worker = registration.installing ?? registration.waiting;
  if (registration.active !== null || worker === null) return;
  await new Promise<void>((resolve, reject) => {
    worker.addEventListener('statechange', () => {
      if (worker.state === 'activated') resolve();
      if (worker.state === 'redundant') reject(new Error('the service worker was replaced'));
    });
  });
}

function decoded(base64url: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64url.replace(/-/g, '+').replace(/_/g, '/'));
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function sameBytes(buffer: ArrayBuffer | null, bytes: Uint8Array): boolean {
  const other = new Uint8Array(buffer ?? new ArrayBuffer(0));
  return other.length === bytes.length && other.every((byte, at) => byte === bytes[at]);
}
