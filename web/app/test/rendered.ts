/** What the components draw first, by server-side rendering; the test stubs `document`. */
import { render } from 'svelte/server';
import type { Scene } from '../gallery/scenes.ts';
import SessionView from '../src/SessionView.svelte';

const nothing = (): void => undefined;

/** HTML of a scene of the gallery, its head and its body; `framed`: as in a page of somebody else. */
export function renderedScene({ model, chat, notification, chatOpen }: Scene, framed = false): string {
  const { head, body } = render(SessionView, {
    props: {
      model,
      chat,
      notification,
      chatOpen,
      framed,
      dismiss: nothing,
      actions: { setMuted: nothing, setCameraOff: nothing, extend: nothing, declineExtension: nothing, react: nothing, leave: nothing, comeBack: nothing, retryDevices: nothing, selectDevice: nothing, sendFeedback: async () => undefined },
      chatActions: { setDraft: nothing, send: () => true, retry: nothing, edit: nothing, deleteMessage: nothing, markRead: nothing, loadOlder: nothing, sendTyping: nothing },
    },
  });
  return head + body;
}

/** What stands between the tags of the element with this `data-testid`, without markup; null if it isn't there. */
export function textOf(html: string, testId: string): string | null {
  const element = new RegExp(`<(\\w+)[^>]*data-testid="${testId}"[^>]*>([\\s\\S]*?)</\\1>`).exec(html);
  return element?.[2]?.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ').trim() ?? null;
}
