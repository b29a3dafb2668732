import table from '../../../crates/wire/fixtures/visible_text.json';
import { describe, expect, test } from 'vitest';
import { cleanBody, isBlank } from '../src/text/visible.ts';

/** The examples to which the services are held. */
const { blank, visible, bodies } = table;

describe('what can be seen of a message', () => {
  test.each(blank)('[WEB-74] nothing of %j', (text) => expect(isBlank(text)).toBe(true));

  test.each(visible)('[WEB-74] something of %j', (text) => expect(isBlank(text)).toBe(false));

  test.each(bodies)('[WEB-74] $in is sent as the server stores it', ({ in: text, out }) => {
    if (out === null) expect(isBlank(cleanBody(text))).toBe(true);
    else expect(cleanBody(text)).toBe(out);
  });

  test('[WEB-74] half a character becomes U+FFFD, a whole one stays', () => {
    expect(cleanBody('a\ud83db\udc68 \ud83d\udc68')).toBe('a\ufffdb\ufffd \ud83d\udc68');
  });
});
