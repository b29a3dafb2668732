/** What a refused form says, and where. Pure. */
import { ApiError } from '@rendezvous/client';
import type { Words } from '../i18n/en.ts';
import { dateTime } from '../time.ts';

export interface FormRefusal {
  /** Of the problem; `required` if the page found it before it was sent. */
  readonly code: string;
  /** By the name of the field. */
  readonly fields: Readonly<Record<string, string>>;
  /** Of the form as a whole; null if each reason stands at a field. */
  readonly notice: string | null;
}

/** Refusals that belong to a field although the problem names none, and the fields that it may be. */
const FIELDS_OF_CODE: Readonly<Record<string, readonly string[]>> = {
  email_taken: ['email'],
  weak_password: ['password', 'new'],
};

/** `fields`: the names of the form's. What is wrong with another one stands at the form. */
export function refusalOf(error: unknown, fields: readonly string[], now: number, words: Words, locale: string): FormRefusal {
  if (!(error instanceof ApiError)) return { code: 'internal', fields: {}, notice: words.person.refused };
  const wrong = Object.fromEntries(error.errors.filter(({ field }) => fields.includes(field)).map(({ field, code }) => [field, fieldWords(code, words)]));
  if (Object.keys(wrong).length > 0) return { code: error.code, fields: wrong, notice: null };
  const field = FIELDS_OF_CODE[error.code]?.find((name) => fields.includes(name));
  if (field !== undefined) return { code: error.code, fields: { [field]: fieldWords(error.code, words) }, notice: null };
  return { code: error.code, fields: {}, notice: noticeOf(error, now, words, locale) };
}

/** Of required fields that are empty; null if there are none. Passwords may consist of blanks. */
export function emptyFields(values: Readonly<Record<string, string>>, words: Words): FormRefusal | null {
  const empty = Object.keys(values).filter((name) => values[name] === '');
  if (empty.length === 0) return null;
  return { code: 'required', fields: Object.fromEntries(empty.map((name) => [name, words.person.wrong.required])), notice: null };
}

function fieldWords(code: string, words: Words): string {
  const wrong = { ...words.person.wrong, ...words.matching.wrong };
  return code in wrong ? wrong[code as keyof typeof wrong] : wrong.other;
}

function noticeOf(error: ApiError, now: number, words: Words, locale: string): string {
  if (error.code === 'bad_login') return words.person.badLogin;
  if (error.code === 'no_peeks_left' && error.at !== undefined) return words.matching.noPeeks(dateTime(nextMinute(error.at), now, locale));
  if (error.code === 'busy') return words.matching.busy;
  if (error.code === 'already_matched') return words.matching.alreadyMatched;
  if (error.status === 404 || error.status === 409) return words.matching.gone;
  if (error.status === 401) return words.person.loggedOut;
  if (error.status === 429 && error.retryAfterMs !== undefined) return words.person.tooOftenUntil(dateTime(nextMinute(now + error.retryAfterMs), now, locale));
  if (error.status === 429) return words.person.tooOften;
  return error.isTransient ? words.person.noAnswer : words.person.refused;
}

/** Times are shown by the minute: never one that is still too early. */
function nextMinute(at: number): number {
  return Math.ceil(at / 60_000) * 60_000;
}
