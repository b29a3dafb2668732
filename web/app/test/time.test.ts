import { describe, expect, test } from 'vitest';
import { at } from '../src/i18n/en-time.ts';
import { en } from '../src/i18n/en.ts';
import { regionalTag } from '../src/i18n/index.ts';
import { ko } from '../src/i18n/ko.ts';
import { countdownNumber, dateTime, dayName, daysUntil, exactTime, minuteTime, sameDay, span, spokenSpan, zoneName } from '../src/time.ts';

describe('times in words', () => {
  test.each([
    [161_000, '2:41'],
    [160_001, '2:41'],
    [5_000, '0:05'],
    [1, '0:01'],
    [0, '0:00'],
    [-9, '0:00'],
    [3_723_000, '1:02:03'],
  ])('[WEB-28] %i ms are shown as %s: zero only when the time is over', (ms, shown) => {
    expect(span(ms)).toBe(shown);
  });

  test.each([
    [5_040, 5],
    [5_000, 5],
    [4_001, 5],
    [4_000, 4],
    [1, 1],
    [0, 1],
  ])('[WEB-28] %i ms before live the countdown says %i', (ms, number) => {
    expect(countdownNumber(ms, 5_000)).toBe(number);
  });

  test('[WEB-28] days are named, and midnight separates them', () => {
    const noon = new Date(2026, 10, 21, 12).getTime();
    expect(dayName(noon, noon, 'en')).toBe('Today');
    expect(dayName(noon - 86_400_000, noon, 'en')).toBe('Yesterday');
    expect(dayName(noon - 86_400_000, noon, 'ko')).toBe('어제');
    expect(dayName(noon - 3 * 86_400_000, noon, 'en')).toContain('18');
    expect(sameDay(new Date(2026, 10, 21, 23, 59).getTime(), new Date(2026, 10, 22, 0, 0).getTime())).toBe(false);
    expect(exactTime(new Date(2026, 10, 21, 0, 0, 5).getTime(), 'en-GB')).toBe('00:00:05');
  });
});

describe('[WEB-164] spans and times', () => {
  const two = new Date(2026, 10, 21, 14, 0, 0).getTime();
  const plain = (text: string): string => text.replace(/[\u202f\u00a0]/g, ' ');

  test.each([
    [80_000, '1 minute 20 seconds', '1분 20초'],
    [3_630_000, '1 hour 30 seconds', '1시간 30초'],
    [50_000, '50 seconds', '50초'],
    [7_200_000, '2 hours', '2시간'],
    [90_061_000, '1 day 1 hour', '1일 1시간'],
    [0, '0 seconds', '0초'],
  ])('of %i ms are said as people say them: %s', (ms, english, korean) => {
    expect([spokenSpan(ms, 'en'), spokenSpan(ms, 'ko')]).toEqual([english, korean]);
  });

  test('a session is called by its length', () => {
    expect([60_000, 3_600_000, 80_000].map(en.endedTitle)).toEqual(['That was your minute', 'That was your hour', 'Those were your 1 minute 20 seconds']);
    expect(ko.endedTitle(80_000)).toBe('1분 20초 동안의 만남이 끝났어요');
    expect(en.titleWith('Bo', 3_630_000)).toBe('1 hour 30 seconds with Bo');
  });

  test('are by the clock of the reader’s region, which the browser names', () => {
    expect([minuteTime(two, 'en-GB'), plain(minuteTime(two, 'en-US')), minuteTime(two, 'ko-KR')]).toEqual(['14:00', '2:00 PM', '오후 2:00']);
    expect(plain(exactTime(two, 'en-US'))).toBe('2:00:00 PM');
    expect(regionalTag('en', ['ko-KR', 'en-GB', 'en'])).toBe('en-GB');
    expect(regionalTag('ko', ['en-US'])).toBe('ko');
  });

  test('stand in a sentence with their own preposition', () => {
    expect([at('14:00'), plain(at('\u20682:00\u202fPM\u2069')), at('16 January at 14:00')]).toEqual(['at 14:00', 'at \u20682:00 PM\u2069', 'on 16 January at 14:00']);
  });

  test('that are far away are a date, with its year, and days', () => {
    const far = new Date(2027, 7, 21, 14).getTime();
    expect(dateTime(far, two, 'en-GB')).toBe('21 August 2027 at 14:00');
    expect([daysUntil(two + 60 * 86_400_000, two, 'en'), daysUntil(two + 86_400_000, two, 'ko')]).toEqual(['In 60 days', '내일']);
  });

  test('are in a zone that has a name', () => {
    expect(zoneName(two, 'en')).toMatch(/[A-Z][a-z]+/);
  });
});
