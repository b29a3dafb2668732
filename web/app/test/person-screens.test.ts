/** The pages of people as they are drawn: what belongs to a field is tied to it, and nobody's name turns the line. */
import { render } from 'svelte/server';
import { describe, expect, test } from 'vitest';
import { PERSON_SCENES, USER, type PersonScene } from '../gallery/person-scenes.ts';
import { words } from '../src/i18n/index.ts';
import { textOf } from './rendered.ts';

function drawn({ screen, props }: PersonScene): string {
  const { head, body } = render(screen, { props });
  return head + body;
}

/** The opening tags of every element of a kind. */
const tags = (html: string, name: string): string[] => [...html.matchAll(new RegExp(`<${name}\\b[^>]*>`, 'g'))].map(([tag]) => tag);
const attribute = (tag: string, name: string): string | undefined => new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1];

const scenes = Object.entries(PERSON_SCENES);

describe('the pages of people', () => {
  test.each(scenes)('[WEB-83] in %s every field has a label, and what is said of it belongs to it', (_, scene) => {
    const html = drawn(scene());
    const ids = new Set([...html.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id));
    const labelled = new Set(tags(html, 'label').map((tag) => attribute(tag, 'for')));
    for (const field of [...tags(html, 'input'), ...tags(html, 'select')]) {
      const checkbox = attribute(field, 'type') === 'checkbox';
      const hidden = attribute(field, 'aria-hidden') === 'true';
      if (!checkbox && !hidden) expect(labelled, field).toContain(attribute(field, 'id'));
      const described = attribute(field, 'aria-describedby');
      if (described !== undefined) expect(ids, field).toContain(described);
    }
    expect(ids.size, 'each id once').toBe([...html.matchAll(/\sid="/g)].length);
  });

  test('[WEB-83] a wrong field is marked, and its reason stands in the place of its hint', () => {
    const html = drawn(PERSON_SCENES['sign-up-refused']());
    for (const field of ['name', 'email', 'password']) {
      const input = tags(html, 'input').find((tag) => attribute(tag, 'name') === field) ?? '';
      expect(attribute(input, 'aria-invalid'), field).toBe('true');
    }
    expect(textOf(html, 'hint-name')).toBe(words.person.wrong.required);
    expect(textOf(html, 'hint-email')).toBe(words.person.wrong.bad_email);
    expect(textOf(html, 'hint-password')).toBe(words.person.wrong.weak_password);
    expect(textOf(html, 'signup-notice')).toBe('');
    expect(textOf(drawn(PERSON_SCENES['log-in-refused']()), 'login-notice')).toBe(words.person.badLogin);
  });

  test('[WEB-84] password managers are told what each field is for', () => {
    const fill = (name: keyof typeof PERSON_SCENES): (string | undefined)[] => tags(drawn(PERSON_SCENES[name]()), 'input').filter((tag) => attribute(tag, 'type') !== 'checkbox').map((tag) => attribute(tag, 'autocomplete'));
    expect(fill('sign-up')).toEqual(['name', 'username', 'new-password']);
    expect(fill('log-in')).toEqual(['username', 'current-password']);
    expect(fill('reset-choose')).toEqual(['new-password']);
    const account = fill('account').join(' ');
    expect(account).toContain('username current-password new-password');
    expect(account.endsWith('current-password'), 'to erase').toBe(true);
  });

  test('[WEB-85] an invitation is asked for where one is needed, and accounts are offered where there are any', () => {
    expect(drawn(PERSON_SCENES['sign-up-invited']())).toContain('name="invite"');
    expect(drawn(PERSON_SCENES['sign-up']())).not.toContain('name="invite"');
    expect(drawn(PERSON_SCENES.home())).toContain('href="./login"');
    expect(drawn(PERSON_SCENES['home-without-accounts']())).not.toMatch(/login|signup/);
  });

  test('[WEB-86] every page of a person says whose it is', () => {
    const whole = (name: keyof typeof PERSON_SCENES): string => drawn(PERSON_SCENES[name]()).replace(/<[^>]*>/g, '');
    for (const name of ['person-home', 'account'] as const) expect(whole(name)).toContain(words.person.loggedInAs(USER.name));
  });

  test('[WEB-87] every login but the one that asks can be ended, by a button that says which', () => {
    const html = drawn(PERSON_SCENES.account());
    const buttons = tags(html, 'button').filter((tag) => attribute(tag, 'data-testid') === 'end-login');
    expect(buttons.map((tag) => attribute(tag, 'aria-label'))).toEqual([words.person.endLoginOf('Safari on iPhone'), words.person.endLoginOf(words.person.unknownBrowser)]);
  });
});
