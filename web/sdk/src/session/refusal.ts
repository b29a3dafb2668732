/** Why something of a session was refused, with a code that a page can act on. Pure. */
import { ApiError } from '../scheduler/api-error.ts';
import type { ConnectionRejection } from '../socket/reconnecting-socket.ts';
import { CLOSE_CODES } from '../wire.generated.ts';

/** Why this page is not in the session, or what it lacks there. */
export interface Refusal {
  /** `origin_not_allowed`, `replaced`, `kicked`, … as in the protocol, or `bad_ticket`, `unreachable`, `media_unsupported`. */
  readonly code: string;
  /** More about some codes: why a ticket does not count, or the media server that is needed. */
  readonly reason?: string | undefined;
  /** What to do about it, for whoever reads the console. */
  readonly message: string;
  /** Nothing more is tried. */
  readonly final: boolean;
  /** Of a socket that was closed for good. */
  readonly closeCode?: number | undefined;
  /** Of a ticket that was not given. */
  readonly error?: ApiError | undefined;
}

const MESSAGES: Readonly<Record<string, string>> = {
  origin_not_allowed: "this page's origin is not among the application's allowed_origins",
  replaced: 'the same person has joined elsewhere',
  kicked: 'the person was put out of the session',
  not_a_participant: 'the ticket is for another session or another person',
  unauthenticated: 'the service does not accept the ticket',
  bad_ticket: 'ticket() must resolve to the answer of POST /v1/sessions/{id}/ticket',
  malformed: 'the service could not read what was sent',
};

const CODE_NAMES: ReadonlyMap<number, string> = new Map(Object.entries(CLOSE_CODES).map(([name, code]) => [code, name]));

export function refusalOf(rejection: ConnectionRejection): Refusal {
  if (rejection.by === 'scheduler') {
    const { code, reason, message } = rejection.error;
    return { code, reason, message: MESSAGES[code] ?? message, final: true, error: rejection.error };
  }
  // The error before the close is more exact where one code has several causes.
  const named = CODE_NAMES.get(rejection.code) ?? `closed_${rejection.code}`;
  const code = rejection.error?.code === 'origin_not_allowed' ? rejection.error.code : named;
  return { code, reason: rejection.error?.reason, message: MESSAGES[code] ?? `the service closed the connection for good (${rejection.code})`, final: true, closeCode: rejection.code };
}

export const UNREACHABLE: Refusal = {
  code: 'unreachable',
  message: "the service does not answer, or refuses this page's origin (see allowed_origins); it is tried again",
  final: false,
};

export function mediaUnsupported(kind: string): Refusal {
  return { code: 'media_unsupported', reason: kind, message: `this session needs media: [${kind}] from @rendezvous/client/media/${kind}`, final: false };
}
