/** What the account client sends, and what becomes of a refusal. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { AccountClient } from '../src/scheduler/account-client.ts';
import { ApiError } from '../src/scheduler/api-error.ts';
import type { Problem } from '../src/wire.generated.ts';

const PASSWORD = 'correct horse battery';
const TOKEN = 'token-from-a-mail';

interface Sent {
  readonly url: string;
  readonly init: RequestInit & { headers: Record<string, string> };
}

function answering(status: number, body?: object): Sent[] {
  const sent: Sent[] = [];
  vi.stubGlobal('fetch', async (url: string, init: Sent['init']) => {
    sent.push({ url, init });
    return new Response(body === undefined ? null : JSON.stringify(body), { status });
  });
  return sent;
}

async function refusal(request: Promise<unknown>): Promise<ApiError> {
  return request.then(
    () => expect.unreachable('it was not refused'),
    (error: unknown) => error as ApiError,
  );
}

afterEach(() => vi.unstubAllGlobals());

const client = new AccountClient('/meet');

const REQUESTS: readonly (readonly [string, string, () => Promise<unknown>])[] = [
  ['POST', '/v1/signup', () => client.signUp({ email: 'ann@x.example', password: PASSWORD, name: 'Ann' })],
  ['POST', '/v1/login', () => client.logIn({ email: 'ann@x.example', password: PASSWORD })],
  ['POST', '/v1/logout', () => client.logOut()],
  ['GET', '/v1/me', () => client.me()],
  ['PATCH', '/v1/me', () => client.change({ name: 'Anna' })],
  ['POST', '/v1/me/password', () => client.changePassword({ current: PASSWORD, new: `${PASSWORD}!` })],
  ['GET', '/v1/me/logins', () => client.logins()],
  ['DELETE', '/v1/me/logins/a%2Fb', () => client.endLogin('a/b')],
  ['GET', '/v1/me/export', () => client.export()],
  ['DELETE', '/v1/me', () => client.erase(PASSWORD)],
  ['POST', '/v1/me/calendar', () => client.createCalendar()],
  ['DELETE', '/v1/me/calendar', () => client.revokeCalendar()],
  ['POST', '/v1/email-verification', () => client.requestVerification()],
  ['POST', '/v1/email-verification/confirm', () => client.confirmVerification(TOKEN)],
  ['POST', '/v1/password-reset', () => client.requestReset('ann@x.example')],
  ['POST', '/v1/password-reset/confirm', () => client.confirmReset({ token: TOKEN, password: PASSWORD })],
];

describe('the account client', () => {
  test.each(REQUESTS)('[WEB-80] %s %s goes with the cookie of its own origin, and no secret stands in its address', async (method, path, request) => {
    const [sent] = [answering(200, {}), await request()];
    expect(sent).toHaveLength(1);
    const [{ url, init }] = sent as [Sent];
    expect([init.method, url]).toEqual([method, `/meet${path}`]);
    expect(init.credentials).toBe('same-origin');
    expect(init.headers).not.toHaveProperty('authorization');
    for (const secret of [PASSWORD, TOKEN]) expect(url).not.toContain(encodeURIComponent(secret));
  });

  test('[WEB-80] an answer without a body is no failure', async () => {
    answering(204);
    await expect(client.logOut()).resolves.toBeUndefined();
  });

  test('[WEB-81] a refusal keeps its code, each wrong field, and when to try again', async () => {
    const errors = [{ field: 'name', code: 'required', message: 'A name is needed.' }];
    const problem: Partial<Problem> = { code: 'invalid_field', detail: 'A field is wrong.', errors, retry_after_ms: 3_000 };
    answering(422, problem);
    const error = await refusal(client.change({ name: '' }));
    expect(error).toBeInstanceOf(ApiError);
    expect([error.status, error.code, error.errors, error.retryAfterMs]).toEqual([422, 'invalid_field', errors, 3_000]);
    expect(error.isTransient).toBe(false);
  });

  test('[WEB-81] what is no problem document, or no answer at all, is a refusal without fields', async () => {
    vi.stubGlobal('fetch', async () => new Response('<html>', { status: 502 }));
    const proxy = await refusal(client.me());
    expect([proxy.status, proxy.code, proxy.errors, proxy.isTransient]).toEqual([502, 'unavailable', [], true]);
    vi.stubGlobal('fetch', async () => Promise.reject(new TypeError('no network')));
    const offline = await refusal(client.me());
    expect([offline.status, offline.errors, offline.isTransient]).toEqual([0, [], true]);
  });
});
