/**
 * A seat in a session over `GET /v1/signal`. Numbers and repeats what we send, drops what we have seen, measures the
 * server's clock. Media, screens and the session's meaning are elsewhere.
 */
import type { ServerClock } from '../clock/server-clock.ts';
import { Link, type LinkStatus, type Refusal, type TicketSource } from '../socket/link.ts';
import type { ErrorBody, Signaling } from '../wire.generated.ts';
import { LONGEST_BACKLOG, SeatMemory, type NumberedFrame } from './resume.ts';

export interface SignalingOptions {
  readonly tickets: TicketSource;
  readonly clock: ServerClock;
  /** Each new frame once, in order. */
  readonly frame: (frame: Signaling.ServerFrame) => unknown;
  readonly status: (status: LinkStatus) => unknown;
  readonly refused: (refusal: Refusal) => unknown;
}

/** Pings soon after `welcome`, so that a countdown finds the clock already well known (ms after it). */
const CLOCK_BURST_MS = [0, 150, 400, 900];

/** Frames that were too many come again after this long, if the server names no time (ms). */
const RETRY_MS = 1_000;

/** Pings that may be without an answer; more are forgotten. */
const MOST_OPEN_PINGS = 16;

export class SignalingClient {
  readonly #options: SignalingOptions;
  readonly #link: Link<Signaling.ServerFrame>;
  readonly #memory = new SeatMemory();
  readonly #pings = new Map<number, number>();
  /** Refused for their number alone, and what was to be sent after them. */
  #postponed: NumberedFrame[] = [];
  #later: ReturnType<typeof setTimeout> | undefined;
  #joinSentAt = 0;
  #lastPing = 0;

  constructor(options: SignalingOptions) {
    this.#options = options;
    this.#link = new Link({
      subprotocol: 'rendezvous.v1',
      tickets: options.tickets,
      greet: (ticket) => this.#join(ticket),
      ping: () => this.#ping(),
      received: (frame: Signaling.ServerFrame) => this.#received(frame),
      status: options.status,
      refused: options.refused,
    });
  }

  start(): void {
    this.#link.start();
  }

  /** Goes out now, or with the next socket of this seat. */
  send(frame: NumberedFrame): void {
    if (this.#postponed.length === 0) this.#link.send(this.#memory.number(frame));
    else this.#postpone(frame);
  }

  hurry(): void {
    this.#link.hurry();
  }

  /** Closes the socket; the seat is lost, not left. */
  stop(): void {
    clearTimeout(this.#later);
    this.#link.stop();
  }

  #join(ticket: string): Signaling.ClientFrame {
    this.#joinSentAt = this.#options.clock.mark();
    return { type: 'join', ticket, resume: this.#memory.resume() };
  }

  #ping(): Signaling.ClientFrame {
    const mark = this.#options.clock.mark();
    // Whole and rising, so that each `pong` names one reading.
    this.#lastPing = Math.max(this.#lastPing + 1, Math.round(mark));
    this.#pings.set(this.#lastPing, mark);
    if (this.#pings.size > MOST_OPEN_PINGS) this.#pings.delete(this.#pings.keys().next().value ?? 0);
    return { type: 'ping', sent_at: this.#lastPing, last_seq: this.#memory.lastSeq };
  }

  #received(frame: Signaling.ServerFrame): void {
    const { seq, id } = frame as { seq?: number; id?: number };
    if (!this.#memory.isNew(seq)) return;
    if (frame.type === 'welcome') this.#welcomed(frame);
    if (frame.type === 'pong') this.#ponged(frame);
    if (frame.type === 'ok' && id !== undefined) this.#memory.answered(id);
    if (frame.type === 'error' && id !== undefined) this.#refused(id, frame);
    this.#options.frame(frame);
  }

  /** Too many at once is no answer to what was said: it is said again, in its order, under new numbers. */
  #refused(id: number, { code, retry_after_ms }: ErrorBody): void {
    const frame = this.#memory.answered(id);
    if (code !== 'rate_limited' || frame === undefined) return;
    this.#postpone(frame);
    this.#later ??= setTimeout(() => this.#resume(), retry_after_ms ?? RETRY_MS);
  }

  #postpone(frame: NumberedFrame): void {
    this.#postponed = [...this.#postponed, frame].slice(-LONGEST_BACKLOG);
  }

  #resume(): void {
    const frames = this.#postponed;
    this.#postponed = [];
    this.#later = undefined;
    for (const frame of frames) this.send(frame);
  }

  #welcomed(frame: Signaling.Welcome): void {
    this.#options.clock.roundTrip(this.#joinSentAt, frame.server_now);
    for (const sent of this.#memory.welcomed(frame)) this.#link.send(sent);
    for (const after of CLOCK_BURST_MS) setTimeout(() => this.#link.send(this.#ping()), after);
  }

  #ponged(frame: Signaling.Pong): void {
    const key = Number(frame.sent_at);
    const mark = this.#pings.get(key);
    if (mark === undefined) return;
    this.#pings.delete(key);
    this.#options.clock.roundTrip(mark, frame.server_now);
  }
}
