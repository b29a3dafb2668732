/** Short interruptions: another tab, a reload, no network, a restarted service. */
import { Application } from '../support/application.ts';
import { expect, test } from '../support/fixtures.ts';
import type { ParticipantPage } from '../support/participant-page.ts';
import { Stack } from '../support/stack.ts';
import { TcpProxy } from '../support/tcp-proxy.ts';
import { until } from '../support/waiting.ts';

const BOOKING = { startsInMs: 500, countdown_ms: 1_000, duration_ms: 120_000 };

/** Below the idle timeout of both sides (ms). */
const RECONNECT_LIMIT_MS = 8_000;

/** The idle timeout of 12 s, with a margin for a busy machine (ms). */
const IDLE_LIMIT_MS = 20_000;

test('[END-23] the same link in a second tab takes over, and the first says so and can take it back', async ({ browser, application, openPage }) => {
  const booking = await application.book(BOOKING);
  const context = await browser.newContext({ locale: 'en-GB' });
  const ann = await openPage(context, 'Ann');
  const bo = await openPage(await browser.newContext({ locale: 'en-GB' }), 'Bo');
  await ann.open(booking.ann);
  await bo.open(booking.bo);
  await bothLive(ann, bo);
  const { frame: live } = await bo.gets('live');

  const second = await openPage(context, "Ann's second tab");
  await second.open(booking.ann);
  await second.reachesPhase('live');
  await ann.reachesPhase('refused');
  await expect(ann.get('notice').first()).toHaveAttribute('data-reason', 'replaced');
  await ann.closesMedia();
  for (const person of [second, bo]) await person.videoAdvances();

  await ann.get('again').click();
  await ann.reachesPhase('live');
  await second.reachesPhase('refused');
  for (const person of [ann, bo]) await person.videoAdvances();
  expect(ann.welcomes.at(-1)?.frame['session']).toMatchObject({ deadline_at: live['deadline_at'] });
});

test('[END-24] another network, and none at all: the old socket is dead and not closed, picture and clock run on', async ({ browser, stopAfter, openPage }) => {
  const proxy = stopAfter(await TcpProxy.start());
  const stack = stopAfter(await Stack.start({ RENDEZVOUS_SIGNALING_PUBLIC_URL: proxy.url }));
  proxy.forwardTo(stack.ports.signaling);
  const booking = await (await Application.of(stack)).book(BOOKING);
  const ann = await openPage(await browser.newContext({ locale: 'en-GB' }), 'Ann');
  const bo = await openPage(await browser.newContext({ locale: 'en-GB' }), 'Bo');
  await ann.open(booking.ann);
  await ann.reachesPhase('lobby');
  await bo.open(booking.bo);
  await bothLive(ann, bo);

  // Ann's connection is the oldest.
  proxy.blackholeOldest();
  await ann.page.evaluate(() => dispatchEvent(new Event('online')));
  await until('Ann is back over the other network', () => ann.welcomes.length === 2, RECONNECT_LIMIT_MS);
  expect(ann.welcomes[1]!.frame['resumed']).toBe(true);
  await bo.nextPong();
  expect(bo.received.some(({ frame }) => frame.type === 'peer_lost'), 'Bo noticed nothing').toBe(false);

  // Bo's connection is the oldest now.
  const before = await bo.get('time-left').textContent();
  await bo.page.context().setOffline(true);
  proxy.blackholeOldest();
  await ann.gets('peer_lost', IDLE_LIMIT_MS);
  await expect(bo.get('notice')).toBeVisible({ timeout: IDLE_LIMIT_MS });
  for (const person of [ann, bo]) await person.videoAdvances();
  expect(await bo.get('time-left').textContent(), 'the clock goes on').not.toBe(before);
  await bo.page.context().setOffline(false);
  await ann.gets('peer_resumed');
  await until('Bo is back', () => bo.welcomes.length === 2);
  expect(bo.welcomes[1]!.frame['resumed']).toBe(true);
  await expect(bo.get('notice')).toBeHidden();

  await ann.get('mute').click();
  await until('Bo is told', () => bo.received.some(({ frame }) => JSON.stringify(frame['payload'])?.includes('"audio":false')));
  for (const person of [ann, bo]) {
    await person.videoAdvances();
    expect(person.received.filter(({ frame }) => frame.type === 'negotiate'), 'no new epoch').toHaveLength(1);
  }
});

test('[END-25] signaling is stopped and started in a live call: both are told to come back, media and clock run on', async ({ pair, stack }) => {
  const { ann, bo, annPage, boPage } = await pair(BOOKING);
  await annPage.open(ann);
  await boPage.open(bo);
  await bothLive(annPage, boPage);
  const { frame: live } = await annPage.gets('live');
  const before = await annPage.get('time-left').textContent();
  await stack.terminate('signaling');
  for (const person of [annPage, boPage]) {
    expect((await person.gets('going_away')).frame['retry_after_ms']).toEqual(expect.any(Number));
    await person.videoAdvances();
    const back = await until(`${person.name} is back`, () => person.welcomes[1]);
    expect(back.frame['session']).toMatchObject({ phase: 'live', deadline_at: live['deadline_at'] });
    await person.videoAdvances();
    expect(await person.openConnections(), 'the same connection').toBe(1);
    expect(person.received.filter(({ frame }) => frame.type === 'negotiate'), 'no new epoch').toHaveLength(1);
  }
  expect(await annPage.get('time-left').textContent(), 'the clock goes on').not.toBe(before);
});

async function bothLive(...people: ParticipantPage[]): Promise<void> {
  for (const person of people) await person.reachesPhase('live');
  for (const person of people) await person.videoAdvances();
}
