/** Whether and when to reconnect, by the range of the close code. Pure: randomness is an argument. */
import { CLOSE_CODES } from './wire.generated.ts';

/** First delay, doubled with each consecutive attempt (ms). Short, because the server keeps a seat for 30 s only. */
const FIRST_DELAY_MS = 200;

/** Cap of the delay between two attempts (ms). */
const MAX_DELAY_MS = 3_000;

/** Consecutive tickets that the server may reject before reconnecting stops. */
const MAX_TICKET_ATTEMPTS = 3;

export type ReconnectDecision =
  | { readonly next: 'retry'; readonly delayMs: number; readonly ticket: 'same' | 'new' }
  | { readonly next: 'stop'; readonly code: number };

export interface CloseInfo {
  readonly code: number;
  /** Attempts since the last `welcome`, 0 for the first. */
  readonly attempt: number;
  /** From `going_away` or an `error`: minimum delay before the next attempt. */
  readonly retryAfterMs?: number | undefined;
  /** The server sent `going_away` before the close, whatever the close code. */
  readonly draining?: boolean;
  /** Jitter, in [0, 1). */
  readonly random: number;
}

/** Codes 4500–4999 are final, all others reconnect after a backoff. 4501 reconnects with a new ticket. */
export function decideReconnect({ code, attempt, retryAfterMs, draining, random }: CloseInfo): ReconnectDecision {
  const ticketRejected = code === CLOSE_CODES.unauthenticated;
  if (code >= 4500 && code <= 4999 && !(ticketRejected && attempt < MAX_TICKET_ATTEMPTS)) return { next: 'stop', code };
  return {
    next: 'retry',
    delayMs: (retryAfterMs ?? 0) + backoffDelay(attempt, random),
    ticket: ticketRejected || draining || code === CLOSE_CODES.going_away ? 'new' : 'same',
  };
}

/** Exponential and capped; the upper half is jitter (ms). */
export function backoffDelay(attempt: number, random: number): number {
  const ceiling = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(attempt, 10));
  return ceiling / 2 + (ceiling / 2) * random;
}
