/** How much is left is told in time, and not more often than a session has room for. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { SCENES } from '../gallery/scenes.ts';
import { warningAt } from '../src/session/warnings.ts';
import { renderedScene, textOf } from './rendered.ts';

vi.mock('../gallery/fake-camera.ts', () => ({ fakeCameraStream: () => null }));

const MINUTE = 60_000;

/** All warnings of a session, by what is left when they begin. */
function warningsOf(wholeMs: number): readonly number[] {
  const shown = Array.from({ length: wholeMs / 1_000 }, (_, second) => warningAt(wholeMs - second * 1_000, wholeMs));
  return shown.filter((warning, second) => warning !== null && warning !== shown[second - 1]) as number[];
}

describe('[WEB-157] the time left', () => {
  test.each([
    [60 * MINUTE, [5 * MINUTE, MINUTE]],
    [10 * MINUTE, [5 * MINUTE, MINUTE]],
    [5 * MINUTE, [MINUTE]],
    [2 * MINUTE, [MINUTE]],
    [MINUTE, []],
  ])('of a session of %i ms is told at %j, and in the last 10 s by the server', (whole, warnings) => {
    expect(warningsOf(whole)).toEqual(warnings);
  });

  test('is told for 6 s', () => {
    expect([MINUTE + 1, MINUTE, 54_001, 54_000].map((left) => warningAt(left, 20 * MINUTE))).toEqual([null, MINUTE, MINUTE, null]);
  });

  beforeEach(() => vi.stubGlobal('document', { visibilityState: 'visible' }));
  afterEach(() => vi.unstubAllGlobals());
  test('stands in words on the screen', () => {
    expect(textOf(renderedScene(SCENES['live-minute-left']()), 'notice')).toBe('1 minute left');
  });
});
