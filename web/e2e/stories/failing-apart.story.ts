/** One service is killed or frozen, the others keep working. */
import { expect, test } from '../support/fixtures.ts';
import type { ParticipantPage } from '../support/participant-page.ts';
import { until } from '../support/waiting.ts';

/** Sessions go on for as long as a slow machine needs, and then to their end at once. */
const BOOKING = { startsInMs: 1_000, countdown_ms: 1_000, duration_ms: 90_000, max_extensions: 0 };

/** What is left of a session that goes to its end by itself, or while the scheduler can't be asked to move the clock (ms). */
const LAST_MS = 3_000;
const WITHOUT_SCHEDULER_MS = 15_000;
const WITHOUT_SIGNALING_MS = 6_000;

test.use({ stackArguments: ['--test-clock'] });

test('[END-16] chat dies: the call does not notice', async ({ pair, stack, application }) => {
  const { ann, bo, annPage, boPage } = await pair(BOOKING);
  const deadline = await bothLive(annPage, ann, boPage, bo);
  await stack.kill('chat');
  await annPage.write('while it was down');
  await boPage.videoAdvances(10);
  await stack.ready('chat');
  await application.advanceTo(deadline, annPage, boPage);
  for (const person of [annPage, boPage]) await person.reachesPhase('ended');
  await expect(boPage.message('while it was down')).toHaveCount(1);
});

test('[END-17] the scheduler dies: call and chat go on, a draft over the end, too, and the record is complete afterwards', async ({ pair, stack, application }) => {
  const { session, ann, bo, annPage, boPage } = await pair(BOOKING);
  const deadline = await bothLive(annPage, ann, boPage, bo);
  await application.advanceTo(deadline - WITHOUT_SCHEDULER_MS, annPage, boPage);
  const resume = await stack.freeze('scheduler');
  await annPage.videoAdvances(10);
  await annPage.write('still here');
  await expect(boPage.get('unread').first()).toBeVisible();
  await annPage.get('chat-input').fill('half a thought');
  for (const person of [annPage, boPage]) await person.reachesPhase('ended');
  await expect(annPage.get('chat-input'), 'what was being written').toHaveValue('half a thought');
  await expect(annPage.get('chat-input')).toBeFocused();
  await stack.kill('scheduler');
  resume();
  await stack.ready('scheduler');
  const record = await application.ended(session.id, 15_000);
  expect(record.outcome).toEqual({ reason: 'completed' });
  expect(record.started_at).toBeDefined();
  for (const one of record.participants) expect(one.joined_at).toHaveLength(1);
});

test('[END-18] signaling dies: media runs on, both resume, and it ends at its original deadline', async ({ pair, stack, application }) => {
  const { ann, bo, annPage, boPage } = await pair(BOOKING);
  const deadline = await bothLive(annPage, ann, boPage, bo);
  await stack.kill('signaling');
  await annPage.videoAdvances(10);
  await boPage.videoAdvances(10);
  for (const person of [annPage, boPage]) await until(`${person.name} comes back`, () => person.welcomes.length >= 2);
  await application.advanceTo(deadline - LAST_MS, annPage, boPage);
  for (const person of [annPage, boPage]) {
    const ended = await person.gets('ended');
    const late = ended.at + application.aheadMs - deadline;
    expect(late).toBeGreaterThanOrEqual(-5);
    expect(late).toBeLessThanOrEqual(250);
    await person.closesMedia();
  }
});

test('[END-19] signaling is dead at the deadline: each page ends it by itself', async ({ pair, stack, application }) => {
  const { ann, bo, annPage, boPage } = await pair(BOOKING);
  const deadline = await bothLive(annPage, ann, boPage, bo);
  await application.advanceTo(deadline - WITHOUT_SIGNALING_MS, annPage, boPage);
  for (const person of [annPage, boPage]) await expect(person.get('time-left'), 'the page knows the time').toHaveText(/0:0\d/);
  const resume = await stack.freeze('signaling');
  for (const person of [annPage, boPage]) await person.closesMedia(20_000);
  const late = Date.now() + application.aheadMs - deadline;
  expect(late, 'not before its time').toBeGreaterThanOrEqual(0);
  expect(late, 'soon after it').toBeLessThan(4_000);
  await stack.kill('signaling');
  resume();
  await stack.ready('signaling');
});

/** Returns when the session is to end. */
async function bothLive(annPage: ParticipantPage, ann: string, boPage: ParticipantPage, bo: string): Promise<number> {
  await annPage.open(ann);
  await boPage.open(bo);
  for (const person of [annPage, boPage]) await person.reachesPhase('live');
  for (const person of [annPage, boPage]) {
    await until(`${person.name} sees the other one`, async () => (await person.remoteVideo()).brightness > 5);
  }
  return (await annPage.gets('live')).frame['deadline_at'] as number;
}
