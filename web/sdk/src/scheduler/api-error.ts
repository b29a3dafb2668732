/** A failed request: an RFC 9457 problem document, or no response at all (status 0). */
import type { Problem } from '../wire.generated.ts';

export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly reason: string | undefined;

  constructor(status: number, problem: Partial<Problem>) {
    super(problem.detail ?? `HTTP ${status}`);
    this.name = 'ApiError';
    this.status = status;
    this.code = problem.code ?? 'unavailable';
    this.reason = problem.reason;
  }

  /** Whether a retry may succeed: no response, 429 or 5xx. */
  get isTransient(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}
