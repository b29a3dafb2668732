/** What went wrong, whatever it was: a refusal of the scheduler, no answer from it, or a webhook that is not ours. */
import type { FieldError, Problem } from './types.ts';

/** What an error consists of, beside its message. */
export interface RendezvousErrorParts {
  /** Of the answer; absent where there was none, and for webhooks. */
  status?: number;
  /** A word that stays the same, as `busy` or `invalid_field`; without an answer `timeout`, `connection_failed`, `aborted` or `bad_answer`. */
  code: string;
  /** Each field that is wrong. */
  errors?: readonly FieldError[];
  /** The whole problem document (RFC 9457). */
  problem?: Problem;
  /** When to try again, in milliseconds. */
  retryAfterMs?: number;
  /** What was caught underneath, where something was. */
  cause?: unknown;
}

/** Whatever went wrong: match on `code`, which does not change. */
export class RendezvousError extends Error {
  /** Of the answer; undefined where there was none, and for webhooks. */
  readonly status: number | undefined;
  /** A word that stays the same, as `busy` or `invalid_field`; without an answer `timeout`, `connection_failed`, `aborted` or `bad_answer`. */
  readonly code: string;
  /** Each field that is wrong. */
  readonly errors: readonly FieldError[];
  /** The whole problem document (RFC 9457). */
  readonly problem: Problem | undefined;
  /** When to try again, in milliseconds from the answer. */
  readonly retryAfterMs: number | undefined;

  /** @internal The client throws it. */
  constructor(message: string, parts: RendezvousErrorParts) {
    super(message, parts.cause === undefined ? undefined : { cause: parts.cause });
    this.name = 'RendezvousError';
    this.status = parts.status;
    this.code = parts.code;
    this.errors = parts.errors ?? [];
    this.problem = parts.problem;
    this.retryAfterMs = parts.retryAfterMs;
  }
}
