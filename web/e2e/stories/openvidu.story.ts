/** A session whose media an OpenVidu 2 server carries. */
import type { Person } from '../support/person.ts';
import { OpenVidu } from '../support/openvidu.ts';
import { expect, test } from '../support/story.ts';
import { until } from '../support/waiting.ts';

test('[END-27] an OpenVidu session: nothing before live, both are seen and heard, a new token after being put out, nobody left at the end', async ({ browser, application, personIn }) => {
  const openvidu = await OpenVidu.start(browser);
  const { session, ...links } = await application.book({ startsInMs: 500, countdown_ms: 6_000, duration_ms: 20_000, max_extensions: 0 });
  const [ann, bo] = [await guest('Ann'), await guest('Bo')];
  await ann.open(links.ann);
  await bo.open(links.bo);
  for (const person of [ann, bo]) await person.reaches('countdown');
  await until('both are in', () => openvidu.connected === 2);
  for (const person of [ann, bo]) expect(await openSenders(person), `${person.name} sends nothing before live`).toBe(0);

  for (const person of [ann, bo]) await person.reaches('live');
  for (const person of [ann, bo]) await isSeenAndHeard(person);

  openvidu.evictAll();
  await until('both are out', () => openvidu.tokens.length > 2);
  await until('both are back', () => openvidu.connected === 2);
  for (const person of [ann, bo]) await isSeenAndHeard(person);

  for (const person of [ann, bo]) {
    expect((await person.gets('ended', 30_000)).frame['reason']).toBe('completed');
    await person.hangsUpByItself();
  }
  await until('nobody is left', () => openvidu.connected === 0);

  async function guest(name: string): Promise<Person> {
    // Its address is none that the page's policy could know.
    const person = await personIn(await browser.newContext({ locale: 'en-GB', bypassCSP: true }), name);
    await openvidu.serve(person.page);
    await person.page.routeWebSocket(/\/v1\/signal$/, (socket) => {
      socket.connectToServer().onMessage((text) => {
        const frame = JSON.parse(String(text)) as { type: string };
        const room = `${session.id}.1`;
        const media = { kind: 'openvidu', url: `wss://${OpenVidu.host}`, token: openvidu.token(room), room };
        const carried = frame.type === 'negotiate' || frame.type === 'ice_servers' ? { ...frame, offerer: undefined, media } : frame;
        socket.send(JSON.stringify(carried));
      });
    });
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

async function isSeenAndHeard(person: Person): Promise<void> {
  await until(`${person.name} sees`, async () => (await person.remotePicture()).brightness > 5);
  const before = await person.inbound();
  await until(`${person.name} sees and hears more`, async () => {
    const now = await person.inbound();
    return now.framesDecoded > before.framesDecoded + 5 && now.audioEnergy > before.audioEnergy;
  });
}
