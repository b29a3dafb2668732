/** Tickets: which are used again, and what a page's own function may answer. */
import { describe, expect, test } from 'vitest';
import { ServerClock } from '../src/clock/server-clock.ts';
import { ApiError } from '../src/scheduler/api-error.ts';
import { ticketSource } from '../src/scheduler/tickets.ts';
import { checkedTicket } from '../src/session/ticket.ts';
import { PageStorage } from '../src/storage.ts';
import type { TicketResponse } from '../src/wire.generated.ts';

const NOW = 1_000_000;
const clock = new ServerClock(() => 0, () => NOW);
const ticket = (name: string, lifeMs = 60_000): TicketResponse => ({ ticket: name, url: 'ws://node/', expires_at: NOW + lifeMs });
const unavailable = (): Promise<never> => Promise.reject(new ApiError(503, {}));

function source(...answers: readonly (() => Promise<TicketResponse>)[]) {
  const kept = new PageStorage();
  let asked = 0;
  const tickets = ticketSource(() => answers[asked++]!(), kept, 'ticket', clock);
  return { tickets, asked: () => asked };
}

describe('a ticket', () => {
  test('[WEB-123] is asked for once, and used again while it counts', async () => {
    const { tickets, asked } = source(async () => ticket('one'));
    expect([(await tickets('new')).ticket, (await tickets('same')).ticket, asked()]).toEqual(['one', 'one', 1]);
  });

  test('[WEB-123] that is about to expire is not used', async () => {
    const { tickets, asked } = source(async () => ticket('one', 1_000), async () => ticket('two'));
    await tickets('new');
    expect([(await tickets('same')).ticket, asked()]).toEqual(['two', 2]);
  });

  test('[WEB-123] is used on while no new one can be had for now, and not once it is refused', async () => {
    const down = source(async () => ticket('one'), unavailable);
    await down.tickets('new');
    expect((await down.tickets('new')).ticket).toBe('one');
    const refused = source(async () => ticket('one'), () => Promise.reject(new ApiError(403, { code: 'forbidden' })));
    await refused.tickets('new');
    await expect(refused.tickets('new')).rejects.toMatchObject({ status: 403 });
    await expect(source(unavailable).tickets('new'), 'there is none to go on with').rejects.toMatchObject({ status: 503 });
  });
});

describe('what a page’s own function gives', () => {
  test('[WEB-124] may lack a time, and counts once then', async () => {
    expect(await checkedTicket(async () => ({ ticket: 't', url: 'ws://node/' }))()).toEqual({ ticket: 't', url: 'ws://node/', expires_at: 0 });
  });

  test.each([
    ['nothing', undefined, 422, 'bad_ticket'],
    ['another object', { token: 't' }, 422, 'bad_ticket'],
    ['a problem document', { status: 403, code: 'origin_not_allowed', title: 'Forbidden' }, 403, 'origin_not_allowed'],
  ])('[WEB-124] is refused for good where it is %s', async (_, answer, status, code) => {
    const given = checkedTicket(async () => answer as never)();
    await expect(given).rejects.toMatchObject({ status, code, isTransient: false });
  });

  test.each([
    [{ status: 404, code: 'not_found' }, false],
    [{ status: 401 }, false],
    [{ status: 429 }, true],
    [{ status: 502 }, true],
    [new TypeError('Failed to fetch'), true],
    ['a string', true],
  ])('[WEB-124] is tried again after %j: %s', async (thrown, again) => {
    const error: unknown = await checkedTicket(() => Promise.reject(thrown))().catch((error: unknown) => error);
    expect(error instanceof ApiError && !error.isTransient).toBe(!again);
  });

  test('[WEB-124] that throws at once has rejected', async () => {
    await expect(checkedTicket(() => { throw new TypeError('no'); })()).rejects.toThrow('no');
  });
});
