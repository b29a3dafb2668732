/**
 * Shows pushes, and opens the page that a notification leads to. It keeps nothing and stands between the page and the network in
 * nothing: without pushes nobody has it.
 */
import { notificationOf, type NotificationData } from './notification.ts';

declare const self: ServiceWorkerGlobalScope;

/** How long a page may take to say which session it shows (ms): a window that was in the background is woken first. */
const ANSWER_LIMIT_MS = 3_000;

/** Where the app lies: the worker's file stands there. */
const base = new URL('./', self.location.href).pathname;

self.addEventListener('install', () => void self.skipWaiting());

self.addEventListener('push', (event) => {
  const { title, options } = notificationOf(event.data?.text() ?? '', Date.now(), self.navigator.languages);
  event.waitUntil(self.registration.showNotification(title, { ...options, icon: `${base}mark.svg` }));
});

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(openPage(event.notification.data as NotificationData));
});

/** The window that shows it already, or a new one. A page of a join link has no address of its own: it is asked. */
async function openPage({ path, sessionId }: NotificationData): Promise<void> {
  const windows = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const ofLink = self.registration.scope !== new URL(base, self.location.href).href;
  const address = base + (ofLink ? 'join' : path);
  const open = windows.find((one) => !ofLink && new URL(one.url).pathname === address) ?? (sessionId === null ? undefined : await showing(windows, sessionId));
  if (open === undefined) await self.clients.openWindow(address);
  else await open.focus();
}

/** The first that says so: one that is frozen keeps nobody waiting for the others. */
function showing(windows: readonly WindowClient[], sessionId: string): Promise<WindowClient | undefined> {
  const answers = windows.map(async (one) => ((await sessionOf(one)) === sessionId ? one : Promise.reject(new Error('shows another'))));
  return Promise.any(answers).catch(() => undefined);
}

/** What `answerWorker` of the app answers; null where the page shows none, or does not answer. */
function sessionOf(client: WindowClient): Promise<string | null> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    const limit = setTimeout(() => resolve(null), ANSWER_LIMIT_MS);
    port1.onmessage = ({ data }) => {
      clearTimeout(limit);
      resolve(typeof data === 'string' ? data : null);
    };
    client.postMessage('rendezvous:which-session', [port2]);
  });
}
