/** A whole session, from the reminder to the end, in two windows. */
import type { Application } from '../support/application.ts';
import { expect, test } from '../support/fixtures.ts';
import { skewClock } from '../support/instrumentation.ts';
import type { ParticipantPage } from '../support/participant-page.ts';
import { until } from '../support/waiting.ts';

const DURATION_MS = 8_000;
/** What is left when time goes on by itself: of the lobby before the countdown, and of a session before its end (ms). */
const BEFORE_START_MS = 5_000;
const BEFORE_END_MS = 6_000;
/** How far apart the two screens may show the same number (ms). */
const MAX_SKEW_MS = 100;
/** `ended` may arrive this much before and after the deadline (ms). */
const EARLY_MS = 5;
const LATE_MS = 250;

// What comes before a session, and what lasts longer than is looked at, takes as long as a slow machine needs.
test.use({ stackArguments: ['--test-clock'] });

test('[END-1] two people meet, see each other, and part on time', async ({ pair, application }) => {
  const { session, ann, bo, annPage, boPage } = await pair({
    startsInMs: 180_000,
    lobby_ms: 60_000,
    remind_before_ms: [120_000],
    duration_ms: DURATION_MS,
  });

  await annPage.open(ann);
  await annPage.reachesPhase('early');
  await application.advanceTo(session.starts_at - 120_000, annPage);
  await expect(annPage.get('reminder')).toContainText('Bo');
  await application.advanceTo(session.lobby_opens_at, annPage);
  await annPage.reachesPhase('lobby');
  await expect(annPage.get('waiting')).toContainText('Bo');
  await expect(annPage.get('reminder'), 'not inside the room that it is about').toHaveCount(0);
  const waiting = await annPage.gets('waiting');
  expect(waiting.frame['absent']).toEqual([session.participants[1]!.user_id]);

  await boPage.open(bo);
  await boPage.reachesPhase('lobby');
  await application.advanceTo(session.starts_at - BEFORE_START_MS, annPage, boPage);
  for (const person of [annPage, boPage]) await person.reachesPhase('countdown');
  const negotiate = await boPage.gets('negotiate');
  expect(negotiate.frame['offerer'], 'the later arriver offers').toBe(session.participants[1]!.user_id);
  for (const person of [annPage, boPage]) {
    await until(`${person.name} negotiates before live`, async () => (await person.openConnections()) === 1);
    expect((await person.remoteVideo()).brightness, 'black before live').toBeLessThan(2);
    expect((await person.inbound()).audioEnergy, 'silent before live').toBeLessThan(1e-6);
  }

  for (const person of [annPage, boPage]) await person.reachesPhase('live');
  await Promise.all([annPage, boPage].map(receivesVideoAndAudio));
  await expect(annPage.get('time-left')).toHaveText(/0:0\d/);

  for (const person of [annPage, boPage]) {
    await person.reachesPhase('ended');
    await endsOnTime(person, application);
    await person.closesMedia();
  }
  await showTheSameTime(annPage, boPage);
  const record = await application.ended(session.id);
  expect(record.outcome).toEqual({ reason: 'completed' });
  for (const one of record.participants) expect(one.joined_at).toHaveLength(1);

  await annPage.page.reload();
  await expect(annPage.root).toHaveAttribute('data-phase', 'ended');
  await expect(annPage.get('chat-input')).toBeVisible();
});

test('[END-2] a page whose clock is 90 s wrong agrees with the other one', async ({ pair, application }) => {
  const { ann, bo, annPage, boPage } = await pair({ startsInMs: 3_000, countdown_ms: 4_000, duration_ms: DURATION_MS });
  await boPage.page.addInitScript(skewClock, 90_000);
  await annPage.open(ann);
  await boPage.open(bo);
  for (const person of [annPage, boPage]) await person.reachesPhase('countdown');
  for (const person of [annPage, boPage]) await person.reachesPhase('live');
  const wrongBy = await boPage.page.evaluate(() => Date.now() - (performance.timeOrigin + performance.now()));
  expect(wrongBy, "Bo's clock is wrong").toBeGreaterThan(80_000);
  const [annLeft, boLeft] = await Promise.all([annPage, boPage].map((one) => one.get('time-left').textContent()));
  expect(annLeft).toMatch(/0:0\d/);
  expect(boLeft).toMatch(/0:0\d/);
  for (const person of [annPage, boPage]) await endsOnTime(person, application);
  await showTheSameTime(annPage, boPage);
});

