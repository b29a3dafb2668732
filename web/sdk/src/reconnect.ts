/** What to do after a socket closed: the close code's range says it. Pure: randomness is an argument. */
import { CLOSE_CODES } from './wire.generated.ts';

/** First wait, doubled with each attempt in a row (ms). Short, because a seat is kept for 30 s only. */
const FIRST_DELAY_MS = 200;

/** Longest wait between two attempts (ms). */
const LONGEST_DELAY_MS = 3_000;

/** Tickets refused in a row before we stop asking for new ones. */
const TICKET_ATTEMPTS = 3;

export type AfterClose =
  | { readonly next: 'retry'; readonly delayMs: number; readonly ticket: 'same' | 'new' }
  | { readonly next: 'stop'; readonly code: number };

export interface Closed {
  readonly code: number;
  /** Attempts since the last `welcome`, 0 for the first. */
  readonly attempt: number;
  /** From `going_away` or an `error`: no earlier than this. */
  readonly retryAfterMs?: number | undefined;
  /** It said `going_away`, however its socket closed then. */
  readonly draining?: boolean;
  /** In [0, 1). */
  readonly random: number;
}

/** Codes 4500–4999 stop, all others come back after a growing, jittered wait. 4501 comes back with a new ticket. */
export function afterClose({ code, attempt, retryAfterMs, draining, random }: Closed): AfterClose {
  const refusedTicket = code === CLOSE_CODES.unauthenticated;
  if (code >= 4500 && code <= 4999 && !(refusedTicket && attempt < TICKET_ATTEMPTS)) return { next: 'stop', code };
  return {
    next: 'retry',
    delayMs: (retryAfterMs ?? 0) + backOff(attempt, random),
    ticket: refusedTicket || draining || code === CLOSE_CODES.going_away ? 'new' : 'same',
  };
}

/** Exponential, capped, with the upper half random. */
export function backOff(attempt: number, random: number): number {
  const ceiling = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(attempt, 10));
  return ceiling / 2 + (ceiling / 2) * random;
}
