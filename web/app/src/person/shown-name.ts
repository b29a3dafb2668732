/** What a person is called on a page. */
import type { Words } from '../i18n/en.ts';

/** What the services say in place of the name of whoever erased their account. */
const LEFT_NAME = 'Someone who has left';

/** In the language of the page, where it is no name. */
export function shownName(name: string, words: Words): string {
  return name === LEFT_NAME ? words.someoneWhoLeft : name;
}