test('[END-3] two tabs of one profile are two people, across reloads', async ({ browser, application, openPage }) => {
  const booking = await application.book({ startsInMs: 60_000, lobby_ms: 120_000, duration_ms: 90_000 });
  const context = await browser.newContext({ locale: 'en-GB' });
  const ann = await openPage(context, 'Ann');
  const bo = await openPage(context, 'Bo');
  await ann.open(booking.ann);
  await bo.open(booking.bo);
  for (const person of [ann, bo]) await person.reachesPhase('lobby');
  await ann.page.reload();
  for (const person of [ann, bo]) await expect(person.get('both-here')).toBeVisible();
  await application.advanceTo(booking.session.starts_at - BEFORE_START_MS, ann, bo);
  for (const person of [ann, bo]) await person.reachesPhase('live');
  await Promise.all([ann, bo].map(receivesVideoAndAudio));

  await bo.page.reload();
  await bo.reachesPhase('live');
  await Promise.all([ann, bo].map(receivesVideoAndAudio));
  const { frame: live } = await ann.gets('live');
  await application.advanceTo((live['deadline_at'] as number) - BEFORE_END_MS, ann, bo);
  for (const person of [ann, bo]) await endsOnTime(person, application);
  const record = await application.ended(booking.session.id);
  expect(record.outcome?.reason).toBe('completed');
  await context.close();
});

async function receivesVideoAndAudio(person: ParticipantPage): Promise<void> {
  const first = await until(`${person.name} sees the other one`, async () => {
    const picture = await person.remoteVideo();
    return picture.brightness > 5 && picture.audible ? picture : undefined;
  });
  const before = await person.inbound();
  await until(`${person.name}'s picture moves`, async () => (await person.remoteVideo()).digest !== first.digest);
  await until(`${person.name} hears and sees more`, async () => {
    const now = await person.inbound();
    return now.framesDecoded > before.framesDecoded && now.audioEnergy > before.audioEnergy;
  });
}

/** Compares the median over all displayed numbers, since single repaints may be late. */
async function showTheSameTime(one: ParticipantPage, other: ParticipantPage): Promise<void> {
  const [here, there] = await Promise.all([one.figures(), other.figures()]);
  const apart = [...here].flatMap(([figure, at]) => (there.has(figure) ? [Math.abs(at - there.get(figure)!)] : []));
  expect(apart.length, 'figures that both have shown').toBeGreaterThanOrEqual(6);
  const median = apart.sort((a, b) => a - b)[Math.floor(apart.length / 2)]!;
  measured('figures apart', median);
  expect(median, `figures apart: ${apart.map(Math.round).join(', ')} ms`).toBeLessThan(MAX_SKEW_MS);
}

async function endsOnTime(person: ParticipantPage, { aheadMs }: Application): Promise<void> {
  const ended = await person.gets('ended');
  const deadline = person.received.filter((one) => 'deadline_at' in one.frame).at(-1)?.frame['deadline_at'] as number;
  expect(ended.frame['reason']).toBe('completed');
  const late = ended.at + aheadMs - deadline;
  measured(`${person.name}: ended after the deadline`, late);
  expect(late, 'ended against the deadline').toBeGreaterThanOrEqual(-EARLY_MS);
  expect(late, 'ended against the deadline').toBeLessThanOrEqual(LATE_MS);
}

/** Adds a measurement to the report. */
function measured(what: string, ms: number): void {
  test.info().annotations.push({ type: what, description: `${Math.round(ms)} ms` });
}
