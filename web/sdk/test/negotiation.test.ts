import { describe, expect, test } from 'vitest';
import { beginNegotiation, markAnswered, negotiationNeeded, receiveSignal, reofferIfUnanswered, type Negotiation, type RemoteCandidate } from '../src/signaling/negotiation.ts';

const EPOCH = 7;
const offer = { type: 'offer', epoch: EPOCH, sdp: 'theirs', from: 'bo' } as const;
const answer = { type: 'answer', epoch: EPOCH, sdp: 'theirs', from: 'bo' } as const;
const candidate = (what: RemoteCandidate, epoch = EPOCH) => ({ type: 'candidate', epoch, candidate: what, from: 'bo' }) as const;
const add = (what: RemoteCandidate, mayFail = false) => ({ do: 'add_candidate', candidate: what, mayFail });
const A = { candidate: 'a', sdpMid: '0' };

function start(offerer: string, polite = false): Negotiation {
  const [negotiation] = beginNegotiation({ epoch: EPOCH, offerer }, 'ann', polite);
  if (negotiation === null) throw new Error('beginNegotiation always starts one');
  return negotiation;
}

describe('negotiating', () => {
  test('[WEB-9] only who is named offers', () => {
    expect(beginNegotiation({ epoch: EPOCH, offerer: 'ann' }, 'ann', false)[1]).toEqual([{ do: 'offer' }]);
    expect(beginNegotiation({ epoch: EPOCH, offerer: 'bo' }, 'ann', false)[1]).toEqual([]);
  });

  test('[WEB-9] before the first answer nobody offers out of turn, after it either may', () => {
    const waiting = start('bo');
    expect(negotiationNeeded(waiting, true)).toEqual([]);
    expect(negotiationNeeded(markAnswered(waiting), true)).toEqual([{ do: 'offer' }]);
    expect(negotiationNeeded(markAnswered(waiting), false), 'an offer is already out').toEqual([]);
  });

  test('[WEB-10] candidates wait for the description that they belong to, and keep their order and their end', () => {
    const [held, none] = receiveSignal(start('bo'), candidate(A), true);
    expect(none).toEqual([]);
    const [both] = receiveSignal(held, candidate(null), true);
    const [after, steps] = receiveSignal(both, offer, true);
    expect(steps).toEqual([
      { do: 'accept_offer', sdp: 'theirs' },
      add(A),
      add(null),
    ]);
    expect(receiveSignal(after, candidate(A), true)[1]).toEqual([add(A)]);
  });

  test('[WEB-11] frames of another epoch are skipped', () => {
    for (const frame of [{ ...offer, epoch: 6 }, { ...answer, epoch: 8 }, candidate(A, 6)]) {
      const state = start('ann');
      expect(receiveSignal(state, frame, false)).toEqual([state, []]);
    }
    expect(receiveSignal(null, offer, true)).toEqual([null, []]);
  });

  test('[WEB-12] in a glare the impolite one goes on with its own offer, and what came with the other may fail', () => {
    const [ignoreOffer, steps] = receiveSignal(markAnswered(start('ann', false)), offer, false);
    expect(steps).toEqual([]);
    const [, mixed] = receiveSignal({ ...ignoreOffer!, hasRemoteDescription: true }, candidate(A), false);
    expect(mixed, 'it may as well be of the generation that is on').toEqual([add(A, true)]);
    const [settled, accepted] = receiveSignal(ignoreOffer, answer, false);
    expect(accepted[0]).toEqual({ do: 'accept_answer', sdp: 'theirs' });
    expect(receiveSignal(settled, candidate(A), true)[1]).toEqual([add(A)]);
  });

  test('[WEB-12] in a glare the polite one takes the other offer', () => {
    expect(receiveSignal(markAnswered(start('ann', true)), offer, false)[1][0]).toEqual({ do: 'accept_offer', sdp: 'theirs' });
  });

  test('[WEB-12] an answer that nobody waits for is dropped', () => {
    expect(receiveSignal(start('ann'), answer, true)[1]).toEqual([]);
  });

  test('[WEB-37] an offer whose answer was lost is taken back and made anew; without one there is nothing to do', () => {
    const state = markAnswered(start('ann'));
    expect(reofferIfUnanswered(state, 'have-local-offer')).toEqual([{ do: 'rollback' }, { do: 'offer' }]);
    for (const signalling of ['stable', 'have-remote-offer', 'closed'] as const) expect(reofferIfUnanswered(state, signalling)).toEqual([]);
    expect(reofferIfUnanswered(null, 'have-local-offer')).toEqual([]);
  });

  test('[WEB-10] what is held is bounded', () => {
    let state: Negotiation | null = start('bo');
    for (let index = 0; index < 1_000; index += 1) [state] = receiveSignal(state, candidate(A), true);
    expect(state?.pendingCandidates.length).toBe(200);
  });
});
