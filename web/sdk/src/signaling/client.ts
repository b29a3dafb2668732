/**
 * The client of `GET /v1/signal`: assigns ids, resends unacknowledged frames after a reconnect, drops duplicates, samples the
 * server's clock. Session state is in `session.ts`, media in `../media`.
 */
import type { ServerClock } from '../clock/server-clock.ts';
import { ReconnectingSocket, type ConnectionRejection, type SocketStatus, type TicketSource } from '../socket/reconnecting-socket.ts';
import { checkSize, MAX_FRAME_BYTES } from '../socket/frame.ts';
import type { ErrorBody, Signaling } from '../wire.generated.ts';
import { MAX_BACKLOG, ResumeState, type NumberedFrame } from './resume.ts';

export interface SignalingOptions {
  readonly tickets: TicketSource;
  readonly clock: ServerClock;
  /** Called once for each frame, in order. */
  readonly onFrame: (frame: Signaling.ServerFrame) => unknown;
  readonly onStatus: (status: SocketStatus) => unknown;
  readonly onRejected: (rejection: ConnectionRejection) => unknown;
  /** The server closed the socket over this frame: it is not sent again. */
  readonly onFrameRefused: (frame: NumberedFrame) => unknown;
  /** So many attempts in a row got no socket at all. */
  readonly onUnreachable?: (attempts: number) => unknown;
}

/** Largest `payload` of `data`, in bytes of JSON. */
const MAX_DATA_BYTES = 4 * 1024;

/** Refusals after which a frame is sent again. */
const RETRIED_CODES: ReadonlySet<string> = new Set(['rate_limited', 'quota_exceeded']);

/** How long after its socket was lost this page surely has its seat still, of 30 s (ms). */
const SEAT_SURELY_KEPT_MS = 20_000;

/** Extra pings after `welcome`, so that the clock offset is accurate before a countdown (ms after it). */
const CLOCK_BURST_MS = [0, 150, 400, 900];

/** Delay before rate-limited frames are resent where the server names none (ms). */
const DEFAULT_RETRY_MS = 1_000;

/** Pings without a pong that are remembered. */
const MAX_PENDING_PINGS = 16;

export class SignalingClient {
  readonly #options: SignalingOptions;
  readonly #socket: ReconnectingSocket<Signaling.ServerFrame>;
  readonly #resumeState = new ResumeState();
  readonly #pendingPings = new Map<number, number>();
  /** Rate-limited frames, and those that must be sent after them. */
  #deferred: NumberedFrame[] = [];
  #deferTimer: ReturnType<typeof setTimeout> | undefined;
  #joinSentAt = 0;
  #lostAt: number | null = null;
  #leaving = false;
  #lastPing = 0;

