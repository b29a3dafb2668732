/**
 * What two people say about more time beside the server's own frames: "not now", and that a request counts no more. The server knows
 * requests and their granting alone; the rest goes by `data`, so that an older page simply hears nothing of it. Pure.
 */
import type { SessionState, SocketStatus } from '@rendezvous/client';

/** What the other page is told, as `{extension: …}`. */
export type ExtensionWord = 'asked' | 'declined' | 'withdrawn';

/** What was said since the last extension. */
export interface ExtensionTalk {
  /** The peer's request is not shown: this person has declined it, or it counts no more. */
  readonly hidden: boolean;
  /** One's own request counts no more, and may be made anew. */
  readonly withdrawn: boolean;
  /** When the peer declined (server time, Unix ms); null if they have not. */
  readonly declinedAt: number | null;
}

/** What is shown of it. */
export interface Extension {
  /** This person has asked, and nobody has answered yet. */
  readonly asked: boolean;
  readonly wanted: boolean;
  /** The peer has just declined. */
  readonly declined: boolean;
}

/** The part of a snapshot that requests depend on. */
export interface Line {
  readonly session: Pick<SessionState, 'peer' | 'extendAskedBy' | 'me' | 'timeline'>;
  readonly connection: SocketStatus;
}

export const NOTHING_SAID: ExtensionTalk = { hidden: false, withdrawn: false, declinedAt: null };

const VOID: ExtensionTalk = { hidden: true, withdrawn: true, declinedAt: null };

/** How long it is shown that the peer has declined (ms). */
const DECLINED_SHOWN_MS = 10_000;

/** Null for whatever is no word about more time. */
export function extensionWord(payload: unknown): ExtensionWord | null {
  const { extension } = (payload ?? {}) as { extension?: unknown };
  return extension === 'asked' || extension === 'declined' || extension === 'withdrawn' ? extension : null;
}

export function heard(talk: ExtensionTalk, word: ExtensionWord, now: number): ExtensionTalk {
  switch (word) {
    case 'asked':
      return { ...talk, hidden: false };
    case 'declined':
      return { ...talk, withdrawn: true, declinedAt: now };
    case 'withdrawn':
      return VOID;
  }
}

export function saidByMe(talk: ExtensionTalk, word: 'asked' | 'declined'): ExtensionTalk {
  return word === 'asked' ? { ...talk, withdrawn: false, declinedAt: null } : { ...talk, hidden: true };
}

/** A request of which one of the two may not know any more is none; one that was granted is over. */
export function afterChange(talk: ExtensionTalk, before: Line, after: Line): ExtensionTalk {
  if (extensions(after) > extensions(before)) return NOTHING_SAID;
  return bothThere(before) && !bothThere(after) && after.session.extendAskedBy.length > 0 ? VOID : talk;
}

/** Both can be told again what they may have missed. */
export function isBack(before: Line, after: Line): boolean {
  return !bothThere(before) && bothThere(after);
}

export function extensionOf({ hidden, withdrawn, declinedAt }: ExtensionTalk, { session, connection }: Line, now: number): Extension {
  const { extendAskedBy, me } = session;
  const asked = me !== null && extendAskedBy.includes(me) && !withdrawn;
  return {
    asked,
    wanted: !asked && !hidden && extendAskedBy.some((user) => user !== me) && bothThere({ session, connection }),
    declined: declinedAt !== null && now < declinedAt + DECLINED_SHOWN_MS,
  };
}

function bothThere({ session, connection }: Line): boolean {
  return connection === 'open' && session.peer?.presence.is === 'here';
}

function extensions({ session }: Line): number {
  return session.timeline.filter(({ what }) => what === 'extended').length;
}
