/** The server's clock as estimated by this page: the one object from which every displayed time is read. */
import { betterEstimate, dateHeaderSample, roundTripSample, type ClockEstimate, type ClockSample } from './offset.ts';

/** Between two readings the wall clock may gain or lose so much on the monotonic one; more is a sleep or a changed clock (ms). */
const JUMP_MS = 500;

/** The server's time as this page knows it, from round trips and `Date` headers. What shows times of one page shares one. */
export class ServerClock {
  #estimate: ClockEstimate = null;
  #suspect = false;
  /** Wall clock minus monotonic clock at the last reading. */
  #apart: number;
  /** Monotonic time of the last jump: what was sent before it measures nothing. */
  #jumpedAt = Number.NEGATIVE_INFINITY;
  readonly #monotonic: () => number;
  readonly #wall: () => number;

  constructor(monotonic: () => number = () => performance.now(), wall: () => number = () => Date.now()) {
    this.#monotonic = monotonic;
    this.#wall = wall;
    this.#apart = wall() - monotonic();
  }

  /** Server time, Unix ms. Before the first sample it is the local wall clock. */
  now(): number {
    const monotonic = this.monotonicNow();
    return this.#estimate === null ? this.#wall() : monotonic + this.#estimate.offset;
  }

  /** This computer's own clock, which may be wrong and may jump (Unix ms). */
  wallNow(): number {
    return this.#wall();
  }

  /** For `sentAt` of the two methods below (ms). Stands still while the computer sleeps, on some systems. */
  monotonicNow(): number {
    const monotonic = this.#monotonic();
    const apart = this.#wall() - monotonic;
    if (Math.abs(apart - this.#apart) > JUMP_MS) {
      this.#suspect = this.#estimate !== null;
      this.#jumpedAt = monotonic;
    }
    this.#apart = apart;
    return monotonic;
  }

  /** The two local clocks have moved apart since the last sample, so that `now` may be wrong until the next one. */
  get isSuspect(): boolean {
    this.monotonicNow();
    return this.#suspect;
  }

  /** The server said `serverNow` (Unix ms) in answer to what was sent at `sentAt` (`monotonicNow`). */
  addRoundTrip(sentAt: number, serverNow: number): void {
    const receivedAt = this.monotonicNow();
    this.#add(sentAt, roundTripSample(sentAt, receivedAt, serverNow));
  }

  /** As `addRoundTrip`, by the `Date` header of an answer, which is exact to a second. */
  addDateHeader(sentAt: number, header: string | null): void {
    const date = header === null ? Number.NaN : Date.parse(header);
    if (Number.isNaN(date)) return;
    this.#add(sentAt, dateHeaderSample(sentAt, this.monotonicNow(), date));
  }

  #add(sentAt: number, sample: ClockSample): void {
    // The answer was under way while this page slept: how long it took is not known.
    if (sentAt < this.#jumpedAt) return;
    this.#estimate = this.#suspect ? sample : betterEstimate(this.#estimate, sample);
    this.#suspect = false;
  }
}
