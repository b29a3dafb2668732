import { BEFORE_JOIN, type SessionState, type SessionStage, type TimelineEntry } from '@rendezvous/client';
import { describe, expect, test } from 'vitest';
import { en } from '../src/i18n/en.ts';
import { endWords } from '../src/session/end-words.ts';
import type { CallModel } from '../src/session/model.ts';
import { interruptions, peerName, phaseOf, screenOf } from '../src/session/screen.ts';
import { folded, sessionTimeline } from '../src/session/timeline.ts';
import { BOOKING, MODEL, START } from './model.ts';

function session(stage: SessionStage): SessionState {
  return { ...BEFORE_JOIN, stage, me: 'ann' };
}

const STAGES: readonly SessionStage[] = [
  { phase: 'lobby' },
  { phase: 'countdown', liveAt: START },
  { phase: 'connecting' },
  { phase: 'live', startedAt: START, deadlineAt: START + 1, ending: false },
  { phase: 'paused', startedAt: START, remainingMs: null, until: null },
  { phase: 'ended', reason: 'completed', absent: [], startedAt: START, endedAt: START + 1 },
];

describe('the screen', () => {
  test.each(STAGES)('[WEB-29] in $phase the root says $phase', (stage) => {
    expect(phaseOf({ ...MODEL, session: session(stage) })).toBe(stage.phase);
  });

  test.each<[string, Partial<CallModel>]>([
    ['loading', { joinState: { is: 'opening', retrying: true }, booking: null }],
    ['loading', {}],
    ['early', { opensAt: START + 1 }],
    ['refused', { joinState: { is: 'closed', why: 'unknown' } }],
    ['refused', { joinState: { is: 'closed', why: 'replaced' }, session: session({ phase: 'lobby' }) }],
    ['ended', { booking: { ...BOOKING, state: 'cancelled' } }],
    ['ended', { booking: { ...BOOKING, state: 'ended', outcome: { reason: 'no_show', absent: ['bo'] } } }],
  ])('[WEB-29] it is %s for %j', (phase, change) => {
    expect(phaseOf({ ...MODEL, ...change })).toBe(phase);
  });

  test('[WEB-29] an end that we saw is told before the record of it', () => {
    const shown = screenOf({ ...MODEL, session: session({ phase: 'ended', reason: 'left', absent: [], startedAt: START, endedAt: START + 9 }) });
    expect(shown).toMatchObject({ screen: 'ended', end: { reason: 'left', endedAt: START + 9 } });
  });

  test('[WEB-29] who left a lobby may come back', () => {
    expect(screenOf({ ...MODEL, left: true })).toEqual({ screen: 'left', closesAt: BOOKING.closes_at });
  });

  test('[WEB-29] the name of the other one is known before signaling says it', () => {
    expect(peerName(MODEL)).toBe('Bo');
    expect(peerName({ ...MODEL, me: 'bo' })).toBe('Ann');
  });

  test('[WEB-30] only losses while live are interruptions', () => {
    const timeline = [
      { at: 1, what: 'peer_lost' },
      { at: 2, what: 'live' },
      { at: 3, what: 'peer_lost' },
      { at: 4, what: 'peer_back' },
    ] as const;
    expect(interruptions({ ...BEFORE_JOIN, timeline })).toBe(1);
  });

  test('[WEB-30] who was there before us is told from the record, once', () => {
    const [ann, bo] = BOOKING.participants;
    if (ann === undefined || bo === undefined) throw new Error('there are two');
    const record = { ...BOOKING, participants: [ann, { ...bo, joined_at: [START - 9_000] }] };
    const came = [{ at: START, what: 'you_came' }] as const;
    expect(sessionTimeline(came, record, 'ann').map(({ what }) => what)).toEqual(['peer_came', 'you_came']);
    expect(sessionTimeline([{ at: START - 8_990, what: 'peer_came' }, ...came], record, 'ann')).toHaveLength(2);
  });

  test('[WEB-30] after a reload the sessionTimeline comes from the record', () => {
    const [ann, bo] = BOOKING.participants;
    if (ann === undefined || bo === undefined) throw new Error('there are two');
    const record = { ...BOOKING, participants: [{ ...ann, joined_at: [START - 9] }, { ...bo, joined_at: [START - 5], left_at: [START + 9] }], started_at: START, ended_at: START + 9 };
    expect(sessionTimeline([], record, 'ann').map(({ what }) => what)).toEqual(['you_came', 'peer_came', 'live', 'ended']);
  });

  test('[WEB-165] what repeats stands once, with how often it was so', () => {
    const seen = (...what: readonly TimelineEntry['what'][]): string[] => folded(what.map((one, at) => ({ at, what: one }))).map(({ what: one, times }) => `${one} ${times}`);
    expect(seen('peer_came', 'peer_came', 'peer_came', 'you_came')).toEqual(['peer_came 3', 'you_came 1']);
    expect(seen('live', 'peer_lost', 'peer_back', 'peer_lost', 'peer_back', 'ended')).toEqual(['live 1', 'peer_lost 2', 'peer_back 1', 'ended 1']);
    expect(seen('peer_came', 'peer_lost', 'peer_back', 'paused', 'peer_lost')).toEqual(['peer_came 1', 'peer_lost 1', 'peer_back 1', 'paused 1', 'peer_lost 1']);
  });

  describe('[WEB-166] the length of a session is that of what was agreed and added', () => {
    test.each([
      ['by what was told', { timeline: [{ at: 1, what: 'extended' as const }] }, {}, 110_000],
      ['by the record', {}, { started_at: START, ended_at: START + 110_200 }, 110_000],
      ['as it was agreed', {}, { started_at: START, ended_at: START + 60_300 }, 60_000],
      ['as it was agreed, however late this page notices the end', {}, {}, 60_000],
    ])('%s', (_, change, record, ms) => {
      const booking = { ...BOOKING, extension_ms: 50_000, ...record };
      const end = { reason: 'completed', absent: [], startedAt: START, endedAt: START + 600_000 } as const;
      expect(endWords({ ...MODEL, booking, session: { ...BEFORE_JOIN, ...change } }, end, en, 'en-GB').title).toBe(en.endedTitle(ms));
    });
  });
});
