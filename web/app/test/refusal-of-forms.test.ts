/** Where the reasons of a refused form stand, and what they say. */
import { ApiError, type FieldError } from '@rendezvous/client';
import { describe, expect, test } from 'vitest';
import { en, type Words } from '../src/i18n/en.ts';
import { ko } from '../src/i18n/ko.ts';
import { Form } from '../src/person/form.svelte.ts';
import { emptyFields, refusalOf } from '../src/person/refusal.ts';

const NOW = new Date(2026, 10, 21, 13, 56, 10).getTime();
const FIELDS = ['name', 'email', 'password'];

function refused(status: number, code: string, errors: FieldError[] = [], more: object = {}): ApiError {
  return new ApiError(status, { code, errors, ...more } as ConstructorParameters<typeof ApiError>[1]);
}

const wrong = (field: string, code: string): FieldError => ({ field, code, message: 'Said by the server.' });

describe('a refused form', () => {
  test.each<[string, Words]>([['en', en], ['ko', ko]])('[WEB-82] %s says what is wrong at the field that is wrong', (locale, words) => {
    const { fields, notice } = refusalOf(refused(422, 'invalid_field', [wrong('name', 'required'), wrong('email', 'strange')]), FIELDS, NOW, words, locale);
    expect(fields).toEqual({ name: words.person.wrong.required, email: words.person.wrong.other });
    expect(notice).toBeNull();
  });

  test('[WEB-82] a reason without a field stands where it belongs, else at the form', () => {
    const at = (error: unknown, fields: readonly string[] = FIELDS) => refusalOf(error, fields, NOW, en, 'en');
    expect(at(refused(409, 'email_taken')).fields).toEqual({ email: en.person.wrong.email_taken });
    expect(at(refused(422, 'weak_password')).fields).toEqual({ password: en.person.wrong.weak_password });
    expect(at(refused(422, 'weak_password'), ['current', 'new']).fields).toEqual({ new: en.person.wrong.weak_password });
    expect(at(refused(401, 'bad_login')).notice).toBe(en.person.badLogin);
    expect(at(refused(401, 'unauthenticated')).notice).toBe(en.person.loggedOut);
    expect(at(refused(422, 'invalid_field', [wrong('locale', 'strange')])).notice).toBe(en.person.refused);
    expect(at(new Error('a bug')).notice).toBe(en.person.refused);
    for (const silent of [new ApiError(0, {}), refused(503, 'unavailable')]) expect(at(silent).notice).toBe(en.person.noAnswer);
  });

  test('[WEB-82] too many tries say when the next one counts, and never a minute that is too early', () => {
    expect(refusalOf(refused(429, 'rate_limited', [], { retry_after_ms: 60_000 }), FIELDS, NOW, en, 'en-GB').notice).toBe(en.person.tooOftenUntil('13:58'));
    expect(refusalOf(refused(429, 'rate_limited'), FIELDS, NOW, en, 'en').notice).toBe(en.person.tooOften);
  });

  test('[WEB-82] a required field that is empty is found before anything is sent', async () => {
    expect(emptyFields({ email: 'a@b.example', password: '' }, en)?.fields).toEqual({ password: en.person.wrong.required });
    expect(emptyFields({ email: 'a@b.example', password: ' ' }, en)).toBeNull();
    const form = new Form();
    let requests = 0;
    const send = (password: string) => form.send({ password }, async () => (requests += 1));
    expect(await send('')).toBeNull();
    expect([requests, form.state.is]).toEqual([0, 'refused']);
    expect(await send('x')).toBe(1);
    expect(form.state.is).toBe('done');
  });

  test('[WEB-82] a form that is on its way is not sent again', async () => {
    const form = new Form();
    let release: () => void = () => undefined;
    const first = form.send({}, () => new Promise<string>((resolve) => (release = () => resolve('answer'))));
    expect(form.state.is).toBe('sending');
    expect(await form.send({}, async () => 'second')).toBeNull();
    release();
    expect(await first).toBe('answer');
  });
});
