/** Webhooks that the running scheduler sends to a server of ours. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { RendezvousError, verifyWebhook, type WebhookEvent } from '@rendezvous/server';
import { expect, test } from 'vitest';
import { bodyOf, client, libraries, offer, serve, SOON_MS, stopped } from './product.ts';

interface Received {
  body: Buffer;
  headers: Record<string, string | string[] | undefined>;
}

/** A server that keeps what it is sent, and hands out each when it is there. */
async function endpoint() {
  const received: Received[] = [];
  let wake = (): void => undefined;
  const { url, server } = await serve(async (request, response) => {
    received.push({ body: await bodyOf(request), headers: request.headers });
    response.writeHead(204).end();
    wake();
  });
  const next = async (): Promise<Received> => {
    const ends = Date.now() + SOON_MS;
    while (received.length === 0) {
      const left = ends - Date.now();
      if (left <= 0) throw new Error('no webhook came');
      await new Promise<void>((done) => {
        const late = setTimeout(done, left);
        wake = () => {
          clearTimeout(late);
          done();
        };
      });
    }
    return received.shift()!;
  };
  return { url, next, stop: () => stopped(server) };
}

function codeOf(verify: () => unknown): string {
  try {
    verify();
  } catch (error) {
    if (error instanceof RendezvousError) return error.code;
    throw error;
  }
  return 'taken';
}

test('[SDK-8] what the scheduler sends is verified, and has the fields of its type', async () => {
  const rendezvous = client();
  const mine = await endpoint();
  const webhook = await rendezvous.webhooks.create({ url: mine.url, events: ['session.scheduled', 'session.cancelled'] });
  const secret = webhook.secret!;
  try {
    const session = await rendezvous.sessions.book(offer());
    const came = await mine.next();
    const event: WebhookEvent = verifyWebhook(came.body, came.headers, secret);
    if (event.type !== 'session.scheduled') throw new Error(event.type);
    expect([event.data.subject, event.data.session.starts_at, event.data.room_id]).toEqual([session.id, session.starts_at, session.room_id]);
    expect(verifyWebhook(came.body.toString(), new Headers(came.headers as Record<string, string>), [secret]).type).toBe(event.type);

    const tampered = Buffer.from(came.body.toString().replace(session.id, 'another'));
    expect(codeOf(() => verifyWebhook(tampered, came.headers, secret))).toBe('bad_signature');
    const other = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
    expect(codeOf(() => verifyWebhook(came.body, came.headers, other))).toBe('bad_signature');
    expect(codeOf(() => verifyWebhook(came.body, { ...came.headers, 'webhook-id': 'x' }, secret))).toBe('bad_signature');
    expect(codeOf(() => verifyWebhook(came.body, { ...came.headers, 'webhook-signature': undefined }, secret))).toBe('missing_header');
    for (const [minutes, code] of [[6, 'too_old'], [-6, 'too_new'], [4, 'taken']] as const) {
      expect(codeOf(() => verifyWebhook(came.body, came.headers, secret, { now: Date.now() + minutes * 60_000 }))).toBe(code);
    }

    const { secret: newer } = await rendezvous.webhooks.rotate(webhook.id);
    await rendezvous.sessions.cancel(session.id);
    const rotated = await mine.next();
    for (const known of [secret, newer, [other, newer]]) {
      expect(codeOf(() => verifyWebhook(rotated.body, rotated.headers, known))).toBe('taken');
    }
  } finally {
    await rendezvous.webhooks.delete(webhook.id);
    await mine.stop();
  }
});

test('[SDK-8] an endpoint is tried, changed, and tells of its deliveries', async () => {
  const rendezvous = client();
  const mine = await endpoint();
  const webhook = await rendezvous.webhooks.create({ url: mine.url, events: ['session.live'] });
  try {
    const { delivery_id: sent } = await rendezvous.webhooks.test(webhook.id);
    const came = await mine.next();
    expect(verifyWebhook(came.body, came.headers, webhook.secret!).type).toBe('webhook.test');
    const deliveries: string[] = [];
    for await (const delivery of rendezvous.webhooks.deliveries(webhook.id)) deliveries.push(delivery.id);
    expect(deliveries).toEqual([sent]);
    const disabled = await rendezvous.webhooks.change(webhook.id, { state: 'disabled' });
    expect([disabled.state, (await rendezvous.webhooks.get(webhook.id)).reason]).toEqual(['disabled', 'asked']);
  } finally {
    await rendezvous.webhooks.delete(webhook.id);
    await mine.stop();
  }
  const left: string[] = [];
  for await (const each of rendezvous.webhooks.list()) left.push(each.id);
  expect(left).not.toContain(webhook.id);
});

test('[SDK-9] signatures are those of the official library, whatever else stands beside them', () => {
  const { Webhook } = createRequire(join(libraries, 'package.json'))('standardwebhooks') as {
    Webhook: new (secret: string) => { sign(id: string, at: Date, body: string): string };
  };
  const secret = `whsec_${Buffer.from('a secret of twenty-four b').toString('base64')}`;
  const body = JSON.stringify({ type: 'session.opened', timestamp: '2030-01-01T00:00:00Z', data: { subject: 's', word: '민지' } });
  const now = new Date();
  const headers = (signature: string, at = now) => ({
    'Webhook-Id': 'msg_1',
    'Webhook-Timestamp': String(Math.floor(at.getTime() / 1_000)),
    'Webhook-Signature': signature,
  });
  const good = new Webhook(secret).sign('msg_1', now, body);
  const verdict = (signature: string) => codeOf(() => verifyWebhook(body, headers(signature), secret));
  expect(verdict(good)).toBe('taken');
  expect(verdict(`v1a,AAAA v1,AAAA ${good}`)).toBe('taken');
  for (const wrong of ['v1,', 'v1', good.slice(3), good.replace('v1', 'v2'), 'v1,AAAA', `${good.slice(0, -6)}AAAAA=`]) expect(verdict(wrong), wrong).toBe('bad_signature');
  expect(codeOf(() => verifyWebhook('[]', headers(new Webhook(secret).sign('msg_1', now, '[]')), secret))).toBe('malformed');
  expect(codeOf(() => verifyWebhook(body, { ...headers(good), 'Webhook-Timestamp': '1e9' }, secret))).toBe('bad_timestamp');
  for (const none of ['', 'whsec_', []]) expect(() => verifyWebhook(body, headers(good), none)).toThrow(TypeError);
  expect(() => verifyWebhook(JSON.parse(body) as string, headers(good), secret)).toThrow(TypeError);
});
