/** The service worker of a page, as a push service and a person's finger reach it. */
import type { BrowserContext, CDPSession, Page, Worker } from '@playwright/test';
import { until } from './waiting.ts';

export interface Shown {
  readonly title: string;
  readonly body: string;
  readonly lang: string;
}

export class PushWorker {
  readonly #page: Page;
  readonly #session: CDPSession;
  readonly #ids = new Map<string, string>();

  private constructor(page: Page, session: CDPSession) {
    this.#page = page;
    this.#session = session;
    session.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      for (const { registrationId, scopeURL } of registrations) this.#ids.set(scopeURL, registrationId);
    });
  }

  static async of(page: Page): Promise<PushWorker> {
    const session = await page.context().newCDPSession(page);
    const worker = new PushWorker(page, session);
    await session.send('ServiceWorker.enable');
    return worker;
  }

  /** Gives the worker of that scope a message, as the browser does with one that it has decrypted. */
  async delivers(scope: string, data: string): Promise<void> {
    const registrationId = await until(`a worker of ${scope}`, () => this.#ids.get(scope));
    await this.#session.send('ServiceWorker.deliverPushMessage', { origin: new URL(scope).origin, registrationId, data });
  }

  /** The one notification that is shown. */
  async shows(scope: string): Promise<Shown> {
    return until('a notification', () =>
      this.#page.evaluate(async (scope) => {
        const registrations = await navigator.serviceWorker.getRegistrations();
        const shown = (await registrations.find((one) => one.scope === scope)?.getNotifications()) ?? [];
        const [first] = shown;
        return shown.length === 1 && first !== undefined ? { title: first.title, body: first.body, lang: first.lang } : undefined;
      }, scope),
    );
  }

  /**
   * Clicks on it, and returns the address of the window that is opened, or shown. The browser itself opens one for a real finger alone, so
   * that last step is written down here.
   */
  async clicks(context: BrowserContext, scope: string): Promise<string> {
    const found = await until(`a running worker of ${scope}`, () => runningWorker(context, scope));
    return found.evaluate(async () => {
      const worker = globalThis as unknown as {
        registration: ServiceWorkerRegistration;
        Clients: { prototype: object };
        WindowClient: { prototype: object };
        NotificationEvent: new (type: string, init: object) => Event;
      };
      const addresses: string[] = [];
      Object.assign(worker.Clients.prototype, { openWindow: async (url: string) => (addresses.push(new URL(url, location.href).href), null) });
      Object.assign(worker.WindowClient.prototype, {
        async focus(this: { url: string }) {
          addresses.push(this.url);
          return this;
        },
      });
      const [notification] = await worker.registration.getNotifications();
      const click = new worker.NotificationEvent('notificationclick', { notification });
      let opening: Promise<unknown> = Promise.resolve();
      Object.assign(click, { waitUntil: (work: Promise<unknown>) => (opening = work) });
      dispatchEvent(click);
      await opening;
      return addresses.join(' ');
    });
  }
}

async function runningWorker(context: BrowserContext, scope: string): Promise<Worker | undefined> {
  for (const worker of context.serviceWorkers()) {
    const of = await worker.evaluate(() => (self as unknown as { registration: { scope: string } }).registration.scope).catch(() => undefined);
    if (of === scope) return worker;
  }
  return undefined;
}
