/** A request that got no good answer: a problem document, or nobody there (status 0). */
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

  /** True where the same request may succeed later: nobody there, overloaded, or a fault of the server. */
  get passes(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}