  constructor(options: SignalingOptions) {
    this.#options = options;
    this.#socket = new ReconnectingSocket({
      subprotocol: 'rendezvous.v1',
      tickets: options.tickets,
      firstFrame: (ticket) => this.#join(ticket),
      ping: () => this.#ping(),
      onFrame: (frame: Signaling.ServerFrame) => this.#handleFrame(frame),
      onStatus: (status) => this.#handleStatus(status),
      onRejected: options.onRejected,
      onUnreachable: options.onUnreachable,
      onFrameRefused: (code) => this.#resumeState.giveUpRefused(code).forEach((frame) => options.onFrameRefused(frame)),
    });
  }

  start(): void {
    this.#socket.start();
  }

  /** Sent now, or after the next reconnect. Throws `TooLargeError` for what the server would never take. */
  send(frame: NumberedFrame): void {
    if (frame.type === 'data') checkSize(frame.payload, MAX_DATA_BYTES);
    checkSize({ ...frame, id: Number.MAX_SAFE_INTEGER }, MAX_FRAME_BYTES);
    if (this.#deferred.length === 0) this.#socket.send(this.#resumeState.assignId(frame));
    else this.#defer(frame);
  }

  /** A person's decision, and final: `leave` is the last frame, and this client joins no more, whatever close follows. */
  leave(): void {
    this.#leaving = true;
    clearTimeout(this.#deferTimer);
    const seated = this.#resumeState.resume() !== undefined;
    const seatKept = this.#lostAt === null || this.#options.clock.monotonicNow() - this.#lostAt < SEAT_SURELY_KEPT_MS;
    this.#socket.endWith({ type: 'leave' }, seated && seatKept);
  }

  reconnectNow(): void {
    this.#socket.reconnectNow();
  }

  /** Asks for a sample of the server's clock; false without an open socket. */
  measureClock(): boolean {
    return this.#socket.send(this.#ping());
  }

  /** Closes the socket without `leave`: the server keeps the seat for a resume. */
  stop(): void {
    clearTimeout(this.#deferTimer);
    this.#socket.stop();
  }

  #handleStatus(status: SocketStatus): void {
    if (status === 'open') this.#lostAt = null;
    else if (status === 'lost') this.#lostAt ??= this.#options.clock.monotonicNow();
    this.#options.onStatus(status);
  }

  #join(ticket: string): Signaling.ClientFrame {
    this.#joinSentAt = this.#options.clock.monotonicNow();
    return { type: 'join', ticket, resume: this.#resumeState.resume() };
  }

  #ping(): Signaling.ClientFrame {
    const sentAt = this.#options.clock.monotonicNow();
    // Integers without repeats, so that each `pong` identifies its ping.
    this.#lastPing = Math.max(this.#lastPing + 1, Math.round(sentAt));
    this.#pendingPings.set(this.#lastPing, sentAt);
    if (this.#pendingPings.size > MAX_PENDING_PINGS) this.#pendingPings.delete(this.#pendingPings.keys().next().value ?? 0);
    return { type: 'ping', sent_at: this.#lastPing, last_seq: this.#resumeState.lastSeq };
  }

  #handleFrame(frame: Signaling.ServerFrame): void {
    const { seq, id } = frame as { seq?: number; id?: number };
    if (!this.#resumeState.acceptSeq(seq)) return;
    if (frame.type === 'welcome') this.#handleWelcome(frame);
    if (frame.type === 'pong') this.#handlePong(frame);
    if (frame.type === 'ok' && id !== undefined) this.#resumeState.acknowledge(id);
    if (frame.type === 'error' && id !== undefined) this.#handleError(id, frame);
    this.#options.onFrame(frame);
  }

  /** Rate-limited frames are resent in their order, under new ids. */
  #handleError(id: number, { code, retry_after_ms }: ErrorBody): void {
    const frame = this.#resumeState.acknowledge(id);
    if (!RETRIED_CODES.has(code) || frame === undefined) return;
    this.#defer(frame);
    this.#deferTimer ??= setTimeout(() => this.#sendDeferred(), retry_after_ms ?? DEFAULT_RETRY_MS);
  }

  #defer(frame: NumberedFrame): void {
    this.#deferred = [...this.#deferred, frame].slice(-MAX_BACKLOG);
  }

  #sendDeferred(): void {
    const frames = this.#deferred;
    this.#deferred = [];
    this.#deferTimer = undefined;
    for (const frame of frames) this.send(frame);
  }

  #handleWelcome(frame: Signaling.Welcome): void {
    this.#options.clock.addRoundTrip(this.#joinSentAt, frame.server_now);
    if (this.#leaving) return;
    for (const sent of this.#resumeState.handleWelcome(frame)) this.#socket.send(sent);
    for (const after of CLOCK_BURST_MS) setTimeout(() => this.#socket.send(this.#ping()), after);
  }

  #handlePong(frame: Signaling.Pong): void {
    const key = Number(frame.sent_at);
    const sentAt = this.#pendingPings.get(key);
    if (sentAt === undefined) return;
    this.#pendingPings.delete(key);
    this.#options.clock.addRoundTrip(sentAt, frame.server_now);
  }
}
