/**
 * A WebSocket that reconnects: ticket, first frame, pings and idle timeout, close codes. Signaling and chat share it and interpret
 * the frames; `reconnect.ts` decides whether and when to reconnect.
 */
import { backoffDelay, decideReconnect, isFrameRefusal } from '../reconnect.ts';
import { ApiError } from '../scheduler/api-error.ts';
import { CLOSE_CODES, type ErrorBody, type TicketResponse } from '../wire.generated.ts';
import { checkSize, MAX_FRAME_BYTES, parseFrame, type AnyFrame } from './frame.ts';

/** `lost`: it was there, and is tried again with growing delays. */
export type SocketStatus = 'connecting' | 'open' | 'lost';

/** Why no reconnect is attempted: a final close code, or a ticket request that failed for good. */
export type ConnectionRejection =
  | { readonly by: 'socket'; readonly code: number; readonly error: ErrorBody | null }
  | { readonly by: 'scheduler'; readonly error: ApiError };

/** `new` requests a ticket from the scheduler; `same` reuses the cached one while it is valid. */
export type TicketSource = (ticket: 'same' | 'new') => Promise<TicketResponse>;

export interface ReconnectingSocketOptions<Frame extends AnyFrame> {
  readonly subprotocol: string;
  readonly tickets: TicketSource;
  /** Built for each new socket: `join` or `hello`. */
  readonly firstFrame: (ticket: string) => AnyFrame;
  readonly ping: () => AnyFrame;
  readonly onFrame: (frame: Frame) => void;
  readonly onStatus: (status: SocketStatus) => unknown;
  readonly onRejected: (rejection: ConnectionRejection) => unknown;
  /** A welcomed socket was closed because of something that was sent on it: must not be sent again as it was. */
  readonly onFrameRefused: (code: number) => void;
  /** So many attempts in a row got no socket at all. A browser does not say whether that is the network or a refusal. */
  readonly onUnreachable?: ((attempts: number) => unknown) | undefined;
}

/** The last frame of a link. */
interface Farewell {
  readonly frame: AnyFrame;
  readonly mayReconnect: boolean;
  sent: boolean;
}

/** How long a last frame may take to be delivered before the socket is closed (ms). */
const LAST_FRAME_LIMIT_MS = 5_000;

/** A socket that was welcomed this long ago has recovered from what the server refused (ms). */
const REFUSALS_FORGOTTEN_MS = 60_000;

/** A socket without `welcome` after this long is closed (ms). */
const WELCOME_TIMEOUT_MS = 8_000;

/** After a network change, a ping without an answer within this long means that the socket is dead (ms). */
const LIVENESS_TIMEOUT_MS = 2_000;

/** Ping interval where `welcome` names none (ms). */
const DEFAULT_PING_MS = 5_000;

