/** Keeps the screen on while somebody waits or is in a call. Where the browser has no wake lock, or refuses it, nothing happens. */

export class WakeLock {
  #lock: WakeLockSentinel | null = null;
  #wanted = false;
  #asking = false;

  /** A browser takes the lock back when the page is hidden: called with each change of either. */
  keep(wanted: boolean): void {
    this.#wanted = wanted;
    if (!wanted) return this.#release();
    if (this.#asking || (this.#lock !== null && !this.#lock.released)) return;
    void this.#ask();
  }

  async #ask(): Promise<void> {
    this.#asking = true;
    this.#lock = (await navigator.wakeLock?.request('screen').catch(() => null)) ?? null;
    this.#asking = false;
    // It was let go meanwhile.
    if (!this.#wanted) this.#release();
  }

  #release(): void {
    void this.#lock?.release().catch(() => undefined);
    this.#lock = null;
  }
}
