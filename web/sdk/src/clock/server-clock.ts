/** The server's clock as estimated by this page. */
import { betterEstimate, dateHeaderSample, roundTripSample, type ClockEstimate } from './offset.ts';

export class ServerClock {
  #estimate: ClockEstimate = null;
  readonly #monotonic: () => number;
  readonly #wall: () => number;

  constructor(monotonic: () => number = () => performance.now(), wall: () => number = () => Date.now()) {
    this.#monotonic = monotonic;
    this.#wall = wall;
  }

  /** Server time, Unix ms. Before the first sample it is the local wall clock. */
  now(): number {
    return this.#estimate === null ? this.#wall() : this.#monotonic() + this.#estimate.offset;
  }

  /** For `sentAt` of the two methods below (ms). */
  monotonicNow(): number {
    return this.#monotonic();
  }

  addRoundTrip(sentAt: number, serverNow: number): void {
    this.#estimate = betterEstimate(this.#estimate, roundTripSample(sentAt, this.#monotonic(), serverNow));
  }

  addDateHeader(sentAt: number, header: string | null): void {
    const date = header === null ? Number.NaN : Date.parse(header);
    if (Number.isNaN(date)) return;
    this.#estimate = betterEstimate(this.#estimate, dateHeaderSample(sentAt, this.#monotonic(), date));
  }
}
