/** What the clients of a person send: the cookie is the browser's, and goes instead of a Bearer. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { ServerClock } from '../src/clock/server-clock.ts';
import { SchedulerClient } from '../src/scheduler/client.ts';
import { MatchingClient } from '../src/scheduler/matching-client.ts';

interface Sent {
  readonly url: string;
  readonly init: RequestInit & { headers: Record<string, string> };
}

function answering(): Sent[] {
  const sent: Sent[] = [];
  vi.stubGlobal('fetch', async (url: string, init: Sent['init']) => {
    sent.push({ url, init });
    return new Response('{}');
  });
  return sent;
}

afterEach(() => vi.unstubAllGlobals());

const client = new MatchingClient('');

const REQUESTS: readonly (readonly [string, string, unknown, () => Promise<unknown>])[] = [
  ['GET', '/v1/users?query=%EB%AF%BC%20a%26b', undefined, () => client.people('민 a&b')],
  ['GET', '/v1/gifts?box=received', undefined, () => client.gifts('received')],
  ['POST', '/v1/gifts', { to: { user_id: 'bo' }, kind: 'plain', letter: 'Hello' }, () => client.sendGift({ to: { user_id: 'bo' }, kind: 'plain', letter: 'Hello' })],
  ['POST', '/v1/gifts/claim', { token: 'secret-of-a-link' }, () => client.claimGift('secret-of-a-link')],
  ['DELETE', '/v1/gifts/g1', undefined, () => client.takeBackGift('g1')],
  ['POST', '/v1/gifts/g1/peek', {}, () => client.peek('g1')],
  ['GET', '/v1/matches', undefined, () => client.matches()],
  ['DELETE', '/v1/matches/m1', undefined, () => client.endMatch('m1')],
  ['POST', '/v1/matches/m1/proposals', { times: [1, 2] }, () => client.propose('m1', { times: [1, 2] })],
  ['POST', '/v1/proposals/p1/accept', { starts_at: 1 }, () => client.accept('p1', 1)],
  ['POST', '/v1/proposals/p1/decline', {}, () => client.decline('p1')],
  ['POST', '/v1/proposals/p1/withdraw', {}, () => client.withdraw('p1')],
  ['GET', '/v1/blocks', undefined, () => client.blocks()],
  ['GET', '/v1/blocks?cursor=a%26b', undefined, () => client.blocks('a&b')],
  ['PUT', '/v1/blocks/b%2Fo', undefined, () => client.block('b/o')],
  ['DELETE', '/v1/blocks/b%2Fo', undefined, () => client.unblock('b/o')],
  ['POST', '/v1/reports', { user_id: 'bo', reason: 'spam', text: 'Buy this' }, () => client.report({ user_id: 'bo', reason: 'spam', text: 'Buy this' })],
];

describe('the matching client', () => {
  test.each(REQUESTS)('[WEB-80] %s %s goes with the cookie of its own origin', async (method, url, body, request) => {
    const sent = answering();
    await request();
    const [{ url: address, init }] = sent as [Sent];
    expect([init.method, address, init.credentials]).toEqual([method, url, 'same-origin']);
    expect(init.body === null ? undefined : JSON.parse(String(init.body))).toEqual(body);
    expect(init.headers).not.toHaveProperty('authorization');
  });
});

describe('the scheduler client', () => {
  test('[WEB-98] sends what somebody thinks of a session with the credential that they came by', async () => {
    for (const access of ['an-access', null]) {
      const sent = answering();
      await new SchedulerClient('', new ServerClock()).sendFeedback(access, 's/1', { score: 4, text: 'Good' });
      const [{ url, init }] = sent as [Sent];
      expect([init.method, url, JSON.parse(String(init.body))]).toEqual(['POST', '/v1/sessions/s%2F1/feedback', { score: 4, text: 'Good' }]);
      expect(init.headers['authorization']).toBe(access === null ? undefined : 'Bearer an-access');
    }
  });

  test('[WEB-94] reads a notification by a request that outlasts the page', async () => {
    const sent = answering();
    await new SchedulerClient('', new ServerClock()).markNotificationRead(null, 'n1');
    expect((sent as [Sent])[0].init.keepalive).toBe(true);
  });

  test('[WEB-112] reads all notifications by one request', async () => {
    const sent = answering();
    await new SchedulerClient('', new ServerClock()).markAllNotificationsRead(null);
    const [{ url, init }] = sent as [Sent];
    expect([init.method, url, init.credentials]).toEqual(['POST', '/v1/notifications/read-all', 'same-origin']);
  });

  test('[WEB-92] sends the access of a join link as Bearer, and none where a login is the credential', async () => {
    const scheduler = new SchedulerClient('', new ServerClock());
    for (const access of ['an-access', null]) {
      const sent = answering();
      await scheduler.sessionTicket(access, 's1');
      const { headers } = (sent as [Sent])[0].init;
      expect(headers['authorization']).toBe(access === null ? undefined : 'Bearer an-access');
    }
  });
});
