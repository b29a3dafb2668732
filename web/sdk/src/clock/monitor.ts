/**
 * Measures the server's clock again whenever this page may have slept, and every minute: the monotonic clock may have stood still
 * meanwhile, while timers and streams went on as if nothing had been.
 */
import type { ServerClock } from './server-clock.ts';

export interface ClockMonitorOptions {
  readonly clock: ServerClock;
  /** Asks for one sample, over a socket or by a request. */
  readonly measure: () => void;
  /** The page has slept: its sockets may be dead. */
  readonly onWake: () => void;
}

/** Interval of the checks (ms). */
const CHECK_MS = 1_000;

/** A check that comes later than this may follow a sleep (ms). */
const LATE_MS = CHECK_MS + 2_000;

/** At least so often, counted in checks and by both clocks (ms). */
const MEASURE_MS = 60_000;

/** Checks between two measurements while the clock is suspect and no sample arrives: doubled up to the last. */
const RETRY_CHECKS = [2, 4, 8, 16, 30] as const;

/** Minimum interval of measurements that events ask for (ms). */
const EVENT_INTERVAL_MS = 1_000;

const WINDOW_EVENTS = ['pageshow', 'focus', 'online'] as const;
const DOCUMENT_EVENTS = ['visibilitychange', 'resume'] as const;

interface Reading {
  readonly monotonic: number;
  readonly wall: number;
}

export class ClockMonitor {
  readonly #options: ClockMonitorOptions;
  #timer: ReturnType<typeof setInterval> | undefined;
  #checked: Reading = { monotonic: 0, wall: 0 };
  #measured: Reading = { monotonic: 0, wall: 0 };
  #checksSince = 0;
  #retries = 0;
  readonly #handleEvent = (event: Event): void => {
    const frozen = event.type === 'resume' || (event.type === 'pageshow' && (event as PageTransitionEvent).persisted);
    if (frozen || this.#options.clock.isSuspect) this.#wake();
    else if (document.visibilityState === 'visible' && elapsed(this.#measured, this.#read()) >= EVENT_INTERVAL_MS) this.#measure();
  };

  constructor(options: ClockMonitorOptions) {
    this.#options = options;
  }

  start(): void {
    this.#checked = this.#measured = this.#read();
    this.#timer = setInterval(() => this.#check(), CHECK_MS);
    for (const event of WINDOW_EVENTS) window.addEventListener(event, this.#handleEvent);
    for (const event of DOCUMENT_EVENTS) document.addEventListener(event, this.#handleEvent);
  }

  stop(): void {
    clearInterval(this.#timer);
    for (const event of WINDOW_EVENTS) window.removeEventListener(event, this.#handleEvent);
    for (const event of DOCUMENT_EVENTS) document.removeEventListener(event, this.#handleEvent);
  }

  #check(): void {
    const late = elapsed(this.#checked, this.#read()) > LATE_MS;
    this.#checked = this.#read();
    this.#checksSince += 1;
    const { isSuspect } = this.#options.clock;
    if (!isSuspect) this.#retries = 0;
    // The timers of a hidden page are late without a sleep.
    if ((late && document.visibilityState === 'visible') || (isSuspect && this.#retries === 0)) return this.#wake();
    const retryDue = isSuspect && this.#checksSince >= (RETRY_CHECKS[Math.min(this.#retries, RETRY_CHECKS.length) - 1] ?? 0);
    const minuteOver = this.#checksSince * CHECK_MS >= MEASURE_MS || elapsed(this.#measured, this.#checked) >= MEASURE_MS;
    if (late || retryDue || minuteOver) this.#measure();
  }

  #wake(): void {
    this.#options.onWake();
    this.#measure();
  }

  #measure(): void {
    this.#measured = this.#read();
    this.#checksSince = 0;
    this.#retries += 1;
    this.#options.measure();
  }

  #read(): Reading {
    return { monotonic: this.#options.clock.monotonicNow(), wall: this.#options.clock.wallNow() };
  }
}

/** By whichever clock has moved further: either may stand still in a sleep, and the wall clock may be set back. */
function elapsed(before: Reading, after: Reading): number {
  return Math.max(after.monotonic - before.monotonic, Math.abs(after.wall - before.wall));
}