export class ReconnectingSocket<Frame extends AnyFrame> {
  readonly #options: ReconnectingSocketOptions<Frame>;
  #socket: WebSocket | null = null;
  #welcomed = false;
  #draining = false;
  #stopped = false;
  #attempt = 0;
  #refusals = 0;
  #rejections = 0;
  #opened = false;
  #unopened = 0;
  #farewell: Farewell | null = null;
  #lastError: ErrorBody | null = null;
  #retryAfterMs: number | undefined;
  #idleTimeoutMs = WELCOME_TIMEOUT_MS;
  #reconnectTimer: ReturnType<typeof setTimeout> | undefined;
  #idleTimer: ReturnType<typeof setTimeout> | undefined;
  #pingTimer: ReturnType<typeof setInterval> | undefined;
  #endTimer: ReturnType<typeof setTimeout> | undefined;
  #forgetTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: ReconnectingSocketOptions<Frame>) {
    this.#options = options;
  }

  start(): void {
    this.#stopped = false;
    void this.#connect('new');
  }

  /** False if the socket is not open and welcomed: the frame is dropped. Throws `TooLargeError`. */
  send(frame: object): boolean {
    checkSize(frame, MAX_FRAME_BYTES);
    if (!this.#welcomed || this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  /** After a network change: skips the rest of a backoff, or checks with a ping that the open socket still works. */
  reconnectNow(): void {
    if (this.#stopped) return;
    if (this.#socket !== null) return this.#checkLiveness(this.#socket);
    if (this.#reconnectTimer === undefined) return;
    clearTimeout(this.#reconnectTimer);
    this.#reconnectTimer = undefined;
    void this.#connect('same');
  }

  /**
   * Ends the link with `frame`. It is sent once: now, or after the `welcome` that is awaited. Whatever close follows, there is no
   * other attempt. Without a socket it needs one more: only where `mayReconnect`, which is where the server still knows this page.
   */
  endWith(frame: AnyFrame, mayReconnect: boolean): void {
    if (this.#stopped) return;
    this.#farewell = { frame, mayReconnect, sent: false };
    this.#endTimer = setTimeout(() => this.stop(), LAST_FRAME_LIMIT_MS);
    const joinSent = this.#socket?.readyState === WebSocket.OPEN;
    if (this.#welcomed) this.#sendFarewell(this.#farewell);
    else if (joinSent || mayReconnect) this.reconnectNow();
    else this.stop();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#endTimer);
    clearTimeout(this.#forgetTimer);
    clearTimeout(this.#reconnectTimer);
    this.#detach()?.close(1000);
  }

  async #connect(which: 'same' | 'new'): Promise<void> {
    this.#options.onStatus('connecting');
    try {
      const ticket = await this.#options.tickets(which);
      if (!this.#stopped) this.#open(ticket);
    } catch (error) {
      this.#ticketFailed(error);
    }
  }

  #ticketFailed(error: unknown): void {
    if (this.#stopped) return;
    if (error instanceof ApiError && !error.isTransient) {
      this.#stopped = true;
      this.#options.onRejected({ by: 'scheduler', error });
      return;
    }
    this.#options.onStatus('lost');
    this.#scheduleReconnect(backoffDelay(this.#attempt, Math.random()), 'new');
  }

  #open({ ticket, url }: TicketResponse): void {
    const socket = new WebSocket(url, [this.#options.subprotocol]);
    this.#socket = socket;
    this.#welcomed = false;
    this.#opened = false;
    this.#draining = false;
    this.#lastError = null;
    this.#idleTimeoutMs = WELCOME_TIMEOUT_MS;
    this.#restartIdleTimer(socket);
    socket.onopen = () => {
      if (socket === this.#socket) this.#opened = true;
      socket.send(JSON.stringify(this.#options.firstFrame(ticket)));
    };
    socket.onmessage = ({ data }) => this.#handleMessage(socket, data);
    socket.onclose = ({ code }) => this.#handleClose(socket, code);
  }

  #handleMessage(socket: WebSocket, data: unknown): void {
    if (socket !== this.#socket || typeof data !== 'string') return;
    const frame = parseFrame(data);
    if (frame?.type === 'welcome') this.#handleWelcome(frame as { ping_ms?: number; timeout_ms?: number });
    this.#restartIdleTimer(socket);
    if (frame === null) return;
    if (frame.type === 'error') this.#lastError = frame as unknown as ErrorBody;
    if (frame.type === 'going_away') this.#handleGoingAway(frame as { retry_after_ms?: number });
    this.#options.onFrame(frame as Frame);
    if (frame.type !== 'welcome') return;
    if (this.#farewell !== null) this.#sendFarewell(this.#farewell);
    else this.#options.onStatus('open');
  }

  #handleWelcome({ ping_ms, timeout_ms }: { ping_ms?: number; timeout_ms?: number }): void {
    this.#welcomed = true;
    this.#attempt = 0;
    const pingMs = ping_ms ?? DEFAULT_PING_MS;
    this.#idleTimeoutMs = timeout_ms ?? 3 * pingMs;
    clearInterval(this.#pingTimer);
    this.#pingTimer = setInterval(() => this.send(this.#options.ping()), pingMs);
    clearTimeout(this.#forgetTimer);
    this.#forgetTimer = setTimeout(() => (this.#refusals = 0), REFUSALS_FORGOTTEN_MS);
  }

  #sendFarewell(farewell: Farewell): void {
    farewell.sent = this.send(farewell.frame);
    clearInterval(this.#pingTimer);
  }

  #handleGoingAway({ retry_after_ms }: { retry_after_ms?: number }): void {
    this.#draining = true;
    this.#retryAfterMs = retry_after_ms;
  }

  #restartIdleTimer(socket: WebSocket): void {
    clearTimeout(this.#idleTimer);
    this.#idleTimer = setTimeout(() => this.#idleTimedOut(socket), this.#idleTimeoutMs);
  }

  /** Any frame that arrives restores the normal idle timeout. */
  #checkLiveness(socket: WebSocket): void {
    if (!this.send(this.#options.ping())) return;
    clearTimeout(this.#idleTimer);
    this.#idleTimer = setTimeout(() => this.#idleTimedOut(socket), LIVENESS_TIMEOUT_MS);
  }

  /** `onclose` may never fire on a dead network path, so the close is handled here. */
  #idleTimedOut(socket: WebSocket): void {
    socket.close(1000);
    this.#handleClose(socket, 1006);
  }

  #handleClose(socket: WebSocket, code: number): void {
    if (socket !== this.#socket) return;
    const welcomed = this.#welcomed;
    this.#detach();
    if (this.#farewell !== null && (this.#farewell.sent || !this.#farewell.mayReconnect)) return this.stop();
    if (this.#stopped) return;
    this.#unopened = this.#opened ? 0 : this.#unopened + 1;
    if (this.#unopened > 0) this.#options.onUnreachable?.(this.#unopened);
    this.#refusals = isFrameRefusal(code) ? this.#refusals + 1 : 0;
    this.#rejections = code === CLOSE_CODES.unauthenticated ? this.#rejections + 1 : 0;
    if (isFrameRefusal(code) && welcomed) this.#options.onFrameRefused(code);
    const next = decideReconnect({ code, attempt: this.#attempt, refusals: this.#refusals, rejections: this.#rejections, retryAfterMs: this.#requestedDelayMs(code), draining: this.#draining, random: Math.random() });
    if (next.next === 'stop') {
      this.#stopped = true;
      this.#options.onRejected({ by: 'socket', code: next.code, error: this.#lastError });
      return;
    }
    this.#options.onStatus('lost');
    this.#scheduleReconnect(next.delayMs, next.ticket);
  }

  /** The server's delay applies to the next attempt only; later ones use the backoff. */
  #requestedDelayMs(code: number): number | undefined {
    const delayMs = this.#draining ? this.#retryAfterMs : undefined;
    this.#retryAfterMs = undefined;
    return delayMs ?? (code === CLOSE_CODES.rate_limited ? this.#lastError?.retry_after_ms : undefined);
  }

  #scheduleReconnect(delayMs: number, ticket: 'same' | 'new'): void {
    this.#attempt += 1;
    clearTimeout(this.#reconnectTimer);
    this.#reconnectTimer = setTimeout(() => {
      this.#reconnectTimer = undefined;
      void this.#connect(ticket);
    }, delayMs);
  }

  #detach(): WebSocket | null {
    const socket = this.#socket;
    this.#socket = null;
    this.#welcomed = false;
    clearTimeout(this.#idleTimer);
    clearInterval(this.#pingTimer);
    clearTimeout(this.#forgetTimer);
    return socket;
  }
}
