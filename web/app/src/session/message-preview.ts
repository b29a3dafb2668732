/** The line that shows a new message while the chat is closed. Pure. */
import type { ChatRoomState } from '@rendezvous/client/chat';

export interface MessagePreview {
  readonly seq: number;
  readonly body: string;
}

/** So much of a message is read in passing (characters). */
const MAX_LENGTH = 140;

/** The newest unread message of the other one that has a text; null where there is none. */
export function newestUnread({ messages, me, readSeq }: ChatRoomState, now: number): MessagePreview | null {
  const shown = messages.findLast(({ seq, from, body, corrupt, deleted, expires_at }) => seq > readSeq && from !== me && body !== null && corrupt !== true && deleted !== true && (expires_at === undefined || expires_at > now));
  if (shown === undefined || shown.body === null) return null;
  const line = shown.body.replace(/\s+/g, ' ').trim();
  const characters = [...line];
  return { seq: shown.seq, body: characters.length > MAX_LENGTH ? `${characters.slice(0, MAX_LENGTH).join('')}…` : line };
}
