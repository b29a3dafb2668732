import { describe, expect, test } from 'vitest';
import { decideReconnect, backoffDelay } from '../src/reconnect.ts';
import { CLOSE_CODES } from '../src/wire.generated.ts';

describe('after a close', () => {
  test.each(Object.entries(CLOSE_CODES))('[WEB-4] %s is followed by what its range says', (name, code) => {
    const next = decideReconnect({ code, attempt: 0, random: 0.5 });
    const stops = code >= 4500 && code <= 4999 && name !== 'unauthenticated';
    expect(next.next).toBe(stops ? 'stop' : 'retry');
  });

  test('[WEB-4] a socket that broke off without a code comes back with the ticket at hand', () => {
    expect(decideReconnect({ code: 1006, attempt: 0, random: 0 })).toMatchObject({ next: 'retry', ticket: 'same' });
  });

  test('[WEB-5] 4501 asks for a new ticket, three times at most', () => {
    const code = CLOSE_CODES.unauthenticated;
    expect(decideReconnect({ code, attempt: 0, random: 0 })).toMatchObject({ next: 'retry', ticket: 'new' });
    expect(decideReconnect({ code, attempt: 20, rejections: 3, random: 0 }), 'after an outage of many attempts').toMatchObject({ next: 'retry', ticket: 'new' });
    expect(decideReconnect({ code, attempt: 3, rejections: 4, random: 0 })).toEqual({ next: 'stop', code });
  });

  test('[WEB-5] a draining node is asked for anew, no earlier than it said', () => {
    const next = decideReconnect({ code: CLOSE_CODES.going_away, attempt: 0, retryAfterMs: 1_000, random: 0 });
    expect(next).toMatchObject({ next: 'retry', ticket: 'new' });
    expect(next.next === 'retry' && next.delayMs).toBeGreaterThanOrEqual(1_000);
  });

  test('[WEB-39] a node that said it would go is asked for anew however its socket ended, when it said and soon after', () => {
    const next = decideReconnect({ code: 1006, attempt: 0, retryAfterMs: 700, draining: true, random: 0.999 });
    expect(next).toMatchObject({ next: 'retry', ticket: 'new' });
    expect(next.next === 'retry' && next.delayMs).toBeGreaterThanOrEqual(700);
    expect(next.next === 'retry' && next.delayMs).toBeLessThanOrEqual(900);
  });

  test('[WEB-6] waits grow, are jittered, and stay below 3 s, so that a seat kept for 30 s is never given away by waiting', () => {
    for (let attempt = 0; attempt < 40; attempt += 1) {
      const [low, high] = [backoffDelay(attempt, 0), backoffDelay(attempt, 0.999)];
      expect(low).toBeGreaterThanOrEqual(100);
      expect(high).toBeGreaterThan(low);
      expect(high).toBeLessThanOrEqual(3_000);
      expect(backoffDelay(attempt + 1, 0)).toBeGreaterThanOrEqual(low);
    }
  });
});
