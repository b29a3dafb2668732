/** Negotiating again, while it is live: for a new track, and for a new way through the network. */
import type { Person } from '../support/person.ts';
import type { ProbeWindow } from '../support/probe.ts';
import { expect, test } from '../support/story.ts';
import { until } from '../support/waiting.ts';

/** Of each person: half of them in turn, half at once. */
const ROUNDS = 50;
const PLAN = { startsInMs: 500, countdown_ms: 1_000, duration_ms: 240_000 };
/** A hundred agreements take a busy machine their time (ms). */
const MANY_ROUNDS_LIMIT_MS = 200_000;

/** Camera and microphone, and at most two places more for each side, however often one was taken and given back. */
const MOST_PLACES = 6;

test('[END-21] both negotiate again 50 times, in turn and at once: no deadlock, and the picture runs on', async ({ pair }) => {
  const { ann, bo, annAt, boAt } = await pair(PLAN);
  test.setTimeout(MANY_ROUNDS_LIMIT_MS);
  await bothLive(annAt, ann, boAt, bo);
  for (let round = 0; round < ROUNDS; round += 1) await negotiateAgain(round % 2 === 0 ? annAt : boAt);
  for (const person of [annAt, boAt]) await pictureRunsOn(person);

  for (let round = 0; round < ROUNDS / 2; round += 1) await Promise.all([annAt, boAt].map(negotiateAgain));
  for (const person of [annAt, boAt]) {
    await pictureRunsOn(person);
    expect(await places(person), 'places in the description').toBeLessThanOrEqual(MOST_PLACES);
    expect(person.received.filter(({ frame }) => frame.type === 'error')).toEqual([]);
    expect(await person.openConnections(), 'one connection throughout').toBe(1);
  }
  const met = glares(annAt);
  test.info().annotations.push({ type: 'offers that crossed', description: String(met) });
  expect(met, 'offers crossed').toBeGreaterThan(0);
});

test('[END-22] either side finds a new way, and both at once: fresh servers, new credentials, the picture runs on', async ({ pair }) => {
  const { ann, bo, annAt, boAt } = await pair(PLAN);
  await bothLive(annAt, ann, boAt, bo);
  for (const restarting of [[annAt], [boAt], [annAt, boAt]]) {
    const before = await Promise.all([annAt, boAt].map(credentials));
    const asked = restarting.map((person) => count(person, 'refresh'));
    await Promise.all(restarting.map(lineFails));
    for (const [index, person] of restarting.entries()) {
      await until(`${person.name} asks for servers`, () => count(person, 'refresh') > asked[index]!);
    }
    for (const [index, person] of [annAt, boAt].entries()) {
      await until(`${person.name} has new credentials`, async () => {
        const now = await credentials(person);
        return now.stable && now.connected && now.own !== before[index]!.own && now.other !== before[index]!.other;
      });
      await pictureRunsOn(person);
    }
  }
  for (const person of [annAt, boAt]) {
    expect(count(person, 'ice_servers')).toBe(count(person, 'refresh'));
    expect(person.received.filter(({ frame }) => frame.type === 'negotiate'), 'no new pairing').toHaveLength(1);
    expect(person.received.filter(({ frame }) => frame.type === 'error')).toEqual([]);
  }
});

async function bothLive(annAt: Person, ann: string, boAt: Person, bo: string): Promise<void> {
  await annAt.open(ann);
  await boAt.open(bo);
  for (const person of [annAt, boAt]) await person.reaches('live');
  for (const person of [annAt, boAt]) await pictureRunsOn(person);
}

/** The camera's picture, not what was shared beside it. */
async function pictureRunsOn(person: Person): Promise<void> {
  const before = await decoded(person);
  await until(`${person.name}'s picture runs on`, async () => (await decoded(person)) > before + 5);
}

function decoded(person: Person): Promise<number> {
  return person.page.evaluate(async () => {
    const connection = (window as unknown as ProbeWindow).probe.connections.at(-1);
    const camera = connection?.getReceivers().find(({ track }) => track.kind === 'video');
    for (const report of (await camera?.getStats())?.values() ?? []) {
      if (report.type === 'inbound-rtp') return report.framesDecoded as number;
    }
    return 0;
  });
}

/** Takes a place for one more track, or gives it back, and waits until that is agreed. */
function negotiateAgain(person: Person): Promise<void> {
  return person.page.evaluate(async () => {
    const page = window as unknown as ProbeWindow & { extra?: RTCRtpTransceiver };
    const connection = page.probe.connections.at(-1)!;
    const wanted = page.extra === undefined ? 'sendonly' : 'stopped';
    const extra = page.extra ?? connection.addTransceiver(document.createElement('canvas').captureStream(5).getVideoTracks()[0]!, { direction: 'sendonly' });
    if (page.extra === undefined) page.extra = extra;
    else {
      extra.stop();
      delete page.extra;
    }
    const limit = performance.now() + 20_000;
    while (connection.signalingState !== 'stable' || (extra.currentDirection as string | null) !== wanted) {
      if (performance.now() > limit) throw new Error(`not agreed: ${connection.signalingState}, ${extra.currentDirection}`);
      await new Promise((done) => setTimeout(done, 2));
    }
  });
}

function places(person: Person): Promise<number> {
  return person.page.evaluate(
    () => (window as unknown as ProbeWindow).probe.connections.at(-1)!.localDescription!.sdp.split('\r\nm=').length - 1,
  );
}

/** How often the other one's offer came while this one's own was still without an answer. */
function glares(person: Person): number {
  const told = [
    ...person.sent.map(({ at, frame }) => ({ at, what: `sent ${frame.type}` })),
    ...person.received.map(({ at, frame }) => ({ at, what: `got ${frame.type}` })),
  ].sort((one, other) => one.at - other.at);
  let open = false;
  let met = 0;
  for (const { what } of told) {
    if (what === 'got offer' && open) met += 1;
    if (what === 'sent offer') open = true;
    if (what === 'sent answer' || what === 'got answer') open = false;
  }
  return met;
}

/** The page is told that its line has failed; what it does about it is its own. */
function lineFails(person: Person): Promise<void> {
  return person.page.evaluate(() => {
    const connection = (window as unknown as ProbeWindow).probe.connections.at(-1)!;
    Object.defineProperty(connection, 'connectionState', { get: () => 'failed', configurable: true });
    connection.dispatchEvent(new Event('connectionstatechange'));
    // The next word is the browser's again, once the restart has begun.
    const restart = connection.restartIce.bind(connection);
    connection.restartIce = () => {
      delete (connection as { connectionState?: unknown }).connectionState;
      delete (connection as { restartIce?: unknown }).restartIce;
      restart();
    };
  });
}

function count(person: Person, type: string): number {
  return [...person.sent, ...person.received].filter(({ frame }) => frame.type === type).length;
}

/** The ICE credentials of both ends as this page has them. */
function credentials(person: Person): Promise<{ own: string; other: string; stable: boolean; connected: boolean }> {
  return person.page.evaluate(() => {
    const connection = (window as unknown as ProbeWindow).probe.connections.at(-1)!;
    const of = (description: RTCSessionDescription | null) => /a=ice-ufrag:(\S+)/.exec(description?.sdp ?? '')?.[1] ?? '';
    return {
      own: of(connection.localDescription),
      other: of(connection.remoteDescription),
      stable: connection.signalingState === 'stable',
      connected: connection.connectionState === 'connected',
    };
  });
}
