/** The texts of the page in the language of the account that is logged in, else in the browser's. What is put into them, as a name, is isolated here: no text can do without it. */
import { rememberedLocale } from '../person/device.ts';
import { isolating } from '../text/isolate.ts';
import { en, type Words } from './en.ts';
import { ko } from './ko.ts';

export const LANGUAGES = { en: isolating<Words>(en), ko: isolating<Words>(ko) };

/** Each in its own language. */
export const LANGUAGE_NAMES: Readonly<Record<string, string>> = { en: 'English', ko: '한국어' };

export type Locale = keyof typeof LANGUAGES;

/** The first preferred language that is available; otherwise English. */
export function chooseLocale(wanted: readonly string[]): Locale {
  for (const tag of wanted) {
    const language = tag.toLowerCase().split('-')[0] ?? '';
    if (language in LANGUAGES) return language as Locale;
  }
  return 'en';
}

const tags = typeof navigator === 'undefined' ? [] : navigator.languages;

export const language: Locale = chooseLocale([rememberedLocale() ?? '', ...tags]);

export const words: Words = LANGUAGES[language];

/** By which times and numbers are written: the language as the reader's browser has it, with its region. */
export const locale: string = regionalTag(language, tags);

/** `en-GB` for English where the browser speaks that; a bare language has its own habits. */
export function regionalTag(chosen: Locale, wanted: readonly string[]): string {
  return wanted.find((tag) => tag.toLowerCase().split('-')[0] === chosen) ?? chosen;
}
