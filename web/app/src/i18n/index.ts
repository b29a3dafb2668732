/** The texts of the page in the browser's language. */
import { en, type Words } from './en.ts';
import { ko } from './ko.ts';

const LANGUAGES = { en, ko } satisfies Record<string, Words>;

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
