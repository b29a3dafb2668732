/** How the other one's picture stands in a window of another shape. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { Picture } from '../src/session/picture.svelte.ts';
import { cropped, pictureFit, type Box } from '../src/session/picture-fit.ts';

const LAPTOP: Box = { width: 1280, height: 720 };
const PHONE: Box = { width: 390, height: 760 };

afterEach(() => vi.unstubAllGlobals());

describe('[WEB-151] a picture', () => {
  test.each([
    ['of a laptop on a phone', LAPTOP, PHONE],
    ['of a phone on a laptop', PHONE, LAPTOP],
  ])('%s would lose more than half, and is shown whole unless it is to fill', (_, picture, place) => {
    expect(cropped(picture, place)).toBeGreaterThan(0.5);
    expect(pictureFit(picture, place, 'whole')).toBe('whole');
    expect(pictureFit(picture, place, 'fill')).toBe('fill');
  });

  test.each([
    ['nearly its place', { width: 1280, height: 800 }, LAPTOP],
    ['nothing yet', { width: 0, height: 0 }, LAPTOP],
    ['in no place yet', LAPTOP, { width: 0, height: 0 }],
  ])('that has %s fills it, whatever was chosen', (_, picture, place) => {
    expect(pictureFit(picture, place, 'whole')).toBe('fill');
  });
});

function laptopOnPhone(): Picture {
  const picture = new Picture();
  [picture.pictureWidth, picture.pictureHeight] = [LAPTOP.width, LAPTOP.height];
  [picture.placeWidth, picture.placeHeight] = [PHONE.width, PHONE.height];
  return picture;
}

test('[WEB-152] what was chosen for pictures of another shape is remembered by the browser, and nothing is chosen where they agree', () => {
  const kept = new Map<string, string>();
  vi.stubGlobal('localStorage', { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value) });
  const picture = laptopOnPhone();
  expect(picture.fit).toBe('whole');
  picture.toggle();
  expect(picture.fit).toBe('fill');
  expect(laptopOnPhone().fit).toBe('fill');
  const same = new Picture();
  same.toggle();
  expect(laptopOnPhone().fit, 'there was nothing to choose').toBe('fill');
});

test('[WEB-152] a browser that keeps nothing has the picture whole, and lets it fill until the page goes', () => {
  vi.stubGlobal('localStorage', { getItem: () => { throw new DOMException('no', 'SecurityError'); }, setItem: () => { throw new DOMException('no', 'SecurityError'); } });
  const picture = laptopOnPhone();
  expect(picture.fit).toBe('whole');
  picture.toggle();
  expect(picture.fit).toBe('fill');
});
