/** What went wrong, whatever it was: a refusal of the scheduler, no answer from it, or a webhook that is not ours. */
import type { FieldError, Problem } from './types.ts';

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
  cause?: unknown;
}

export class RendezvousError extends Error {
  readonly status: number | undefined;
  readonly code: string;
  readonly errors: readonly FieldError[];
  readonly problem: Problem | undefined;
  readonly retryAfterMs: number | undefined;

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
