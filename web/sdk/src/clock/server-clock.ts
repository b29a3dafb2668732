/** The server's clock as this page knows it. Holds one estimate; reads time only through what it was given. */
import { dateHeader, observe, roundTrip, type ClockEstimate } from './offset.ts';

export class ServerClock {
  #estimate: ClockEstimate = null;
  readonly #monotonic: () => number;
  readonly #wall: () => number;

  constructor(monotonic: () => number = () => performance.now(), wall: () => number = () => Date.now()) {
    this.#monotonic = monotonic;
    this.#wall = wall;
  }

  /** Server time, Unix ms. Before the first measurement, the page's own guess. */
  now(): number {
    return this.#estimate === null ? this.#wall() : this.#monotonic() + this.#estimate.offset;
  }

  /** A monotonic reading, to be handed back to `roundTrip` or `date`. */
  mark(): number {
    return this.#monotonic();
  }

  roundTrip(sentAt: number, serverNow: number): void {
    this.#estimate = observe(this.#estimate, roundTrip(sentAt, this.#monotonic(), serverNow));
  }

  date(sentAt: number, header: string | null): void {
    const date = header === null ? Number.NaN : Date.parse(header);
    if (Number.isNaN(date)) return;
    this.#estimate = observe(this.#estimate, dateHeader(sentAt, this.#monotonic(), date));
  }
}
