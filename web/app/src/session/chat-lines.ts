/** From the messages of a room to the bubbles of the panel, with day headings, times and the unread divider. Pure. */
import { notReadBy, readByOthers, type ChatRoomState, type MessageRefusal } from '@rendezvous/client/chat';

export type DeliveryState = 'sending' | 'sent' | 'failed' | 'read';

export interface Bubble {
  readonly key: string;
  readonly mine: boolean;
  /** Whose it is. */
  readonly from: string;
  /** The first of a run of one sender: in a group their name is shown above it. */
  readonly opensRun: boolean;
  /** How many have not read it; null where nobody can tell. Of one's own that were sent. */
  readonly notReadBy: number | null;
  readonly body: string;
  /** Why there is no text to be shown: what is stored is not what was, its sender took it back, or its time is over. */
  readonly gone: 'damaged' | 'deleted' | 'expired' | null;
  readonly at: number;
  readonly state: DeliveryState;
  /** Why it failed; null if it did not. */
  readonly refusal: MessageRefusal | null;
  readonly seq: number | null;
  readonly clientId: string;
  /** The last message of its minute and sender: the time is shown below it. */
  readonly closesMinute: boolean;
  /** The first message of its day: the date is shown above it. */
  readonly opensDay: boolean;
  /** The first unread message when the panel was opened: the divider is shown above it. */
  readonly firstUnread: boolean;
}

const MINUTE_MS = 60_000;

/** `dividerAfter`: the read position when the panel was opened; null for no divider. `now` is the server's time. */
export function bubbles(room: ChatRoomState, dividerAfter: number | null, sameDay: (a: number, b: number) => boolean, now: number): readonly Bubble[] {
  const read = readByOthers(room);
  const lines = [
    ...room.messages.map(({ seq, from, body, corrupt, deleted, expires_at, sent_at, client_id, message_id }) => ({
      // One that is gone has no id.
      key: message_id || `seq-${seq}`,
      mine: from === room.me,
      from,
      notReadBy: from === room.me ? notReadBy(room, seq) : null,
      body: body ?? '',
      gone: goneBy(corrupt === true, deleted === true, body === null || (expires_at !== undefined && expires_at <= now)),
      at: sent_at,
      state: from === room.me && seq <= read ? ('read' as const) : ('sent' as const),
      refusal: null,
      seq,
      clientId: client_id,
    })),
    ...room.pending.map(({ clientId, body, writtenAt, state, refusal }) => ({
      key: clientId,
      mine: true,
      from: room.me,
      notReadBy: null,
      body,
      gone: null,
      at: writtenAt,
      state,
      refusal: refusal ?? null,
      seq: null,
      clientId,
    })),
  ];
  const firstUnread = dividerAfter === null ? undefined : lines.find(({ seq, mine }) => seq !== null && seq > dividerAfter && !mine);
  return lines.map((line, index) => {
    const previous = lines[index - 1];
    const next = lines[index + 1];
    return {
      ...line,
      opensRun: previous === undefined || previous.from !== line.from || !sameDay(previous.at, line.at),
      closesMinute: next === undefined || next.from !== line.from || next.notReadBy !== line.notReadBy || next.state !== line.state || minute(next.at) !== minute(line.at),
      opensDay: previous === undefined || !sameDay(previous.at, line.at),
      firstUnread: line === firstUnread,
    };
  });
}

function goneBy(corrupt: boolean, deleted: boolean, over: boolean): Bubble['gone'] {
  if (corrupt) return 'damaged';
  if (deleted) return 'deleted';
  return over ? 'expired' : null;
}

function minute(at: number): number {
  return Math.floor(at / MINUTE_MS);
}
