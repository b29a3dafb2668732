import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { SCENES } from '../gallery/scenes.ts';
import { LANGUAGES, locale, words } from '../src/i18n/index.ts';
import { refusalWords } from '../src/session/refusal-words.ts';
import { minuteTime } from '../src/time.ts';
import { renderedScene } from './rendered.ts';

vi.mock('../gallery/fake-camera.ts', () => ({ fakeCameraStream: () => null }));

beforeEach(() => {
  vi.stubGlobal('document', { visibilityState: 'visible' });
});
afterEach(() => vi.unstubAllGlobals());

const NOW = new Date(2026, 10, 21, 14, 0).getTime();

describe('a message that was refused', () => {
  test.each(Object.entries(LANGUAGES))('[WEB-75] in %s says why, and offers a retry only where one can help', (_, texts) => {
    const of = (code: string, more: { reason?: string; retryAt?: number } = {}) => refusalWords({ code, ...more }, NOW, texts, 'en-GB');
    const refused = [
      of('bad_text', { reason: 'blank' }),
      of('bad_text', { reason: 'too_long' }),
      of('bad_text', { reason: 'something new' }),
      of('room_closed'),
      of('not_a_member'),
      of('quota_exceeded', { retryAt: NOW + 300_000 }),
    ];
    expect(new Set(refused.map(({ reason }) => reason)).size).toBe(refused.length);
    expect(refused.every(({ mayRetry }) => !mayRetry)).toBe(true);
    expect(of('quota_exceeded', { retryAt: NOW + 300_000 }).reason).toContain('14:05');
    expect(of('quota_exceeded', { retryAt: NOW - 1 })).toEqual({ reason: texts.refusedQuota, mayRetry: true });
    expect(of('too_large')).toEqual(of('bad_text', { reason: 'too_long' }));
    expect(of('a code of tomorrow')).toEqual({ reason: texts.notSent, mayRetry: true });
    expect(refusalWords(null, NOW, texts, 'en').mayRetry).toBe(true);
  });

  test('[WEB-75] can always be edited, and shows each reason beside its message', () => {
    const html = renderedScene(SCENES['waiting-chat-refused']());
    const count = (testId: string): number => html.split(`data-testid="${testId}"`).length - 1;
    expect([count('chat-refusal'), count('chat-edit'), count('chat-retry')]).toEqual([3, 3, 1]);
    for (const reason of [words.refusedTooLong, words.refusedQuota, words.refusedQuotaUntil(minuteTime(new Date(2026, 10, 21, 14, 9).getTime(), locale))]) expect(html).toContain(reason);
  });
});
