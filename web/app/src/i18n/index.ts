/** The texts of the page in the browser's language. What is put into them, as a name, is isolated here: no text can do without it. */
import { isolating } from '../text/isolate.ts';
import { en, type Words } from './en.ts';
import { ko } from './ko.ts';

export const LANGUAGES = { en: isolating<Words>(en), ko: isolating<Words>(ko) };

export type Locale = keyof typeof LANGUAGES;

/** The first preferred language that is available; otherwise English. */
export function chooseLocale(wanted: readonly string[]): Locale {
  for (const tag of wanted) {
    const language = tag.toLowerCase().split('-')[0] ?? '';
    if (language in LANGUAGES) return language as Locale;
  }
  return 'en';
}

export const locale: Locale = chooseLocale(typeof navigator === 'undefined' ? [] : navigator.languages);

export const words: Words = LANGUAGES[locale];
