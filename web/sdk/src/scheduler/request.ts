/** One request to the scheduler that is answered with JSON. Secrets go in the body or the Authorization header, never in the URL. */
import type { Problem } from '../wire.generated.ts';
import { ApiError } from './api-error.ts';

/** Requests are aborted after this long (ms). */
const REQUEST_TIMEOUT_MS = 5_000;

export interface RequestOptions {
  readonly body?: object;
  /** Of a page that came by a join link. Without it, or with null, the browser sends the cookie of its login, if it has one. */
  readonly access?: string | null;
  /** Called with the `Date` header of whatever response comes. */
  readonly onDate?: (date: string | null) => void;
  readonly timeoutMs?: number;
  /** Goes on although the page is left meanwhile. */
  readonly keepalive?: boolean;
  /** `omit`: no cookie goes along, whoever is logged in. */
  readonly credentials?: 'same-origin' | 'omit';
}

export async function requestJson<T>(method: string, url: string, { body, access, onDate, timeoutMs = REQUEST_TIMEOUT_MS, keepalive = false, credentials = 'same-origin' }: RequestOptions): Promise<T> {
  const response = await fetch(url, {
    method,
    credentials,
    headers: {
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...bearer(access),
    },
    body: body === undefined ? null : JSON.stringify(body),
    keepalive,
    signal: AbortSignal.timeout(timeoutMs),
  }).catch(() => null);
  if (response === null) throw new ApiError(0, {});
  onDate?.(response.headers.get('date'));
  if (!response.ok) throw await apiErrorFrom(response);
  return (await response.json().catch(() => ({}))) as T;
}

export function bearer(access: string | null | undefined): Record<string, string> {
  return access === null || access === undefined ? {} : { authorization: `Bearer ${access}` };
}

export async function apiErrorFrom(response: Response): Promise<ApiError> {
  const problem = (await response.json().catch(() => ({}))) as Partial<Problem>;
  return new ApiError(response.status, problem);
}
