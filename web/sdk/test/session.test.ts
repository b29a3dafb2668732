import { describe, expect, test } from 'vitest';
import { BEFORE_JOIN, afterCountdown, applyFrame, endSession, localDeadline, type SessionState } from '../src/signaling/session.ts';
import type { Signaling } from '../src/wire.generated.ts';
import { fixtures, serverFrame } from './frames.ts';

const NOW = 1_700_000_301_000;
const lobby: Signaling.ServerFrame = serverFrame('welcome');
const live = { type: 'live', started_at: NOW, deadline_at: NOW + 60_000, server_now: NOW } as const;

function after(...frames: readonly Signaling.ServerFrame[]): SessionState {
  return frames.reduce((state, frame) => applyFrame(state, frame, NOW), BEFORE_JOIN);
}

describe('a session from one seat', () => {
  test('[WEB-13] each frame moves to the stage that it names', () => {
    expect(after().stage.phase).toBe('joining');
    expect(after(lobby).stage.phase).toBe('lobby');
    const counting = { type: 'countdown', live_at: NOW + 5_000, server_now: NOW } as const;
    expect(after(lobby, counting).stage).toEqual({ phase: 'countdown', liveAt: NOW + 5_000 });
    expect(after(lobby, counting, { type: 'countdown_cancelled', reason: 'lost' }).stage.phase).toBe('lobby');
    expect(after(lobby, counting, live).stage).toEqual({ phase: 'live', startedAt: NOW, deadlineAt: NOW + 60_000, ending: false });
    expect(after(lobby, live, { type: 'paused', remaining_ms: 9_000, until: NOW + 1 }).stage).toMatchObject({ phase: 'paused', startedAt: NOW, remainingMs: 9_000 });
    expect(after(lobby, live, { type: 'ended', reason: 'completed' }).stage).toMatchObject({ phase: 'ended', startedAt: NOW });
  });

  test('[WEB-13] a welcome tells everything, so that a reload shows what was', () => {
    if (lobby.type !== 'welcome') throw new Error('the fixture is a welcome');
    const again: Signaling.ServerFrame = {
      ...lobby,
      session: { ...lobby.session, phase: 'live', started_at: NOW, deadline_at: NOW + 60_000, extend_requested_by: 'u-bo' },
    };
    const state = after(again);
    expect(state.stage).toEqual({ phase: 'live', startedAt: NOW, deadlineAt: NOW + 60_000, ending: false });
    expect(state.extendAskedBy).toEqual(['u-bo']);
    expect(state.me).toBe(lobby.you.user_id);
  });

  test('[WEB-14] the end is final: nothing moves it', () => {
    const over = after(lobby, live, { type: 'ended', reason: 'left' });
    for (const { frame } of fixtures<Signaling.ServerFrame>('signaling_server')) expect(applyFrame(over, frame, NOW)).toBe(over);
    expect(endSession(over, { reason: 'completed' }, NOW)).toBe(over);
  });

  test('[WEB-15] lost is not left: the seat is kept until it is not', () => {
    const userId = after(lobby).peer?.userId ?? '';
    const joined = { type: 'peer_joined', user_id: userId } as const;
    const lost = { type: 'peer_lost', user_id: userId, resume_until: NOW + 30_000 } as const;
    expect(after(lobby, joined).peer?.presence).toEqual({ is: 'here' });
    expect(after(lobby, joined, lost).peer?.presence).toEqual({ is: 'lost', until: NOW + 30_000 });
    expect(after(lobby, joined, lost, { type: 'peer_resumed', user_id: userId }).peer?.presence).toEqual({ is: 'here' });
    expect(after(lobby, joined, lost, { type: 'peer_left', user_id: userId, reason: 'lost' }).peer?.presence).toMatchObject({ is: 'away' });
  });

  test('[WEB-16] an extension moves the deadline, takes back the warning, and clears both requests', () => {
    const state = after(
      lobby,
      live,
      { type: 'ending', deadline_at: NOW + 60_000, server_now: NOW },
      { type: 'extend_requested', by: 'u-ann' },
      { type: 'extend_requested', by: 'u-ann' },
      { type: 'extended', deadline_at: NOW + 120_000, extensions_left: 0 },
    );
    expect(state.stage).toMatchObject({ deadlineAt: NOW + 120_000, ending: false });
    expect(state).toMatchObject({ extensionsLeft: 0, extendAskedBy: [] });
  });

  test('[WEB-16] an extension that is not to be had leaves no request behind', () => {
    const refused = { type: 'error', code: 'no_extensions_left', message: 'No.' } as const;
    expect(after(lobby, live, { type: 'extend_requested', by: 'u-ann' }, refused)).toMatchObject({ extensionsLeft: 0, extendAskedBy: [] });
  });

  test('[WEB-17] untold, media closes 1 s after the deadline, also after one that moved', () => {
    expect(localDeadline(after(lobby, live))).toBe(NOW + 61_000);
    expect(localDeadline(after(lobby, live, { type: 'extended', deadline_at: NOW + 90_000, extensions_left: 0 }))).toBe(NOW + 91_000);
  });

  test('[WEB-17] without a running clock there is nothing to close', () => {
    expect(localDeadline(after(lobby))).toBeNull();
    expect(localDeadline(after(lobby, live, { type: 'paused', remaining_ms: 9, until: NOW }))).toBeNull();
  });

  test('[WEB-18] a countdown whose live is 250 ms late turns to connecting, not 1 ms earlier', () => {
    const counting = after(lobby, { type: 'countdown', live_at: NOW + 5_000, server_now: NOW });
    expect(afterCountdown(counting, NOW + 5_249)).toBe(counting);
    expect(afterCountdown(counting, NOW + 5_250).stage.phase).toBe('connecting');
    expect(afterCountdown(after(lobby), NOW + 9_000).stage.phase).toBe('lobby');
  });

  test('[WEB-13] a second first join, after a reload, is told as a return', () => {
    const { timeline } = applyFrame({ ...BEFORE_JOIN, timeline: after(lobby).timeline }, lobby, NOW + 1);
    expect(timeline.map(({ what }) => what)).toEqual(['you_came', 'you_back']);
  });

  test('[WEB-13] a flapping line cannot fill the story', () => {
    const userId = after(lobby).peer?.userId ?? '';
    const flapping = Array.from({ length: 500 }, () => ({ type: 'peer_resumed', user_id: userId }) as const);
    expect(after(lobby, ...flapping).timeline).toHaveLength(60);
  });
});
