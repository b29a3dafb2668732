import { describe, expect, test } from 'vitest';
import { answered, begin, receive, wanted, type Negotiation, type RemoteCandidate } from '../src/signaling/negotiation.ts';

const EPOCH = 7;
const offer = { type: 'offer', epoch: EPOCH, sdp: 'theirs', from: 'bo' } as const;
const answer = { type: 'answer', epoch: EPOCH, sdp: 'theirs', from: 'bo' } as const;
const candidate = (what: RemoteCandidate, epoch = EPOCH) => ({ type: 'candidate', epoch, candidate: what, from: 'bo' }) as const;
const A = { candidate: 'a', sdpMid: '0' };

function start(offerer: string, polite = false): Negotiation {
  const [negotiation] = begin({ epoch: EPOCH, offerer }, 'ann', polite);
  if (negotiation === null) throw new Error('begin always starts one');
  return negotiation;
}

describe('negotiating', () => {
  test('[WEB-9] only who is named offers', () => {
    expect(begin({ epoch: EPOCH, offerer: 'ann' }, 'ann', false)[1]).toEqual([{ do: 'offer' }]);
    expect(begin({ epoch: EPOCH, offerer: 'bo' }, 'ann', false)[1]).toEqual([]);
  });

  test('[WEB-9] before the first answer nobody offers out of turn, after it either may', () => {
    const waiting = start('bo');
    expect(wanted(waiting, true)).toEqual([]);
    expect(wanted(answered(waiting), true)).toEqual([{ do: 'offer' }]);
    expect(wanted(answered(waiting), false), 'an offer is already out').toEqual([]);
  });

  test('[WEB-10] candidates wait for the description that they belong to, and keep their order and their end', () => {
    const [held, none] = receive(start('bo'), candidate(A), true);
    expect(none).toEqual([]);
    const [both] = receive(held, candidate(null), true);
    const [after, steps] = receive(both, offer, true);
    expect(steps).toEqual([
      { do: 'accept_offer', sdp: 'theirs' },
      { do: 'add_candidate', candidate: A },
      { do: 'add_candidate', candidate: null },
    ]);
    expect(receive(after, candidate(A), true)[1]).toEqual([{ do: 'add_candidate', candidate: A }]);
  });

  test('[WEB-11] frames of another epoch are skipped', () => {
    for (const frame of [{ ...offer, epoch: 6 }, { ...answer, epoch: 8 }, candidate(A, 6)]) {
      const state = start('ann');
      expect(receive(state, frame, false)).toEqual([state, []]);
    }
    expect(receive(null, offer, true)).toEqual([null, []]);
  });

  test('[WEB-12] in a glare the impolite one goes on with its own offer and drops what came with the other', () => {
    const [ignoring, steps] = receive(answered(start('ann', false)), offer, false);
    expect(steps).toEqual([]);
    expect(receive(ignoring, candidate(A), false)[1]).toEqual([]);
    const [settled, accepted] = receive(ignoring, answer, false);
    expect(accepted[0]).toEqual({ do: 'accept_answer', sdp: 'theirs' });
    expect(receive(settled, candidate(A), true)[1]).toEqual([{ do: 'add_candidate', candidate: A }]);
  });

  test('[WEB-12] in a glare the polite one takes the other offer', () => {
    expect(receive(answered(start('ann', true)), offer, false)[1][0]).toEqual({ do: 'accept_offer', sdp: 'theirs' });
  });

  test('[WEB-12] an answer that nobody waits for is dropped', () => {
    expect(receive(start('ann'), answer, true)[1]).toEqual([]);
  });

  test('[WEB-10] what is held is bounded', () => {
    let state: Negotiation | null = start('bo');
    for (let index = 0; index < 1_000; index += 1) [state] = receive(state, candidate(A), true);
    expect(state?.held.length).toBe(200);
  });
});
