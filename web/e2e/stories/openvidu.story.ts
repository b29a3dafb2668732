/** A session whose media an OpenVidu 2 server carries. */
import { Application } from '../support/application.ts';
import { OpenVidu } from '../support/openvidu.ts';
import type { Person } from '../support/person.ts';
import { Stack } from '../support/stack.ts';
import { expect, test } from '../support/story.ts';
import { until } from '../support/waiting.ts';

test('[END-27] an OpenVidu session: nothing before live, both are seen and heard, also after a reload; at the end nobody is left, and no session', async ({ browser, own, personIn }) => {
  const openvidu = own(await OpenVidu.start(browser));
  const stack = own(await Stack.start(openvidu.settings));
  const plan = { media: 'openvidu', startsInMs: 500, countdown_ms: 6_000, duration_ms: 25_000, max_extensions: 0 } as const;
  const { session, ...links } = await (await Application.of(stack)).book(plan);
  const [ann, bo] = [await guest('Ann'), await guest('Bo')];
  await ann.open(links.ann);
  await bo.open(links.bo);
  for (const person of [ann, bo]) await person.reaches('countdown');
  await until('both are in', () => openvidu.connected === 2);
  expect(openvidu.sessions).toHaveLength(1);
  expect(openvidu.sessions[0]).toContain(session.id);
  for (const person of [ann, bo]) {
    const sent = await openSenders(person);
    if ((await person.root.getAttribute('data-phase')) === 'countdown') expect(sent, `${person.name} sends nothing before live`).toBe(0);
  }

  for (const person of [ann, bo]) await person.reaches('live');
  for (const person of [ann, bo]) await person.seesAndHears();
  await bo.page.reload();
  await bo.reaches('live');
  for (const person of [ann, bo]) await person.seesAndHears();

  for (const person of [ann, bo]) {
    expect((await person.gets('ended', 30_000)).frame['reason']).toBe('completed');
    await person.hangsUpByItself();
  }
  await until('nobody is left, and no session', () => openvidu.connected === 0 && openvidu.sessions.length === 0);

  async function guest(name: string): Promise<Person> {
    const person = await personIn(await browser.newContext({ locale: 'en-GB' }), name);
    await openvidu.serve(person.page);
    return person;
  }
});

/** Tracks that leave the page, by the browser's own word. */
function openSenders(person: Person): Promise<number> {
  return person.page.evaluate(() => {
    const native = Object.getOwnPropertyDescriptor(MediaStreamTrack.prototype, 'enabled')!.get!;
    const { connections } = (window as unknown as { probe: { connections: RTCPeerConnection[] } }).probe;
    return connections.flatMap((one) => one.getSenders()).filter(({ track }) => track !== null && native.call(track)).length;
  });
}
