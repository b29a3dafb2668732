/** A session over a real LiveKit server. */
import { Application } from '../support/application.ts';
import { expect, skipIfUnchecked, test } from '../support/fixtures.ts';
import { LiveKit } from '../support/livekit.ts';
import type { ParticipantPage } from '../support/participant-page.ts';
import { Stack } from '../support/stack.ts';
import { until } from '../support/waiting.ts';

/** Time for three looks at each other and a reload, also where other work takes three quarters of the machine (ms). */
const DURATION_MS = 50_000;
const STORY_LIMIT_MS = 180_000;

/** `ended` may arrive this much before the deadline, and after it: a media server and two browsers share two cores (ms). */
const EARLY_MS = 5;
const LATE_MS = 2_000;

/** The room must be deleted within this long after the end (ms). */
const ROOM_GONE_MS = 5_000;

test('[END-26] a LiveKit session: nothing before live, both are seen and heard, also after being put out and a reload; it ends on time, and the room is gone', async ({ browser, stopAfter, openPage }) => {
  test.setTimeout(STORY_LIMIT_MS);
  const prepared = await LiveKit.prepare();
  test.skip(prepared === undefined, 'LiveKit is not installed, and cannot be built here');
  const livekit = stopAfter(prepared!);
  const stack = stopAfter(await Stack.start(livekit.settings));
  await livekit.start(`http://127.0.0.1:${stack.ports.signaling}/v1/media/livekit/webhook`);
  const booking = { media: 'livekit', startsInMs: 500, countdown_ms: 10_000, duration_ms: DURATION_MS, max_extensions: 0 } as const;
  const { session, ...links } = await (await Application.of(stack)).book(booking);
  const ann = await openPage(await browser.newContext({ locale: 'en-GB' }), 'Ann');
  const bo = await openPage(await browser.newContext({ locale: 'en-GB' }), 'Bo');

  await ann.open(links.ann);
  await ann.reachesPhase('lobby');
  expect(await libraryIsLoaded(ann), 'the library is not loaded before it is needed').toBe(false);
  await bo.open(links.bo);
  for (const person of [ann, bo]) await person.reachesPhase('countdown');
  const { frame } = await ann.gets('negotiate');
  expect(frame).toMatchObject({ media: { kind: 'livekit', room: `${session.id}.1` } });
  expect(frame['offerer']).toBeUndefined();
  const unchecked: string[] = [];
  for (const person of [ann, bo]) {
    const { phase, enabled } = await until(`${person.name} publishes`, async () => {
      const sent = await person.sentTracks();
      return sent.enabled.length >= 2 && sent;
    });
    if (phase === 'countdown') expect(enabled, 'nothing leaves before live').not.toContain(true);
    else unchecked.push(`whether ${person.name} sends nothing before live`);
    expect(await libraryIsLoaded(person)).toBe(true);
  }

  for (const person of [ann, bo]) await person.reachesPhase('live');
  for (const person of [ann, bo]) await person.seesAndHears();
  expect(await livekit.rooms()).toEqual([`${session.id}.1`]);

  await livekit.remove(`${session.id}.1`, session.participants[0]!.user_id);
  await until('Ann asks for a new token', () => ann.sent.some((one) => one.frame.type === 'refresh'));
  for (const person of [ann, bo]) await person.seesAndHears();

  await bo.page.reload();
  await bo.reachesPhase('live');
  for (const person of [ann, bo]) await person.seesAndHears();

  for (const person of [ann, bo]) {
    const ended = await person.gets('ended', DURATION_MS + 10_000);
    const deadline = person.received.filter((one) => 'deadline_at' in one.frame).at(-1)?.frame['deadline_at'] as number;
    expect(ended.frame['reason']).toBe('completed');
    expect(ended.at - deadline).toBeGreaterThanOrEqual(-EARLY_MS);
    expect(ended.at - deadline).toBeLessThanOrEqual(LATE_MS);
    await person.closesMedia();
  }
  await until('the room is gone', async () => (await livekit.rooms()).length === 0, ROOM_GONE_MS);
  skipIfUnchecked(unchecked);
});

function libraryIsLoaded(person: ParticipantPage): Promise<boolean> {
  return person.page.evaluate(() => performance.getEntriesByType('resource').some(({ name }) => name.includes('livekit')));
}
