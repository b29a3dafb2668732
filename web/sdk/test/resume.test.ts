import { describe, expect, test } from 'vitest';
import { SeatMemory } from '../src/signaling/resume.ts';
import { serverFrame } from './frames.ts';

const WELCOME = serverFrame('welcome');
const EPOCH = 1_700_000_301_000;

describe('coming back to a seat', () => {
  test('[WEB-7] a page that was never in joins fresh; afterwards it names its token and the last frame it took', () => {
    const memory = new SeatMemory();
    expect(memory.resume()).toBeUndefined();
    memory.welcomed({ ...WELCOME, resume_token: 'r-1', resumed: false });
    memory.isNew(1);
    memory.isNew(2);
    expect(memory.resume()).toEqual({ token: 'r-1', last_seq: 2 });
  });

  test('[WEB-7] a frame that came before the socket broke is not taken twice', () => {
    const memory = new SeatMemory();
    memory.welcomed({ ...WELCOME, resumed: false });
    expect([1, 2, 2, 1, 3].map((seq) => memory.isNew(seq))).toEqual([true, true, false, false, true]);
    expect(memory.isNew(undefined), 'pong, ok and error carry no number').toBe(true);
  });

  test('[WEB-7] after a restart of the server numbers begin at 1 again', () => {
    const memory = new SeatMemory();
    memory.welcomed({ ...WELCOME, resumed: false });
    memory.isNew(9);
    memory.welcomed({ ...WELCOME, resumed: false });
    expect(memory.isNew(1)).toBe(true);
  });

  test('[WEB-8] what took effect is not sent again, the rest is, in order and under its number', () => {
    const memory = new SeatMemory();
    memory.welcomed({ ...WELCOME, epoch: EPOCH, resumed: false, last_id: 0 });
    const sent = [memory.number({ type: 'connected', epoch: EPOCH }), memory.number({ type: 'extend' }), memory.number({ type: 'refresh' })];
    memory.answered(sent[1]?.id ?? 0);
    expect(memory.welcomed({ ...WELCOME, epoch: EPOCH, resumed: true, last_id: 1 })).toEqual([sent[2]]);
  });

  test('[WEB-8] what belongs to a negotiation that is over is not repeated', () => {
    const memory = new SeatMemory();
    memory.welcomed({ ...WELCOME, epoch: EPOCH, resumed: false, last_id: 0 });
    memory.number({ type: 'offer', epoch: EPOCH, sdp: 'v=0' });
    expect(memory.welcomed({ ...WELCOME, epoch: EPOCH + 1, resumed: false, last_id: 0 })).toEqual([]);
  });

  test('[WEB-8] numbers rise within the seat also when a reload took it over', () => {
    const memory = new SeatMemory();
    memory.welcomed({ ...WELCOME, resumed: false, last_id: 41 });
    expect(memory.number({ type: 'extend' }).id).toBe(42);
  });

  test('[WEB-38] where frames were lost no half of an exchange is repeated, and the rest is', () => {
    const memory = new SeatMemory();
    memory.welcomed({ ...WELCOME, epoch: EPOCH, resumed: false, last_id: 0 });
    memory.number({ type: 'offer', epoch: EPOCH, sdp: 'v=0' });
    memory.number({ type: 'answer', epoch: EPOCH, sdp: 'v=0' });
    const kept = [memory.number({ type: 'candidate', epoch: EPOCH, candidate: null }), memory.number({ type: 'extend' })];
    expect(memory.welcomed({ ...WELCOME, epoch: EPOCH, resumed: false, last_id: 0 })).toEqual(kept);
  });

  test('[WEB-38] an offer takes the place of the one that did not get through', () => {
    const memory = new SeatMemory();
    memory.welcomed({ ...WELCOME, epoch: EPOCH, resumed: false, last_id: 0 });
    memory.number({ type: 'offer', epoch: EPOCH, sdp: 'old' });
    const second = memory.number({ type: 'offer', epoch: EPOCH, sdp: 'new' });
    expect(memory.welcomed({ ...WELCOME, epoch: EPOCH, resumed: true, last_id: 0 })).toEqual([second]);
  });

  test('[WEB-8] the backlog is bounded', () => {
    const memory = new SeatMemory();
    memory.welcomed({ ...WELCOME, resumed: false, last_id: 0 });
    for (let index = 0; index < 1_000; index += 1) memory.number({ type: 'refresh' });
    expect(memory.welcomed({ ...WELCOME, resumed: true, last_id: 0 })).toHaveLength(128);
  });
});
