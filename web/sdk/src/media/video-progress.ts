/** Whether the peer's picture stands still, from the count of decoded frames. Pure: count and time are arguments. */

export interface VideoProgress {
  /** The last count; null while none is expected. */
  readonly frames: number | null;
  /** When the count last rose, monotonic (ms). */
  readonly roseAt: number;
  /** The count rose at least once, so that a picture has been seen: only then can it freeze. */
  readonly moving: boolean;
  readonly frozen: boolean;
}

/** Without a new frame for this long the picture counts as frozen (ms). With the interval of the readings it is below 1 s. */
const FROZEN_AFTER_MS = 650;

export const NO_VIDEO: VideoProgress = { frames: null, roseAt: 0, moving: false, frozen: false };

/** `frames`: the count now; null where no picture is expected, since the peer's camera is off or the session isn't live. */
export function watchVideo(before: VideoProgress, frames: number | null, now: number): VideoProgress {
  if (frames === null) return NO_VIDEO;
  // A count that falls belongs to another connection.
  if (before.frames === null || frames < before.frames) return { frames, roseAt: now, moving: false, frozen: false };
  if (frames > before.frames) return { frames, roseAt: now, moving: true, frozen: false };
  return { ...before, frozen: before.moving && now - before.roseAt >= FROZEN_AFTER_MS };
}
