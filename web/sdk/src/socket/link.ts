/**
 * One WebSocket that comes back by itself: ticket, first frame, life signs, close codes. The edge that signaling and
 * chat share. What the frames mean is their business; when to try again is `reconnect.ts`.
 */
import { afterClose, backOff } from '../reconnect.ts';
import { ApiError } from '../scheduler/api-error.ts';
import { CLOSE_CODES, type ErrorBody, type TicketResponse } from '../wire.generated.ts';
import { parseFrame, type AnyFrame } from './frame.ts';

export type LinkStatus = 'connecting' | 'open' | 'lost';

/** Why a link stays down until something changes. */
export type Refusal =
  | { readonly by: 'socket'; readonly code: number; readonly error: ErrorBody | null }
  | { readonly by: 'scheduler'; readonly error: ApiError };

/** `new` asks the scheduler first; `same` takes the one at hand while it counts. */
export type TicketSource = (which: 'same' | 'new') => Promise<TicketResponse>;

export interface LinkOptions<Frame extends AnyFrame> {
  readonly subprotocol: string;
  readonly tickets: TicketSource;
  /** The first frame, made anew for each socket. */
  readonly greet: (ticket: string) => AnyFrame;
  readonly ping: () => AnyFrame;
  readonly received: (frame: Frame) => void;
  readonly status: (status: LinkStatus) => unknown;
  readonly refused: (refusal: Refusal) => unknown;
}

/** A socket that has not been welcomed after this long is given up (ms). */
const WELCOME_TIMEOUT_MS = 8_000;

/** After a change of networks, a socket that does not answer within this long is dead (ms). */
const PROBE_MS = 2_000;

/** What a server that does not say so expects (ms). */
const DEFAULT_PING_MS = 5_000;

export class Link<Frame extends AnyFrame> {
  readonly #options: LinkOptions<Frame>;
  #socket: WebSocket | null = null;
  #welcomed = false;
  #draining = false;
  #stopped = false;
  #attempt = 0;
  #lastError: ErrorBody | null = null;
  #retryAfterMs: number | undefined;
  #silenceMs = WELCOME_TIMEOUT_MS;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #silence: ReturnType<typeof setTimeout> | undefined;
  #pings: ReturnType<typeof setInterval> | undefined;

  constructor(options: LinkOptions<Frame>) {
    this.#options = options;
  }

  start(): void {
    this.#stopped = false;
    void this.#connect('new');
  }

  /** True when it went out on a welcomed socket. */
  send(frame: object): boolean {
    if (!this.#welcomed || this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  /** The network is back, or another one: don't wait for the end of a back-off, nor long for a socket that may be dead. */
  hurry(): void {
    if (this.#stopped) return;
    if (this.#socket !== null) return this.#probe(this.#socket);
    if (this.#retry === undefined) return;
    clearTimeout(this.#retry);
    this.#retry = undefined;
    void this.#connect('same');
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#retry);
    this.#drop()?.close(1000);
  }

  async #connect(which: 'same' | 'new'): Promise<void> {
    this.#options.status('connecting');
    try {
      const ticket = await this.#options.tickets(which);
      if (!this.#stopped) this.#open(ticket);
    } catch (error) {
      this.#ticketFailed(error);
    }
  }

  #ticketFailed(error: unknown): void {
    if (this.#stopped) return;
    if (error instanceof ApiError && !error.passes) {
      this.#stopped = true;
      this.#options.refused({ by: 'scheduler', error });
      return;
    }
    this.#options.status('lost');
    this.#again(backOff(this.#attempt, Math.random()), 'new');
  }

  #open({ ticket, url }: TicketResponse): void {
    const socket = new WebSocket(url, [this.#options.subprotocol]);
    this.#socket = socket;
    this.#welcomed = false;
    this.#draining = false;
    this.#lastError = null;
    this.#silenceMs = WELCOME_TIMEOUT_MS;
    this.#heard(socket);
    socket.onopen = () => socket.send(JSON.stringify(this.#options.greet(ticket)));
    socket.onmessage = ({ data }) => this.#message(socket, data);
    socket.onclose = ({ code }) => this.#closed(socket, code);
  }

  #message(socket: WebSocket, data: unknown): void {
    if (socket !== this.#socket || typeof data !== 'string') return;
    const frame = parseFrame(data);
    if (frame?.type === 'welcome') this.#welcome(frame as { ping_ms?: number; timeout_ms?: number });
    this.#heard(socket);
    if (frame === null) return;
    if (frame.type === 'error') this.#lastError = frame as unknown as ErrorBody;
    if (frame.type === 'going_away') this.#goingAway(frame as { retry_after_ms?: number });
    this.#options.received(frame as Frame);
    if (frame.type === 'welcome') this.#options.status('open');
  }

  #welcome({ ping_ms, timeout_ms }: { ping_ms?: number; timeout_ms?: number }): void {
    this.#welcomed = true;
    this.#attempt = 0;
    const pingMs = ping_ms ?? DEFAULT_PING_MS;
    this.#silenceMs = timeout_ms ?? 3 * pingMs;
    clearInterval(this.#pings);
    this.#pings = setInterval(() => this.send(this.#options.ping()), pingMs);
  }

  #goingAway({ retry_after_ms }: { retry_after_ms?: number }): void {
    this.#draining = true;
    this.#retryAfterMs = retry_after_ms;
  }

  #heard(socket: WebSocket): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#silent(socket), this.#silenceMs);
  }

  /** What lives answers a ping soon; whatever comes sets the usual patience again. */
  #probe(socket: WebSocket): void {
    if (!this.send(this.#options.ping())) return;
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#silent(socket), PROBE_MS);
  }

  /** A dead path may never deliver the close: act as if it had. */
  #silent(socket: WebSocket): void {
    socket.close(1000);
    this.#closed(socket, 1006);
  }

  #closed(socket: WebSocket, code: number): void {
    if (socket !== this.#socket) return;
    this.#drop();
    if (this.#stopped) return;
    const next = afterClose({ code, attempt: this.#attempt, retryAfterMs: this.#asked(code), draining: this.#draining, random: Math.random() });
    if (next.next === 'stop') {
      this.#stopped = true;
      this.#options.refused({ by: 'socket', code: next.code, error: this.#lastError });
      return;
    }
    this.#options.status('lost');
    this.#again(next.delayMs, next.ticket);
  }

  /** What the server asked for counts for the next try only: after it, the back-off does. */
  #asked(code: number): number | undefined {
    const asked = this.#draining ? this.#retryAfterMs : undefined;
    this.#retryAfterMs = undefined;
    return asked ?? (code === CLOSE_CODES.rate_limited ? this.#lastError?.retry_after_ms : undefined);
  }

  #again(delayMs: number, which: 'same' | 'new'): void {
    this.#attempt += 1;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      void this.#connect(which);
    }, delayMs);
  }

  #drop(): WebSocket | null {
    const socket = this.#socket;
    this.#socket = null;
    this.#welcomed = false;
    clearTimeout(this.#silence);
    clearInterval(this.#pings);
    return socket;
  }
}
