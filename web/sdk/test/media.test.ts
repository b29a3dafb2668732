import { describe, expect, test } from 'vitest';
import { deviceProblem, mayLeave } from '../src/media/local.ts';

describe('camera and microphone', () => {
  test('[WEB-26] nothing leaves the page before it is live, and afterwards only what is wished', () => {
    const wishes = { audio: true, video: false };
    expect(mayLeave('audio', false, wishes)).toBe(false);
    expect(mayLeave('video', false, wishes)).toBe(false);
    expect(mayLeave('audio', true, wishes)).toBe(true);
    expect(mayLeave('video', true, wishes)).toBe(false);
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
