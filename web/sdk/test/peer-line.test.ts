import { BEFORE_JOIN, type PeerPresence, type SessionStage, type SessionState } from '../src/index.ts';
import { describe, expect, test } from 'vitest';
import { pauseOf, peerLineOf } from '../src/session/peer-line.ts';

const START = 1_700_000_300_000;

const LIVE: SessionStage = { phase: 'live', startedAt: START, deadlineAt: START + 60_000, ending: false };
const PAUSED: SessionStage = { phase: 'paused', startedAt: START, remainingMs: 34_000, until: START + 30_000 };
const LOST: PeerPresence = { is: 'lost', until: START + 30_000 };

function session(stage: SessionStage, presence: PeerPresence): SessionState {
  return { ...BEFORE_JOIN, stage, peer: { userId: 'bo', name: 'Bo', presence } };
}

describe("the peer's line", () => {
  test('[WEB-50] a closed socket shows at once, also while media still counts as connected', () => {
    expect(peerLineOf(session(LIVE, LOST), 'connected', false)).toBe('dropped');
    expect(peerLineOf(session(PAUSED, LOST), 'connected', false)).toBe('dropped');
    expect(peerLineOf(session(LIVE, { is: 'away', since: START }), 'connected', false)).toBe('dropped');
  });

  test('[WEB-50] a frozen picture and interrupted media show too', () => {
    expect(peerLineOf(session(LIVE, { is: 'here' }), 'connected', true)).toBe('frozen');
    expect(peerLineOf(session(LIVE, { is: 'here' }), 'interrupted', false)).toBe('frozen');
    expect(peerLineOf(session(LIVE, { is: 'here' }), 'connected', false)).toBe('good');
  });

  test('[WEB-50] before live nothing has dropped', () => {
    expect(peerLineOf(session({ phase: 'lobby' }, LOST), 'interrupted', true)).toBe('good');
  });

  test('[WEB-50] a pause says what remains and until when', () => {
    expect(pauseOf(session(PAUSED, LOST))).toEqual({ remaining_ms: 34_000, until: START + 30_000 });
    expect(pauseOf(session(LIVE, LOST))).toBeNull();
  });
});
