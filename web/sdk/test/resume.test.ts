import { describe, expect, test } from 'vitest';
import { ResumeState } from '../src/signaling/resume.ts';
import { serverFrame } from './frames.ts';

const WELCOME = serverFrame('welcome');
const EPOCH = 1_700_000_301_000;

describe('coming back to a seat', () => {
  test('[WEB-7] a page that was never in joins fresh; afterwards it names its token and the last frame it took', () => {
    const state = new ResumeState();
    expect(state.resume()).toBeUndefined();
    state.handleWelcome({ ...WELCOME, resume_token: 'r-1', resumed: false });
    state.acceptSeq(1);
    state.acceptSeq(2);
    expect(state.resume()).toEqual({ token: 'r-1', last_seq: 2 });
  });

  test('[WEB-7] a frame that came before the socket broke is not taken twice', () => {
    const state = new ResumeState();
    state.handleWelcome({ ...WELCOME, resumed: false });
    expect([1, 2, 2, 1, 3].map((seq) => state.acceptSeq(seq))).toEqual([true, true, false, false, true]);
    expect(state.acceptSeq(undefined), 'pong, ok and error carry no number').toBe(true);
  });

  test('[WEB-7] after a restart of the server numbers begin at 1 again', () => {
    const state = new ResumeState();
    state.handleWelcome({ ...WELCOME, resumed: false });
    state.acceptSeq(9);
    state.handleWelcome({ ...WELCOME, resumed: false });
    expect(state.acceptSeq(1)).toBe(true);
  });

  test('[WEB-8] what took effect is not sent again, the rest is, in order and under its number', () => {
    const state = new ResumeState();
    state.handleWelcome({ ...WELCOME, epoch: EPOCH, resumed: false, last_id: 0 });
    const sent = [state.assignId({ type: 'connected', epoch: EPOCH }), state.assignId({ type: 'extend' }), state.assignId({ type: 'refresh' })];
    state.acknowledge(sent[1]?.id ?? 0);
    expect(state.handleWelcome({ ...WELCOME, epoch: EPOCH, resumed: true, last_id: 1 })).toEqual([sent[2]]);
  });

  test('[WEB-8] what belongs to a negotiation that is over is not repeated', () => {
    const state = new ResumeState();
    state.handleWelcome({ ...WELCOME, epoch: EPOCH, resumed: false, last_id: 0 });
    state.assignId({ type: 'offer', epoch: EPOCH, sdp: 'v=0' });
    expect(state.handleWelcome({ ...WELCOME, epoch: EPOCH + 1, resumed: false, last_id: 0 })).toEqual([]);
  });

  test('[WEB-8] numbers rise within the seat also when a reload took it over', () => {
    const state = new ResumeState();
    state.handleWelcome({ ...WELCOME, resumed: false, last_id: 41 });
    expect(state.assignId({ type: 'extend' }).id).toBe(42);
  });

  test('[WEB-38] where frames were lost no half of an exchange is repeated, and the rest is', () => {
    const state = new ResumeState();
    state.handleWelcome({ ...WELCOME, epoch: EPOCH, resumed: false, last_id: 0 });
    state.assignId({ type: 'offer', epoch: EPOCH, sdp: 'v=0' });
    state.assignId({ type: 'answer', epoch: EPOCH, sdp: 'v=0' });
    const kept = [state.assignId({ type: 'candidate', epoch: EPOCH, candidate: null }), state.assignId({ type: 'extend' })];
    expect(state.handleWelcome({ ...WELCOME, epoch: EPOCH, resumed: false, last_id: 0 })).toEqual(kept);
  });

  test('[WEB-38] an offer takes the place of the one that did not get through', () => {
    const state = new ResumeState();
    state.handleWelcome({ ...WELCOME, epoch: EPOCH, resumed: false, last_id: 0 });
    state.assignId({ type: 'offer', epoch: EPOCH, sdp: 'old' });
    const second = state.assignId({ type: 'offer', epoch: EPOCH, sdp: 'new' });
    expect(state.handleWelcome({ ...WELCOME, epoch: EPOCH, resumed: true, last_id: 0 })).toEqual([second]);
  });

  test('[WEB-8] the backlog is bounded', () => {
    const state = new ResumeState();
    state.handleWelcome({ ...WELCOME, resumed: false, last_id: 0 });
    for (let index = 0; index < 1_000; index += 1) state.assignId({ type: 'refresh' });
    expect(state.handleWelcome({ ...WELCOME, resumed: true, last_id: 0 })).toHaveLength(128);
  });
});
