/** Away for a moment: another tab, a reload, no network, a service that is restarted. */
import { Application } from '../support/application.ts';
import type { Person } from '../support/person.ts';
import { Stack } from '../support/stack.ts';
import { expect, test } from '../support/story.ts';
import { until } from '../support/waiting.ts';
import { Way } from '../support/way.ts';

const PLAN = { startsInMs: 500, countdown_ms: 1_000, duration_ms: 120_000 };

/** Well before either side would have noticed the silence by itself (ms). */
const AWAY_MS = 8_000;

/** Either side notices a silent path after 12 s; the rest is for a busy machine (ms). */
const NOTICED_MS = 20_000;

test('[END-23] the same link in a second tab takes over, and the first says so and can take it back', async ({ browser, application, personIn }) => {
  const booking = await application.book(PLAN);
  const context = await browser.newContext({ locale: 'en-GB' });
  const ann = await personIn(context, 'Ann');
  const bo = await personIn(await browser.newContext({ locale: 'en-GB' }), 'Bo');
  await ann.open(booking.ann);
  await bo.open(booking.bo);
  await bothLive(ann, bo);
  const { frame: live } = await bo.gets('live');

  const second = await personIn(context, "Ann's second tab");
  await second.open(booking.ann);
  await second.reaches('live');
  await ann.reaches('refused');
  await expect(ann.get('notice').first()).toHaveAttribute('data-reason', 'replaced');
  await ann.hangsUpByItself();
  for (const person of [second, bo]) await pictureRunsOn(person);

  await ann.get('again').click();
  await ann.reaches('live');
  await second.reaches('refused');
  for (const person of [ann, bo]) await pictureRunsOn(person);
  expect(ann.welcomes.at(-1)?.frame['session']).toMatchObject({ deadline_at: live['deadline_at'] });
});

test('[END-24] another network, and none at all: the old socket is dead and not closed, picture and clock run on', async ({ browser, own, personIn }) => {
  const way = own(await Way.make());
  const stack = own(await Stack.start({ RENDEZVOUS_SIGNALING_PUBLIC_URL: way.url }));
  way.leadsTo(stack.ports.signaling);
  const booking = await (await Application.of(stack)).book(PLAN);
  const ann = await personIn(await browser.newContext({ locale: 'en-GB' }), 'Ann');
  const bo = await personIn(await browser.newContext({ locale: 'en-GB' }), 'Bo');
  await ann.open(booking.ann);
  await ann.reaches('lobby');
  await bo.open(booking.bo);
  await bothLive(ann, bo);

  // Hers is the older one.
  way.cutOldest();
  await ann.page.evaluate(() => dispatchEvent(new Event('online')));
  await until('Ann is back over the other network', () => ann.welcomes.length === 2, AWAY_MS);
  expect(ann.welcomes[1]!.frame['resumed']).toBe(true);
  expect(bo.received.some(({ frame }) => frame.type === 'peer_lost'), 'Bo noticed nothing').toBe(false);

  // Now his is.
  const before = await bo.get('time-left').textContent();
  await bo.page.context().setOffline(true);
  way.cutOldest();
  await ann.gets('peer_lost', NOTICED_MS);
  await expect(bo.get('notice')).toBeVisible({ timeout: NOTICED_MS });
  for (const person of [ann, bo]) await pictureRunsOn(person);
  expect(await bo.get('time-left').textContent(), 'the clock goes on').not.toBe(before);
  await bo.page.context().setOffline(false);
  await ann.gets('peer_resumed');
  await until('Bo is back', () => bo.welcomes.length === 2);
  expect(bo.welcomes[1]!.frame['resumed']).toBe(true);
  await expect(bo.get('notice')).toBeHidden();

  await ann.get('mute').click();
  await until('Bo is told', () => bo.received.some(({ frame }) => JSON.stringify(frame['payload'])?.includes('"audio":false')));
  for (const person of [ann, bo]) {
    await pictureRunsOn(person);
    expect(person.received.filter(({ frame }) => frame.type === 'negotiate'), 'no new pairing').toHaveLength(1);
  }
});

test('[END-25] signaling is stopped and started in a live call: both are told to come back, media and clock run on', async ({ pair, stack }) => {
  const { ann, bo, annAt, boAt } = await pair(PLAN);
  await annAt.open(ann);
  await boAt.open(bo);
  await bothLive(annAt, boAt);
  const { frame: live } = await annAt.gets('live');
  const before = await annAt.get('time-left').textContent();
  await stack.terminate('signaling');
  for (const person of [annAt, boAt]) {
    expect((await person.gets('going_away')).frame['retry_after_ms']).toEqual(expect.any(Number));
    await pictureRunsOn(person);
    const back = await until(`${person.name} is back`, () => person.welcomes[1]);
    expect(back.frame['session']).toMatchObject({ phase: 'live', deadline_at: live['deadline_at'] });
    await pictureRunsOn(person);
    expect(await person.openConnections(), 'the same connection').toBe(1);
    expect(person.received.filter(({ frame }) => frame.type === 'negotiate'), 'no new pairing').toHaveLength(1);
  }
  expect(await annAt.get('time-left').textContent(), 'the clock goes on').not.toBe(before);
});

async function bothLive(...people: Person[]): Promise<void> {
  for (const person of people) await person.reaches('live');
  for (const person of people) await pictureRunsOn(person);
}

async function pictureRunsOn(person: Person): Promise<void> {
  const before = await person.inbound();
  await until(`${person.name}'s picture runs on`, async () => (await person.inbound()).framesDecoded > before.framesDecoded + 5);
}
