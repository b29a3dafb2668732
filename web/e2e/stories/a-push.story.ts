/** Pushes: from the server through a push service to the notification, and from a click on it to the session. */
import { expect, test } from '../support/fixtures.ts';
import { address, signUp } from '../support/people.ts';
import { PushService, SubscribedBrowser, verifiedClaims } from '../support/push-service.ts';
import { PushWorker } from '../support/push-worker.ts';
import { Application } from '../support/application.ts';
import { Stack } from '../support/stack.ts';

const SUBJECT = 'mailto:ops@example.org';
const HOUR_MS = 3_600_000;

/** Push services on this machine are called, for once. */
async function started(): Promise<Stack> {
  return Stack.start({ RENDEZVOUS_EGRESS_ALLOW: '127.0.0.1', RENDEZVOUS_PUSH_SUBJECT: SUBJECT });
}

test('[END-59] a person allows pushes on their home page, gets one that no one else can read, and its click opens the session', async ({ browser, openPage, stopAfter }) => {
  const stack = stopAfter(await started());
  const service = stopAfter(await PushService.start());
  const context = await browser.newContext({ locale: 'en-GB' });
  const phone = new SubscribedBrowser();
  await phone.subscribesAt(context, service);
  const { page } = await openPage(context, 'Ann');
  await signUp(page, stack, 'Ann', address('ann'));
  const worker = await PushWorker.of(page);
  await expect(page.getByTestId('push-opt-in')).toBeVisible();
  await page.getByTestId('push-allow').click();
  await expect(page.getByTestId('push-allow')).toBeHidden();
  await page.reload();
  await expect(page.getByTestId('person-home')).toBeVisible();

  const other = await browser.newContext({ locale: 'en-GB' });
  const bo = await openPage(other, 'Bo');
  await signUp(bo.page, stack, 'Bo', address('bo'));
  const idOf = async (request: typeof context.request): Promise<string> => ((await (await request.get(`${stack.webUrl}/v1/me`)).json()) as { id: string }).id;
  const [annId, boId] = [await idOf(context.request), await idOf(other.request)];
  const times = [Date.now() + HOUR_MS];
  for (const [from, to] of [[context, boId], [other, annId]] as const) {
    const data = { to: { user_id: to }, kind: 'special', letter: 'Hi.', times };
    const given = await from.request.post(`${stack.webUrl}/v1/gifts`, { headers: { origin: stack.webUrl }, data });
    expect(given.status()).toBe(201);
  }

  const { push, text, message } = await service.message(phone, ({ kind }) => kind === 'session_scheduled');
  expect(message.title).toContain('Bo');
  expect(push.body.includes('Bo'), 'the push service reads nothing').toBe(false);
  const key = (await (await context.request.get(`${stack.webUrl}/v1/push/key`)).json()) as { public_key: string };
  const claims = await verifiedClaims(push, key.public_key, service.url);
  expect(claims.sub).toBe(SUBJECT);

  const scope = `${stack.webUrl}/`;
  await worker.delivers(scope, text);
  await worker.delivers(scope, text);
  const shown = await worker.shows(scope);
  expect(shown).toMatchObject({ title: message.title, lang: 'en' });
  expect(shown.body).not.toBe('');
  const opened = await worker.clicks(context, scope);
  expect(opened).toBe(`${stack.webUrl}/session/${message.session_id}`);
  const session = await openPage(context, 'Ann, by the click');
  await session.open(opened);
  await session.reachesPhase('early');
});

test('[END-60] a page of a join link is pushed what is of its session, in its language, and a click comes back to it', async ({ browser, openPage, stopAfter }) => {
  const stack = stopAfter(await started());
  const service = stopAfter(await PushService.start());
  const application = await Application.of(stack);
  await application.useChannels(['in_app', 'push']);
  const people = [
    { external_id: 'minji', name: '민지', locale: 'ko' },
    { external_id: 'bo', name: 'Bo', locale: 'en' },
  ];
  const booking = await application.book({ startsInMs: HOUR_MS, participants: people });
  const elsewhere = await application.book({ startsInMs: 2 * HOUR_MS, participants: people });
  const context = await browser.newContext({ locale: 'ko-KR' });
  const phone = new SubscribedBrowser();
  await phone.subscribesAt(context, service);
  const minji = await openPage(context, 'Minji');
  await minji.open(booking.ann);
  await minji.reachesPhase('early');
  const worker = await PushWorker.of(minji.page);
  await minji.get('push-allow').click();
  await expect(minji.get('push-allow')).toBeHidden();

  for (const { session } of [elsewhere, booking]) await application.move(session.id, Number(session.starts_at) + HOUR_MS);
  // The news that it was booked may still come after the browser has subscribed.
  const { text, message } = await service.message(phone, ({ kind, session_id }) => kind === 'session_rescheduled' || session_id !== booking.session.id);
  expect(message).toMatchObject({ kind: 'session_rescheduled', session_id: booking.session.id, lang: 'ko' });
  const scope = `${stack.webUrl}/join/${booking.session.id}`;
  await worker.delivers(scope, text);
  expect((await worker.shows(scope)).title).toBe(message.title);
  expect(message.title).toMatch(/옮겨/);
  // A window is known by the address that it was opened with.
  expect(await worker.clicks(context, scope)).toBe(booking.ann);
});
