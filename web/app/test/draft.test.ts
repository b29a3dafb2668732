/** The draft of the chat while panels are mounted and unmounted, by server-side rendering. */
import { render } from 'svelte/server';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import ChatPanel from '../src/components/ChatPanel.svelte';
import { Conversation } from '../src/session/chat.svelte.ts';

const setItem = vi.fn();

beforeEach(() => {
  vi.stubGlobal('document', { visibilityState: 'visible' });
  vi.stubGlobal('sessionStorage', { getItem: () => null, setItem });
});

afterEach(() => vi.unstubAllGlobals());

test('[WEB-48] what is written and not sent is there in the next panel of its room, and in no other room', () => {
  const [one, other] = [new Conversation(), new Conversation()];
  expect(renderedDraft(one)).toBe('');
  one.setDraft('half a thou');
  expect(renderedDraft(one), 'beside the call').toBe('half a thou');
  expect(renderedDraft(one), 'after it').toBe('half a thou');
  expect(renderedDraft(other)).toBe('');
  one.setDraft('');
  expect(renderedDraft(one)).toBe('');
});

test('[WEB-48] it is remembered by the page alone', () => {
  new Conversation().setDraft('for nobody yet');
  expect(setItem).not.toHaveBeenCalled();
});

/** The value of the text field in a newly mounted panel. */
function renderedDraft(chat: Conversation): string | undefined {
  const { body } = render(ChatPanel, { props: { chat, actions: chat, name: 'Bo', peerId: 'bo', now: 0 } });
  return /<textarea[^>]*>([^<]*)<\/textarea>/.exec(body)?.[1];
}
