import { describe, expect, test } from 'vitest';
import { NO_VIDEO, watchVideo, type VideoProgress } from '../src/media/video-progress.ts';

/** Readings every 250 ms; null where no picture is expected. */
function after(...counts: readonly (number | null)[]): VideoProgress {
  return counts.reduce<VideoProgress>((state, frames, index) => watchVideo(state, frames, index * 250), NO_VIDEO);
}

describe("the peer's picture", () => {
  test('[WEB-49] a picture that stands still is frozen within a second, and good again with the next frame', () => {
    expect(after(10, 17, 24, 24, 24).frozen, 'after 500 ms').toBe(false);
    expect(after(10, 17, 24, 24, 24, 24).frozen, 'after 750 ms').toBe(true);
    expect(after(10, 17, 24, 24, 24, 24, 25).frozen).toBe(false);
  });

  test('[WEB-49] a picture that never moved cannot freeze: there is no camera, or it is about to start', () => {
    expect(after(0, 0, 0, 0, 0, 0, 0, 0).frozen).toBe(false);
    expect(after(24, 24, 24, 24, 24, 24).frozen).toBe(false);
  });

  test('[WEB-49] a camera that is switched off is not a frozen one, and when it comes back its first frame is waited for', () => {
    expect(after(10, 17, 24, 24, null, null).frozen).toBe(false);
    expect(after(10, 17, null, 24, 24, 24, 24, 24, 24).frozen).toBe(false);
    expect(after(10, 17, null, 24, 25, 25, 25, 25, 25).frozen).toBe(true);
  });

  test('[WEB-49] another connection begins to count anew', () => {
    expect(after(900, 907, 3, 3, 3, 3, 3).frozen).toBe(false);
    expect(after(900, 907, 3, 9, 9, 9, 9).frozen).toBe(true);
  });
});
