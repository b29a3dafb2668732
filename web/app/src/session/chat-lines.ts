/** From a room's messages to what stands in the panel: days, minutes, the divider, our unsent ones. Pure. */
import { readByOthers, type RoomState } from '@rendezvous/sdk';

export type DeliveryState = 'sending' | 'sent' | 'failed' | 'read';

export interface Bubble {
  readonly key: string;
  readonly mine: boolean;
  readonly body: string;
  readonly at: number;
  readonly state: DeliveryState;
  readonly seq: number | null;
  readonly clientId: string;
  /** The last of its minute and sender: the time stands below it. */
  readonly closesMinute: boolean;
  /** The first of its day. */
  readonly opensDay: boolean;
  /** The first that was not read when the panel was opened. */
  readonly firstUnread: boolean;
}

/** A minute (ms): messages of one person within one minute stand together. */
const MINUTE_MS = 60_000;

/** `dividerAfter` is the read position when the panel was opened; null for no divider. */
export function bubbles(room: RoomState, dividerAfter: number | null, sameDay: (a: number, b: number) => boolean): readonly Bubble[] {
  const read = readByOthers(room);
  const lines = [
    ...room.messages.map(({ seq, from, body, sent_at, client_id, message_id }) => ({
      key: message_id,
      mine: from === room.me,
      body,
      at: sent_at,
      state: from === room.me && seq <= read ? ('read' as const) : ('sent' as const),
      seq,
      clientId: client_id,
    })),
    ...room.pending.map(({ clientId, body, writtenAt, state }) => ({ key: clientId, mine: true, body, at: writtenAt, state, seq: null, clientId })),
  ];
  const firstUnread = dividerAfter === null ? undefined : lines.find(({ seq, mine }) => seq !== null && seq > dividerAfter && !mine);
  return lines.map((line, index) => {
    const before = lines[index - 1];
    const after = lines[index + 1];
    return {
      ...line,
      closesMinute: after === undefined || after.mine !== line.mine || after.state !== line.state || minute(after.at) !== minute(line.at),
      opensDay: before === undefined || !sameDay(before.at, line.at),
      firstUnread: line === firstUnread,
    };
  });
}

function minute(at: number): number {
  return Math.floor(at / MINUTE_MS);
}
