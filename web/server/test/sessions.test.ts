/** Bookings, tickets and links, asked of the running scheduler. */
import { RendezvousError, type Session, type Ticket } from '@rendezvous/server';
import { expect, test } from 'vitest';
import { client, IN_AN_HOUR_MS, offer, SOON_MS, url } from './product.ts';

async function refused(call: Promise<unknown>): Promise<RendezvousError> {
  const error = await call.then(
    () => new Error('it was not refused'),
    (error: unknown) => error,
  );
  if (!(error instanceof RendezvousError)) throw error;
  return error;
}

/** The first frame of a service for whoever has the ticket. */
function answered(ticket: Ticket, subprotocol: string, first: object): Promise<{ type: string; code?: string }> {
  const socket = new WebSocket(ticket.url, subprotocol);
  return new Promise((done, fail) => {
    const late = setTimeout(() => fail(new Error('nothing came')), SOON_MS);
    socket.onopen = () => socket.send(JSON.stringify(first));
    socket.onerror = () => fail(new Error('the socket was refused'));
    socket.onmessage = (event) => {
      clearTimeout(late);
      socket.close();
      done(JSON.parse(String(event.data)) as { type: string });
    };
  });
}

test('[SDK-1] a session is booked, read, moved, listed and cancelled', async () => {
  const rendezvous = client();
  const booked = await rendezvous.sessions.book(offer({ duration_ms: 120_000, metadata: { order: 'a-17' } }));
  expect(booked.state).toBe('scheduled');
  expect(booked.participants.map((person) => person.join_url)).toEqual([expect.stringContaining('/join#'), expect.stringContaining('/join#')]);
  const later = booked.starts_at + IN_AN_HOUR_MS;
  const moved = await rendezvous.sessions.change(booked.id, { starts_at: later }, { revision: booked.revision });
  expect([moved.starts_at, moved.revision]).toEqual([later, booked.revision + 1]);
  const read = await rendezvous.sessions.get(booked.id);
  expect([read.starts_at, read.metadata]).toEqual([later, { order: 'a-17' }]);
  const cancelled = await rendezvous.sessions.cancel(booked.id);
  expect(cancelled.state).toBe('cancelled');
  const timeline = [];
  for await (const item of rendezvous.sessions.timeline(booked.id)) timeline.push(item.type);
  expect(timeline).toEqual(['session.scheduled', 'session.rescheduled', 'session.cancelled']);
});

test('[SDK-2] signaling lets in who has a ticket, and chat too', async () => {
  const rendezvous = client();
  const session = await rendezvous.sessions.book(offer({ starts_at: Date.now() + 60_000 }));
  const [ann] = session.participants;
  const call = await rendezvous.sessions.ticket(session.id, ann!.user_id);
  const joined = await answered(call, 'rendezvous.v1', { type: 'join', ticket: call.ticket });
  expect(joined.type, JSON.stringify(joined)).toBe('welcome');
  const chat = await rendezvous.rooms.ticket(ann!.user_id);
  const greeted = await answered(chat, 'rendezvous.chat.v1', { type: 'hello', ticket: chat.ticket, device_id: 'd' });
  expect(greeted.type, JSON.stringify(greeted)).toBe('welcome');
  const forged = await answered(call, 'rendezvous.v1', { type: 'join', ticket: `${call.ticket.slice(0, -8)}AAAAAAAA` });
  expect([forged.type, forged.code]).toEqual(['error', 'unauthenticated']);
});

test('[SDK-2] a join link opens its session, and a renewed one replaces it', async () => {
  const rendezvous = client();
  const session = await rendezvous.sessions.book(offer());
  const [ann] = session.participants;
  const renewed = await rendezvous.sessions.renewLink(session.id, ann!.user_id);
  const trade = (link: string) =>
    fetch(`${url}/v1/join`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token: new URL(link).hash.slice(1) }),
    });
  expect((await trade(ann!.join_url!)).status).toBe(401);
  const opened = await trade(renewed.join_url);
  expect(((await opened.json()) as { session: Session }).session.id).toBe(session.id);
});

test('[SDK-3] a collection is walked page by page, each item once', async () => {
  const rendezvous = client();
  const from = Date.now() + 40 * IN_AN_HOUR_MS;
  const starts = Array.from({ length: 7 }, (_, index) => from + index * 60_000);
  const booked = await Promise.all(starts.map((starts_at) => rendezvous.sessions.book(offer({ starts_at }))));
  const found: string[] = [];
  const query = { from, to: from + 7 * 60_000, state: 'scheduled', limit: 3 } as const;
  for await (const session of rendezvous.sessions.list(query)) found.push(session.id);
  expect(found).toEqual(booked.map((session) => session.id));
  for await (const first of rendezvous.sessions.list(query)) {
    expect(first.id, 'a walk may end early').toBe(found[0]);
    break;
  }
});

test('[SDK-4] a refusal has its status, its code and the fields that are wrong', async () => {
  const rendezvous = client();
  const wrong = await refused(rendezvous.sessions.book(offer({ duration_ms: 1 })));
  expect([wrong.status, wrong.code, wrong.errors[0]?.field]).toEqual([422, 'invalid_field', 'duration_ms']);
  expect(wrong.message).toContain('duration_ms');
  const unknown = await refused(rendezvous.sessions.get('no/such?session'));
  expect([unknown.status, unknown.code]).toEqual([404, 'not_found']);
  const session = await rendezvous.sessions.book(offer());
  const stale = await refused(rendezvous.sessions.cancel(session.id, { revision: session.revision + 1 }));
  expect([stale.status, stale.code]).toEqual([412, 'precondition_failed']);
});

test('[SDK-1] rooms and matches are made, and what an application says of itself is read', async () => {
  const rendezvous = client();
  const { participants } = offer();
  const room = await rendezvous.rooms.create({ participants, name: 'Team' });
  const renamed = await rendezvous.rooms.change(room.id, { name: 'Crew' });
  expect(renamed.name).toBe('Crew');
  const larger = await rendezvous.rooms.addMembers(room.id, [{ external_id: crypto.randomUUID(), name: 'Cy' }]);
  expect(larger.members).toHaveLength(3);
  await rendezvous.rooms.removeMember(room.id, larger.members[2]!.user_id);
  const listed: string[] = [];
  for await (const each of rendezvous.rooms.list()) listed.push(each.id);
  expect(listed).toContain(room.id);
  await rendezvous.rooms.close(room.id);
  const match = await rendezvous.matches.create({ participants });
  expect(match.participants).toHaveLength(2);
  const application = await rendezvous.changeApplication({ allowed_origins: ['https://shop.example'] });
  expect((await rendezvous.application()).allowed_origins).toEqual(application.allowed_origins);
});
