/** Asking for more time, declining, and what becomes of a request when one of the two is lost. */
import { BEFORE_JOIN, type SessionState, type SocketStatus } from '@rendezvous/client';
import { describe, expect, test } from 'vitest';
import { afterChange, extensionOf, extensionWord, heard, isBack, NOTHING_SAID, saidByMe, type Line } from '../src/session/extension.ts';

const NOW = 1_700_000_000_000;
const BO = { userId: 'bo', name: 'Bo', presence: { is: 'here' } } as const;

function line(askedBy: readonly string[], change: Partial<SessionState> = {}, connection: SocketStatus = 'open'): Line {
  return { session: { ...BEFORE_JOIN, me: 'ann', peer: BO, extendAskedBy: askedBy, ...change }, connection };
}

describe('[WEB-155] a request for more time', () => {
  test('of the other one is shown, and not any more once it is declined, until they ask again', () => {
    expect(extensionOf(NOTHING_SAID, line(['bo']), NOW)).toEqual({ asked: false, wanted: true, declined: false });
    const declined = saidByMe(NOTHING_SAID, 'declined');
    expect(extensionOf(declined, line(['bo']), NOW).wanted).toBe(false);
    expect(extensionOf(heard(declined, 'asked', NOW), line(['bo']), NOW).wanted).toBe(true);
  });

  test('of one’s own that is declined says so for a while, and can be made again', () => {
    const declined = heard(saidByMe(NOTHING_SAID, 'asked'), 'declined', NOW);
    expect(extensionOf(declined, line(['ann']), NOW + 9_999)).toEqual({ asked: false, wanted: false, declined: true });
    expect(extensionOf(declined, line(['ann']), NOW + 10_000).declined).toBe(false);
    expect(extensionOf(saidByMe(declined, 'asked'), line(['ann']), NOW)).toEqual({ asked: true, wanted: false, declined: false });
  });

  test('that was granted leaves nothing behind', () => {
    const after = line([], { timeline: [{ at: NOW, what: 'extended' }] });
    expect(afterChange(heard(NOTHING_SAID, 'declined', NOW), line(['ann']), after)).toEqual(NOTHING_SAID);
  });
});

describe('[WEB-156] a request for more time is withdrawn', () => {
  test.each([
    ['the other one is lost', line(['ann'], { peer: { ...BO, presence: { is: 'lost', until: NOW } } })],
    ['the other one goes', line(['ann'], { peer: { ...BO, presence: { is: 'away', since: NOW } } })],
    ['this page is', line(['ann'], {}, 'lost')],
  ])('when %s, and told again once both are there', (_, lost) => {
    const there = line(['ann']);
    const talk = afterChange(saidByMe(NOTHING_SAID, 'asked'), there, lost);
    expect(extensionOf(talk, there, NOW)).toEqual({ asked: false, wanted: false, declined: false });
    expect([isBack(there, lost), isBack(lost, there)]).toEqual([false, true]);
    expect(afterChange(talk, lost, there), 'it stays so').toEqual(talk);
    expect(extensionOf(heard(NOTHING_SAID, 'withdrawn', NOW), line(['bo']), NOW).wanted, 'at the other one’s').toBe(false);
  });

  test('only where there was one', () => {
    expect(afterChange(NOTHING_SAID, line([]), line([], {}, 'lost'))).toEqual(NOTHING_SAID);
  });
});

test('[WEB-155] only what is a word about more time is taken for one', () => {
  expect(extensionWord({ extension: 'declined' })).toBe('declined');
  for (const strange of [null, undefined, 1, 'declined', {}, { extension: 'granted' }, { extension: ['asked'] }]) expect(extensionWord(strange)).toBeNull();
});
