/** Whether the peer's picture stands still, read from the count of decoded frames while there should be a picture. */
import { NO_VIDEO, watchVideo } from '../media/video-progress.ts';

/** Interval of the readings (ms). */
const READ_EVERY_MS = 250;

export interface PictureWatchOptions {
  /** The count of decoded frames; null where no picture is expected. */
  readonly readFrames: () => Promise<number | null>;
  /** Monotonic (ms). */
  readonly now: () => number;
  readonly onChange: () => void;
}

export class PictureWatch {
  readonly #options: PictureWatchOptions;
  #progress = NO_VIDEO;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;

  constructor(options: PictureWatchOptions) {
    this.#options = options;
    void this.#read();
  }

  get frozen(): boolean {
    return this.#progress.frozen;
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  async #read(): Promise<void> {
    const before = this.#progress.frozen;
    this.#progress = watchVideo(this.#progress, await this.#options.readFrames(), this.#options.now());
    if (this.#stopped) return;
    if (this.#progress.frozen !== before) this.#options.onChange();
    this.#timer = setTimeout(() => void this.#read(), READ_EVERY_MS);
  }
}
