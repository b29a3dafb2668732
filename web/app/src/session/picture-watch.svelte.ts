/** Whether the peer's picture stands still, read from the count of decoded frames while there should be a picture. */
import { NO_VIDEO, watchVideo } from '@rendezvous/sdk';

/** Interval of the readings (ms). */
const READ_EVERY_MS = 250;

export class PictureWatch {
  frozen = $state.raw(false);
  readonly #readFrames: () => Promise<number | null>;
  readonly #now: () => number;
  #progress = NO_VIDEO;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;

  /** `readFrames`: the count of decoded frames, null where no picture is expected; `now`: monotonic (ms). */
  constructor(readFrames: () => Promise<number | null>, now: () => number) {
    this.#readFrames = readFrames;
    this.#now = now;
    void this.#read();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  async #read(): Promise<void> {
    this.#progress = watchVideo(this.#progress, await this.#readFrames(), this.#now());
    this.frozen = this.#progress.frozen;
    if (!this.#stopped) this.#timer = setTimeout(() => void this.#read(), READ_EVERY_MS);
  }
}
