import { describe, expect, test } from 'vitest';
import { countdownNumber, dayName, exactTime, sameDay, span } from '../src/time.ts';

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
    expect(exactTime(new Date(2026, 10, 21, 0, 0, 5).getTime(), 'en')).toBe('00:00:05');
  });
});
