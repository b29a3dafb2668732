import { describe, expect, test } from 'vitest';
import { deviceProblem, maySend } from '../src/media/local.ts';

describe('camera and microphone', () => {
  test('[WEB-26] nothing leaves the page before it is live, and afterwards only what is wished', () => {
    const enabled = { audio: true, video: false };
    expect(maySend('audio', false, enabled)).toBe(false);
    expect(maySend('video', false, enabled)).toBe(false);
    expect(maySend('audio', true, enabled)).toBe(true);
    expect(maySend('video', true, enabled)).toBe(false);
  });

  test('[WEB-27] what the browser says is wrong becomes one of a few cases', () => {
    expect(['NotAllowedError', 'SecurityError', 'NotFoundError', 'OverconstrainedError', 'NotReadableError'].map(deviceProblem)).toEqual([
      'refused',
      'refused',
      'missing',
      'missing',
      'busy',
    ]);
  });
});
