/** A session over an OpenVidu 2 server. */
import { Application } from '../support/application.ts';
import { expect, skipIfUnchecked, test } from '../support/fixtures.ts';
import { OpenVidu } from '../support/openvidu.ts';
import type { ParticipantPage } from '../support/participant-page.ts';
import { Stack } from '../support/stack.ts';
import { until } from '../support/waiting.ts';

test('[END-27] an OpenVidu session: nothing before live, both are seen and heard, also after a reload; at the end nobody is left, and no session', async ({ browser, stopAfter, openPage }) => {
  const openvidu = stopAfter(await OpenVidu.start(browser));
  const stack = stopAfter(await Stack.start(openvidu.settings));
  const booking = { media: 'openvidu', startsInMs: 500, countdown_ms: 6_000, duration_ms: 25_000, max_extensions: 0 } as const;
  const { session, ...links } = await (await Application.of(stack)).book(booking);
  const [ann, bo] = [await openServedPage('Ann'), await openServedPage('Bo')];
  await ann.open(links.ann);
  await bo.open(links.bo);
  for (const person of [ann, bo]) await person.reachesPhase('countdown');
  await until('both are in', () => openvidu.connected === 2);
  expect(openvidu.sessions).toHaveLength(1);
  expect(openvidu.sessions[0]).toContain(session.id);
  const unchecked: string[] = [];
  for (const person of [ann, bo]) {
    const { phase, enabled } = await person.sentTracks();
    if (phase === 'countdown') expect(enabled, `${person.name} sends nothing before live`).not.toContain(true);
    else unchecked.push(`whether ${person.name} sends nothing before live`);
  }

  for (const person of [ann, bo]) await person.reachesPhase('live');
  for (const person of [ann, bo]) await person.seesAndHears();
  await bo.page.reload();
  await bo.reachesPhase('live');
  for (const person of [ann, bo]) await person.seesAndHears();

  for (const person of [ann, bo]) {
    expect((await person.gets('ended', 30_000)).frame['reason']).toBe('completed');
    await person.closesMedia();
  }
  await until('nobody is left, and no session', () => openvidu.connected === 0 && openvidu.sessions.length === 0);
  skipIfUnchecked(unchecked);

  async function openServedPage(name: string): Promise<ParticipantPage> {
    const person = await openPage(await browser.newContext({ locale: 'en-GB' }), name);
    await openvidu.serve(person.page);
    return person;
  }
});
