/** Whether and when to reconnect, by the range of the close code. Pure: randomness is an argument. */
import { CLOSE_CODES } from './wire.generated.ts';

/** First delay, doubled with each consecutive attempt (ms). Short, because the server keeps a seat for 30 s only. */
const FIRST_DELAY_MS = 200;

/** Cap of the delay between two attempts (ms). */
const MAX_DELAY_MS = 3_000;

/** Closes by what was sent: the same frames on another socket end the same way (RFC 6455, 7.4.1). */
const REFUSED_FRAME_CODES: ReadonlySet<number> = new Set([1002, 1003, 1007, 1009, CLOSE_CODES.malformed]);

/** Consecutive closes of that kind before reconnecting stops. */
const MAX_REFUSALS = 5;

/** Consecutive tickets that the server may reject before reconnecting stops. */
const MAX_TICKET_ATTEMPTS = 3;

export type ReconnectDecision =
  | { readonly next: 'retry'; readonly delayMs: number; readonly ticket: 'same' | 'new' }
  | { readonly next: 'stop'; readonly code: number };

export interface CloseInfo {
  readonly code: number;
  /** Attempts since the last `welcome`, 0 for the first. */
  readonly attempt: number;
  /** Consecutive closes by what was sent, with this one. */
  readonly refusals?: number;
  /** Consecutive closes because of the ticket, with this one. */
  readonly rejections?: number;
  /** From `going_away` or an `error`: minimum delay before the next attempt. */
  readonly retryAfterMs?: number | undefined;
  /** The server sent `going_away` before the close, whatever the close code. */
  readonly draining?: boolean;
  /** Jitter, in [0, 1). */
  readonly random: number;
}

/** Codes 4500–4999 are final, all others reconnect after a backoff. 4501 reconnects with a new ticket. */
export function decideReconnect({ code, attempt, refusals = 0, rejections = 1, retryAfterMs, draining, random }: CloseInfo): ReconnectDecision {
  const ticketRejected = code === CLOSE_CODES.unauthenticated;
  if (code >= 4500 && code <= 4999 && !(ticketRejected && rejections <= MAX_TICKET_ATTEMPTS)) return { next: 'stop', code };
  if (refusals >= MAX_REFUSALS) return { next: 'stop', code };
  return {
    next: 'retry',
    delayMs: (retryAfterMs ?? 0) + backoffDelay(Math.max(attempt, refusals), random),
    ticket: ticketRejected || draining || code === CLOSE_CODES.going_away ? 'new' : 'same',
  };
}

/** Whether the server closed because of a frame that it cannot take: a lost line has other codes. */
export function isFrameRefusal(code: number): boolean {
  return REFUSED_FRAME_CODES.has(code);
}

/** Exponential and capped; the upper half is jitter (ms). */
export function backoffDelay(attempt: number, random: number): number {
  const ceiling = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(attempt, 10));
  return ceiling / 2 + (ceiling / 2) * random;
}
