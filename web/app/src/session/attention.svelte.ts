/** How a person wants to be called back to the tab, as Svelte state, and the calling. */
import type { Moment } from './attention.ts';
import { chime } from './chime.ts';
import { prefer, preference } from './preference.ts';

const SOUND = ['on', 'off'] as const;
const NOTIFY = ['off', 'on'] as const;

export class Attention {
  sound = $state.raw(preference('sound', SOUND) === 'on');
  #wantsNotifications = $state.raw(preference('notify', NOTIFY) === 'on');
  #permission = $state.raw<NotificationPermission>(typeof Notification === 'undefined' ? 'denied' : Notification.permission);
  notifies = $derived(this.#permission === 'granted' && this.#wantsNotifications);
  /** A frame of another site, and who has said no, is not asked. */
  mayNotify = $derived(this.#permission !== 'denied');

  setSound(on: boolean): void {
    this.sound = on;
    prefer('sound', on ? 'on' : 'off');
    if (on) void chime('came');
  }

  /** Asks the browser's permission where it has not been given; only from a click. */
  async setNotifies(on: boolean): Promise<void> {
    if (on && this.#permission === 'default') this.#permission = await Notification.requestPermission().catch(() => 'denied' as const);
    this.#wantsNotifications = on;
    prefer('notify', on ? 'on' : 'off');
  }

  /** `text`: what a notification says. Whoever looks at the page needs no message to be heard, and no notification. */
  call(moment: Moment, text: string, looking: boolean): void {
    if (this.sound && !(looking && moment === 'message')) void chime(moment);
    if (this.notifies && document.visibilityState === 'hidden') void notify(text);
  }
}

async function notify(text: string): Promise<void> {
  const options = { tag: 'session', body: text };
  try {
    const shown = new Notification('Rendezvous', options);
    shown.onclick = () => {
      window.focus();
      shown.close();
    };
  } catch {
    // On phones only a service worker may.
    const worker = await navigator.serviceWorker?.getRegistration().catch(() => undefined);
    await worker?.showNotification('Rendezvous', options).catch(() => undefined);
  }
}
