/** A failed request: an RFC 9457 problem document, or no response at all (status 0). */
import type { FieldError, Problem } from '../wire.generated.ts';

/** A request that failed: the scheduler's problem document, or no answer at all. */
export class ApiError extends Error {
  /** Of HTTP; 0 where there was no answer. */
  readonly status: number;
  /** A word that stays the same, as `session_over`; `unavailable` where there was no answer. */
  readonly code: string;
  /** Of some codes: why. */
  readonly reason: string | undefined;
  /** Each field that is wrong. */
  readonly errors: readonly FieldError[];
  /** From now, in milliseconds. */
  readonly retryAfterMs: number | undefined;
  /** Of `no_peeks_left`: when there is one again. */
  readonly at: number | undefined;

  constructor(status: number, problem: Partial<Omit<Problem, 'code'>> & { readonly code?: string }) {
    super(problem.detail ?? `HTTP ${status}`);
    this.name = 'ApiError';
    this.status = status;
    this.code = problem.code ?? 'unavailable';
    this.reason = problem.reason;
    this.errors = problem.errors ?? [];
    this.retryAfterMs = problem.retry_after_ms;
    this.at = problem.at;
  }

  /** Whether a retry may succeed: no response, 429 or 5xx. */
  get isTransient(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}
