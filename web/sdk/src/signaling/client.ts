/**
 * The client of `GET /v1/signal`: assigns ids, resends unacknowledged frames after a reconnect, drops duplicates, samples the
 * server's clock. Session state is in `session.ts`, media in `../media`.
 */
import type { ServerClock } from '../clock/server-clock.ts';
import { ReconnectingSocket, type ConnectionRejection, type SocketStatus, type TicketSource } from '../socket/reconnecting-socket.ts';
import type { ErrorBody, Signaling } from '../wire.generated.ts';
import { MAX_BACKLOG, ResumeState, type NumberedFrame } from './resume.ts';

export interface SignalingOptions {
  readonly tickets: TicketSource;
  readonly clock: ServerClock;
  /** Called once for each frame, in order. */
  readonly onFrame: (frame: Signaling.ServerFrame) => unknown;
  readonly onStatus: (status: SocketStatus) => unknown;
  readonly onRejected: (rejection: ConnectionRejection) => unknown;
}

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
  #lastPing = 0;

  constructor(options: SignalingOptions) {
    this.#options = options;
    this.#socket = new ReconnectingSocket({
      subprotocol: 'rendezvous.v1',
      tickets: options.tickets,
      firstFrame: (ticket) => this.#join(ticket),
      ping: () => this.#ping(),
      onFrame: (frame: Signaling.ServerFrame) => this.#handleFrame(frame),
      onStatus: options.onStatus,
      onRejected: options.onRejected,
    });
  }

  start(): void {
    this.#socket.start();
  }

  /** Sent now, or after the next reconnect. */
  send(frame: NumberedFrame): void {
    if (this.#deferred.length === 0) this.#socket.send(this.#resumeState.assignId(frame));
    else this.#defer(frame);
  }

  reconnectNow(): void {
    this.#socket.reconnectNow();
  }

  /** Closes the socket without `leave`: the server keeps the seat for a resume. */
  stop(): void {
    clearTimeout(this.#deferTimer);
    this.#socket.stop();
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
    if (code !== 'rate_limited' || frame === undefined) return;
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
