/** What the client of groups sends: the cookie is the browser's, and goes instead of a Bearer. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { GroupsClient } from '../src/scheduler/groups-client.ts';

interface Sent {
  readonly url: string;
  readonly init: RequestInit & { headers: Record<string, string> };
}

afterEach(() => vi.unstubAllGlobals());

const client = new GroupsClient('');
const two = [{ user_id: 'ann' }, { user_id: 'bo' }];

const REQUESTS: readonly (readonly [string, string, unknown, () => Promise<unknown>])[] = [
  ['GET', '/v1/rooms', undefined, () => client.groups()],
  ['GET', '/v1/rooms?cursor=a%26b', undefined, () => client.groups('a&b')],
  ['GET', '/v1/rooms/g%2F1', undefined, () => client.group('g/1')],
  ['POST', '/v1/rooms', { participants: two, name: '등산' }, () => client.makeGroup(['ann', 'bo'], '등산')],
  ['POST', '/v1/rooms', { participants: two }, () => client.makeGroup(['ann', 'bo'])],
  ['PATCH', '/v1/rooms/g', { name: null }, () => client.nameGroup('g', null)],
  ['POST', '/v1/rooms/g/members', { participants: two }, () => client.addMembers('g', ['ann', 'bo'])],
  ['DELETE', '/v1/rooms/g/members/b%2Fo', undefined, () => client.removeMember('g', 'b/o')],
  ['DELETE', '/v1/rooms/g', undefined, () => client.closeGroup('g')],
];

describe('[SCH-450] the client of groups', () => {
  test.each(REQUESTS)('%s %s goes with the cookie of its own origin', async (method, url, body, request) => {
    const sent: Sent[] = [];
    vi.stubGlobal('fetch', async (url: string, init: Sent['init']) => {
      sent.push({ url, init });
      return new Response('{}');
    });
    await request();
    const [{ url: address, init }] = sent as [Sent];
    expect([init.method, address, init.credentials]).toEqual([method, url, 'same-origin']);
    expect(init.body === null ? undefined : JSON.parse(String(init.body))).toEqual(body);
    expect(init.headers).not.toHaveProperty('authorization');
  });
});
