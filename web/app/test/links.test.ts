/** Links in messages, and the line that shows a new one. */
import type { Chat } from '@rendezvous/client';
import { emptyChatRoom, type ChatRoomState } from '@rendezvous/client/chat';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { SCENES } from '../gallery/scenes.ts';
import { newestUnread } from '../src/session/message-preview.ts';
import { textParts } from '../src/text/links.ts';
import { renderedScene } from './rendered.ts';

vi.mock('../gallery/fake-camera.ts', () => ({ fakeCameraStream: () => null }));
beforeEach(() => vi.stubGlobal('document', { visibilityState: 'visible' }));
afterEach(() => vi.unstubAllGlobals());

describe('[WEB-167] a message', () => {
  const links = (text: string): (string | null)[] => textParts(text).filter(({ href }) => href !== null).map(({ text: shown }) => shown);
  test.each<[string, string[]]>([
    ['see https://example.org/a?b=c#d, then', ['https://example.org/a?b=c#d']],
    ['(https://en.wikipedia.org/wiki/Minute_(time)).', ['https://en.wikipedia.org/wiki/Minute_(time)']],
    ['HTTP://EXAMPLE.ORG! http://b.example…', ['HTTP://EXAMPLE.ORG', 'http://b.example']],
    ['여기 https://example.kr/길 에서', ['https://example.kr/길']],
    ['javascript:alert(1) data:text/html,x ftp://example.org www.example.org example.org', []],
    ['https://', []],
    ['https://[', []],
    ['', []],
  ])('%j has the links %j, and its text stays whole', (text, expected) => {
    expect(links(text)).toEqual(expected);
    expect(textParts(text).map((part) => part.text).join('')).toBe(text);
  });

  test('leads away without saying from where, and stays text beside its links', () => {
    const html = renderedScene(SCENES['live-chat-links']());
    expect(html).toContain('<a href="https://example.org/song" target="_blank" rel="noopener noreferrer nofollow"');
    expect(html).toContain('&lt;b>no markup&lt;/b>');
  });
});

describe('[WEB-168] the line of a new message', () => {
  const message = (seq: number, from: string, body: string | null, more: Partial<Chat.Message> = {}): Chat.Message => ({ room: 'r', seq, message_id: `m${seq}`, from, client_id: `c${seq}`, body, sent_at: 0, ...more });
  const room = (...messages: Chat.Message[]): ChatRoomState => ({ ...emptyChatRoom('r', 'ann'), readSeq: 1, messages });

  test('is the newest of the other one that was not read and can be', () => {
    expect(newestUnread(room(message(1, 'bo', 'read')), 0)).toBeNull();
    expect(newestUnread(room(message(2, 'bo', 'two\n lines'), message(3, 'ann', 'mine'), message(4, 'bo', null), message(5, 'bo', 'over', { expires_at: 9 })), 10)).toEqual({ seq: 2, body: 'two lines' });
  });

  test('is short, and cuts no character in two', () => {
    expect(newestUnread(room(message(2, 'bo', '😀'.repeat(200))), 0)?.body).toBe(`${'😀'.repeat(140)}…`);
  });
});
