/** The elements without a browser: their words, and that a server may import them. What they do is in `e2e/stories/elements.story.ts`. */
import { describe, expect, test } from 'vitest';
import { RendezvousChatElement, RendezvousSessionElement } from '../src/elements/index.ts';
import { deviceWords, endWords, span, wordsOf } from '../src/elements/words.ts';

describe('the elements', () => {
  test('[WEB-133] are imported where there are no elements', () => {
    expect(typeof HTMLElement).toBe('undefined');
    for (const constructor of [RendezvousSessionElement, RendezvousChatElement]) expect(constructor.observedAttributes).toEqual(['ticket-url', 'lang']);
  });

  test('[WEB-134] speak the first language that they know, all of it, and never shout', () => {
    const [english, korean] = [wordsOf(['en']), wordsOf(['fr', 'ko-KR', 'en'])];
    expect(wordsOf(['', 'fr'])).toBe(english);
    expect(korean).not.toBe(english);
    expect(Object.keys(korean)).toEqual(Object.keys(english));
    for (const words of [english, korean]) {
      const said = Object.values(words).map((text) => (typeof text === 'function' ? (text as (part: string) => string)('x') : JSON.stringify(text)));
      expect(said.join('\n')).not.toMatch(/!|undefined|Oops/);
      expect(said.every((text) => text !== '')).toBe(true);
    }
  });

  test('[WEB-134] say an end that they have no words for, too', () => {
    const words = wordsOf(['en']);
    expect([endWords(words, 'completed'), endWords(words, 'terminated')]).toEqual(['The time is over.', 'The session is over.']);
  });

  test('[WEB-134] say what of the devices does not work, and nothing when all is well or still asked for', () => {
    const words = wordsOf(['en']);
    expect(deviceWords(words, { audio: 'on', video: 'asking' })).toBeNull();
    expect(deviceWords(words, { audio: 'refused', video: 'unplugged' })).toBe('Your microphone is not allowed for this page. No camera was found.');
  });

  test('[WEB-134] show a time that reaches zero when it is over', () => {
    expect([161_000, 60_000, 900, 0, -5, 3_723_000].map(span)).toEqual(['2:41', '1:00', '0:01', '0:00', '0:00', '1:02:03']);
  });
});
