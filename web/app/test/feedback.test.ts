/** What a participant is asked after a session. */
import { ApiError } from '@rendezvous/client';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { SCENES } from '../gallery/scenes.ts';
import { words } from '../src/i18n/index.ts';
import { isTaken } from '../src/session/feedback.ts';
import { renderedScene } from './rendered.ts';

vi.mock('../gallery/fake-camera.ts', () => ({ fakeCameraStream: () => null }));

beforeEach(() => {
  vi.stubGlobal('document', { visibilityState: 'visible' });
});
afterEach(() => vi.unstubAllGlobals());

const count = (html: string, testId: string): number => html.split(`data-testid="${testId}"`).length - 1;

describe('feedback', () => {
  test('[WEB-98] is asked for after a session in which both were live, by five labelled choices', () => {
    const html = renderedScene(SCENES.ended());
    for (const score of [1, 2, 3, 4, 5]) {
      expect(count(html, `score-${score}`)).toBe(1);
      expect(html).toContain(`aria-label="${words.feedbackScore(score)}"`);
    }
    for (const scene of ['missed', 'connect-failed', 'cancelled'] as const) expect(count(renderedScene(SCENES[scene]()), 'feedback'), scene).toBe(0);
  });

  test('[WEB-98] goes unsaid where the server takes none, and fails aloud where it is refused', async () => {
    await expect(isTaken(Promise.resolve())).resolves.toBe(true);
    for (const status of [404, 405]) await expect(isTaken(Promise.reject(new ApiError(status, {}))), String(status)).resolves.toBe(false);
    for (const status of [0, 409, 422, 503]) await expect(isTaken(Promise.reject(new ApiError(status, {}))), String(status)).rejects.toThrow();
  });
});
