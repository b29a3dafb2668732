/** One service dies, the others keep serving. */
import type { Person } from '../support/person.ts';
import { expect, test } from '../support/story.ts';
import { until } from '../support/waiting.ts';

const PLAN = { startsInMs: 1_000, countdown_ms: 1_000, duration_ms: 14_000, max_extensions: 0 };

test('[END-16] chat dies: the call does not notice', async ({ pair, stack }) => {
  const { ann, bo, annAt, boAt } = await pair(PLAN);
  await bothLive(annAt, ann, boAt, bo);
  await stack.kill('chat');
  await annAt.write('while it was down');
  await mediaRunsOn(boAt);
  await stack.ready('chat');
  for (const person of [annAt, boAt]) await person.reaches('ended');
  await expect(boAt.message('while it was down')).toHaveCount(1);
});

test('[END-17] the scheduler dies: call and chat go on, a draft over the end, too, and the record is complete afterwards', async ({ pair, stack, application }) => {
  const { session, ann, bo, annAt, boAt } = await pair({ ...PLAN });
  await bothLive(annAt, ann, boAt, bo);
  const thaw = await stack.freeze('scheduler');
  await mediaRunsOn(annAt);
  await annAt.write('still here');
  await expect(boAt.get('unread').first()).toBeVisible();
  await annAt.get('chat-input').fill('half a thought');
  for (const person of [annAt, boAt]) await person.reaches('ended');
  await expect(annAt.get('chat-input'), 'what was being written').toHaveValue('half a thought');
  await expect(annAt.get('chat-input')).toBeFocused();
  await stack.kill('scheduler');
  thaw();
  await stack.ready('scheduler');
  const record = await application.ended(session.id, 15_000);
  expect(record.outcome).toEqual({ reason: 'completed' });
  expect(record.started_at).toBeDefined();
  for (const one of record.participants) expect(one.joined_at).toHaveLength(1);
});

test('[END-18] signaling dies: media runs on, both resume, and it ends at its original deadline', async ({ pair, stack }) => {
  const { ann, bo, annAt, boAt } = await pair(PLAN);
  await bothLive(annAt, ann, boAt, bo);
  const live = await annAt.gets('live');
  await stack.kill('signaling');
  await mediaRunsOn(annAt);
  await mediaRunsOn(boAt);
  for (const person of [annAt, boAt]) {
    await until(`${person.name} comes back`, () => person.received.filter((one) => one.frame.type === 'welcome').length >= 2);
    const ended = await person.gets('ended');
    const late = ended.at - (live.frame['deadline_at'] as number);
    expect(late).toBeGreaterThanOrEqual(-5);
    expect(late).toBeLessThanOrEqual(250);
    await person.hangsUpByItself();
  }
});

test('[END-19] signaling is dead at the deadline: each page ends it by itself', async ({ pair, stack }) => {
  const { ann, bo, annAt, boAt } = await pair({ ...PLAN, duration_ms: 6_000 });
  await bothLive(annAt, ann, boAt, bo);
  const live = await annAt.gets('live');
  const thaw = await stack.freeze('signaling');
  for (const person of [annAt, boAt]) await person.hangsUpByItself(20_000);
  expect(Date.now() - (live.frame['deadline_at'] as number), 'not before its time').toBeGreaterThanOrEqual(0);
  expect(Date.now() - (live.frame['deadline_at'] as number), 'soon after it').toBeLessThan(4_000);
  await stack.kill('signaling');
  thaw();
  await stack.ready('signaling');
});

async function bothLive(annAt: Person, ann: string, boAt: Person, bo: string): Promise<void> {
  await annAt.open(ann);
  await boAt.open(bo);
  for (const person of [annAt, boAt]) await person.reaches('live');
  for (const person of [annAt, boAt]) {
    await until(`${person.name} sees the other one`, async () => (await person.remotePicture()).brightness > 5);
  }
}

async function mediaRunsOn(person: Person): Promise<void> {
  const before = await person.inbound();
  await until(`${person.name}'s media runs on`, async () => (await person.inbound()).framesDecoded > before.framesDecoded + 10);
}
