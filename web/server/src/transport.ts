/** One request to the scheduler: its limits, and when it is tried again. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { RendezvousError } from './error.ts';
import type { Problem } from './types.ts';

/** How long one attempt may take. */
const TIMEOUT_MS = 10_000;
/** The first attempt, and two more. */
const ATTEMPTS = 3;
/** The longest wait between two attempts: who is told to wait longer is told so. */
const MAX_WAIT_MS = 15_000;
/** Waits where the answer names none: twice as long each time, and up to half of it more by chance. */
const FIRST_WAIT_MS = 200;

/** Where the scheduler is, who asks, and how patiently. */
export interface ClientOptions {
  /** Where the scheduler is, as `https://meet.example`. */
  url: string;
  /** `rendezvous keys create --name …` prints one. */
  apiKey: string;
  /** How long one attempt may take, in milliseconds (10 000). */
  timeoutMs?: number;
  /** Attempts of one call, at least 1 (3). */
  attempts?: number;
  /** The longest wait between two attempts, in milliseconds (15 000). */
  maxWaitMs?: number;
}

/** What every call takes beside its own arguments. */
export interface CallOptions {
  /** Ends the call. */
  signal?: AbortSignal;
  /** Names the command: the same key with the same body gives the first answer again. Made up where you name none. */
  idempotencyKey?: string;
}

/** Any request to the scheduler's API. */
export interface Call extends CallOptions {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** From `/v1` on. */
  path: string;
  query?: Readonly<Record<string, unknown>>;
  body?: unknown;
  /** The revision that is meant. */
  ifMatch?: number | undefined;
  /** `key`: the route takes an `Idempotency-Key`. `yes`: doing it twice is as once. `no`, or nothing: it is tried again only where it was refused. */
  repeatable?: 'key' | 'yes' | 'no';
}

export class Transport {
  readonly #base: string;
  readonly #apiKey: string;
  readonly #timeoutMs: number;
  readonly #attempts: number;
  readonly #maxWaitMs: number;

  constructor(options: ClientOptions) {
    if (!options.apiKey) throw new TypeError('apiKey is missing: `rendezvous keys create` prints one.');
    this.#base = new URL(options.url).href.replace(/\/+$/, '');
    this.#apiKey = options.apiKey;
    this.#timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
    this.#attempts = Math.max(1, options.attempts ?? ATTEMPTS);
    this.#maxWaitMs = options.maxWaitMs ?? MAX_WAIT_MS;
  }

  /** The answer to a call: parsed where it is JSON, text otherwise, nothing for 204. */
  async send<Answer>(call: Call): Promise<Answer> {
    const headers = this.#headers(call);
    for (let attempt = 1; ; attempt += 1) {
      try {
        return (await this.#attempt(call, headers)) as Answer;
      } catch (error) {
        const waitMs = attempt < this.#attempts ? this.#waitMs(error, call, attempt) : undefined;
        if (waitMs === undefined) throw error;
        await waited(waitMs, call.signal);
      }
    }
  }

  #headers(call: Call): Record<string, string> {
    const headers: Record<string, string> = { authorization: `Bearer ${this.#apiKey}`, accept: 'application/json' };
    if (call.body !== undefined) headers['content-type'] = 'application/json';
    if (call.ifMatch !== undefined) headers['if-match'] = String(call.ifMatch);
    if (call.repeatable === 'key') headers['idempotency-key'] = call.idempotencyKey ?? randomUUID();
    return headers;
  }

  async #attempt(call: Call, headers: Record<string, string>): Promise<unknown> {
    const late = AbortSignal.timeout(this.#timeoutMs);
    try {
      const answer = await fetch(this.#base + call.path + queryOf(call.query), {
        method: call.method,
        headers,
        body: call.body === undefined ? null : JSON.stringify(call.body),
        // A key is for the address that was given, and for none that it leads to.
        redirect: 'manual',
        signal: call.signal ? AbortSignal.any([call.signal, late]) : late,
      });
      const text = await answer.text();
      if (!answer.ok) throw refusal(answer, text);
      const isJson = answer.headers.get('content-type')?.startsWith('application/json');
      return text === '' ? undefined : isJson ? JSON.parse(text) : text;
    } catch (error) {
      if (error instanceof RendezvousError) throw error;
      throw unanswered(error, call, late);
    }
  }

  /** How long to wait before the next attempt; nothing where there is to be none. */
  #waitMs(error: unknown, call: Call, attempt: number): number | undefined {
    if (!(error instanceof RendezvousError)) return undefined;
    const wasRefused = error.status === 429 || error.status === 503;
    const wasLost = error.code === 'timeout' || error.code === 'connection_failed';
    if (!wasRefused && !(wasLost && call.repeatable && call.repeatable !== 'no')) return undefined;
    const backOff = FIRST_WAIT_MS * 2 ** (attempt - 1) * (1 + Math.random() / 2);
    const waitMs = error.retryAfterMs ?? backOff;
    return waitMs <= this.#maxWaitMs ? waitMs : undefined;
  }
}

function queryOf(query: Call['query']): string {
  const named = Object.entries(query ?? {}).filter(([, value]) => value !== undefined && value !== null);
  const text = new URLSearchParams(named.map(([name, value]): [string, string] => [name, String(value)])).toString();
  return text === '' ? '' : `?${text}`;
}

async function waited(waitMs: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(waitMs, undefined, signal ? { signal } : {});
  } catch (cause) {
    throw new RendezvousError('The call was ended.', { code: 'aborted', cause });
  }
}

function refusal(answer: Response, text: string): RendezvousError {
  const problem = problemIn(text);
  const retryAfter = Number(answer.headers.get('retry-after') ?? Number.NaN);
  const retryAfterMs = problem?.retry_after_ms ?? (Number.isFinite(retryAfter) ? retryAfter * 1_000 : undefined);
  const errors = problem?.errors ?? [];
  const fields = errors.map((error) => ` ${error.field}: ${error.message}`).join('');
  return new RendezvousError(`${answer.status} ${problem?.code ?? ''}: ${problem?.detail ?? answer.statusText}${fields}`, {
    status: answer.status,
    code: problem?.code ?? 'bad_answer',
    errors,
    ...(problem ? { problem } : {}),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

/** What stands before the scheduler may refuse in its own way. */
function problemIn(text: string): Problem | undefined {
  try {
    const problem = JSON.parse(text) as Problem | null;
    return typeof problem?.code === 'string' ? problem : undefined;
  } catch {
    return undefined;
  }
}

function unanswered(cause: unknown, call: Call, late: AbortSignal): RendezvousError {
  const name = `${call.method} ${call.path}`;
  if (cause instanceof SyntaxError) return new RendezvousError(`${name}: the answer is no JSON.`, { code: 'bad_answer', cause });
  if (call.signal?.aborted) return new RendezvousError(`${name}: the call was ended.`, { code: 'aborted', cause });
  if (late.aborted) return new RendezvousError(`${name}: no answer in time.`, { code: 'timeout', cause });
  return new RendezvousError(`${name}: the scheduler can't be reached.`, { code: 'connection_failed', cause });
}
