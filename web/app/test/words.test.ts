import type { EndReason } from '@rendezvous/client';
import { describe, expect, test } from 'vitest';
import { en, type Words } from '../src/i18n/en.ts';
import { chooseLocale } from '../src/i18n/index.ts';
import { ko } from '../src/i18n/ko.ts';
import { deviceSentence } from '../src/session/device-words.ts';
import { endWords } from '../src/session/end-words.ts';
import { joinToken } from '../src/session/join-link.ts';
import { MODEL, START } from './model.ts';

const REASONS: readonly EndReason[] = ['completed', 'no_show', 'left', 'abandoned', 'cancelled', 'connect_failed', 'kicked', 'terminated'];
const LANGUAGES: readonly [string, Words][] = [
  ['en', en],
  ['ko', ko],
];

describe('words', () => {
  test.each(LANGUAGES)('[WEB-33] %s says every end in its own words, and never shouts', (_, words) => {
    const said = REASONS.map((reason) => endWords(MODEL, { reason, absent: ['bo'], startedAt: null, endedAt: START }, words, 'en'));
    expect(new Set(said.map(({ title, lead }) => title + lead)).size).toBe(REASONS.length);
    expect(JSON.stringify(said)).not.toMatch(/!|Oops|undefined|null/);
  });

  test.each(LANGUAGES)('[WEB-33] %s puts a no-show on who was absent, and on nobody else', (_, words) => {
    const end = { reason: 'no_show', startedAt: null, endedAt: START } as const;
    expect(endWords(MODEL, { ...end, absent: ['bo'] }, words, 'en').lead).toContain('Bo');
    expect(endWords(MODEL, { ...end, absent: ['ann'] }, words, 'en').lead).toBe(words.missedByYouLead);
    expect(endWords(MODEL, { ...end, absent: ['ann', 'bo'] }, words, 'en').lead).toBe(words.missedByBothLead);
  });

  test('[WEB-33] the language is the first of the reader’s that we speak', () => {
    expect(chooseLocale(['fr-FR', 'ko-KR', 'en'])).toBe('ko');
    expect(chooseLocale(['fr'])).toBe('en');
    expect(chooseLocale([])).toBe('en');
  });

  test('[WEB-27] there is one sentence about devices, and none when all is well', () => {
    expect(deviceSentence({ audio: 'on', video: 'on' }, en)).toBeNull();
    expect(deviceSentence({ audio: 'refused', video: 'refused' }, en)).toBe(en.bothRefused);
    expect(deviceSentence({ audio: 'on', video: 'missing' }, en)).toBe(en.cameraMissing);
    expect(deviceSentence({ audio: 'unplugged', video: 'on' }, en)).toBe(en.microphoneUnplugged);
  });

  test('[WEB-34] a join link is taken whole or by its token, and nothing else is', () => {
    const token = `${'a'.repeat(20)}.${'B_-9'.repeat(8)}`;
    expect(joinToken(` http://localhost:8080/join#${token}\n`)).toBe(token);
    expect(joinToken(token)).toBe(token);
    for (const wrong of ['', 'http://localhost:8080/join', 'http://localhost:8080/join#', '#a.b', 'javascript:alert(1)', '"><script>']) expect(joinToken(wrong)).toBeNull();
  });
});
