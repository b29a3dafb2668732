/** Renegotiation during a call: for an additional track, and for an ICE restart. */
import { expect, test } from '../support/fixtures.ts';
import type { ParticipantPage } from '../support/participant-page.ts';
import { until } from '../support/waiting.ts';

/** Renegotiations of each participant: half in turn, half at once. */
const ROUNDS = 50;
const BOOKING = { startsInMs: 500, countdown_ms: 1_000, duration_ms: 240_000 };
/** For a hundred negotiations on a busy machine (ms). */
const MANY_ROUNDS_LIMIT_MS = 200_000;

/** Microphone and camera, and at most two more for each side: stopped transceivers must be recycled. */
const MAX_MEDIA_SECTIONS = 6;

test('[END-21] both negotiate again 50 times, in turn and at once: no deadlock, and the picture runs on', async ({ pair }) => {
  const { ann, bo, annPage, boPage } = await pair(BOOKING);
  test.setTimeout(MANY_ROUNDS_LIMIT_MS);
  await bothLive(annPage, ann, boPage, bo);
  for (let round = 0; round < ROUNDS; round += 1) await renegotiate(round % 2 === 0 ? annPage : boPage);
  for (const person of [annPage, boPage]) await cameraAdvances(person);

  for (let round = 0; round < ROUNDS / 2; round += 1) await Promise.all([annPage, boPage].map(renegotiate));
  for (const person of [annPage, boPage]) {
    await cameraAdvances(person);
    expect(await mediaSections(person), 'm-lines').toBeLessThanOrEqual(MAX_MEDIA_SECTIONS);
    expect(person.received.filter(({ frame }) => frame.type === 'error')).toEqual([]);
    expect(await person.openConnections(), 'one connection throughout').toBe(1);
  }
  const crossed = glares(annPage);
  test.info().annotations.push({ type: 'offers that crossed', description: String(crossed) });
  expect(crossed, 'offers crossed').toBeGreaterThan(0);
});

test('[END-22] either side finds a new way, and both at once: fresh servers, new credentials, the picture runs on', async ({ pair }) => {
  const { ann, bo, annPage, boPage } = await pair(BOOKING);
  await bothLive(annPage, ann, boPage, bo);
  for (const restarting of [[annPage], [boPage], [annPage, boPage]]) {
    const before = await Promise.all([annPage, boPage].map(credentials));
    const asked = restarting.map((person) => count(person, 'refresh'));
    await Promise.all(restarting.map(failConnection));
    for (const [index, person] of restarting.entries()) {
      await until(`${person.name} asks for servers`, () => count(person, 'refresh') > asked[index]!);
    }
    for (const [index, person] of [annPage, boPage].entries()) {
      await until(`${person.name} has new credentials`, async () => {
        const now = await credentials(person);
        return now.stable && now.connected && now.local !== before[index]!.local && now.remote !== before[index]!.remote;
      });
      await cameraAdvances(person);
    }
  }
  for (const person of [annPage, boPage]) {
    expect(count(person, 'ice_servers')).toBe(count(person, 'refresh'));
    expect(person.received.filter(({ frame }) => frame.type === 'negotiate'), 'no new epoch').toHaveLength(1);
    expect(person.received.filter(({ frame }) => frame.type === 'error')).toEqual([]);
  }
});

async function bothLive(annPage: ParticipantPage, ann: string, boPage: ParticipantPage, bo: string): Promise<void> {
  await annPage.open(ann);
  await boPage.open(bo);
  for (const person of [annPage, boPage]) await person.reachesPhase('live');
  for (const person of [annPage, boPage]) await cameraAdvances(person);
}

/** The video of the camera, not of an additional track. */
async function cameraAdvances(person: ParticipantPage): Promise<void> {
  const before = await decoded(person);
  await until(`${person.name}'s picture runs on`, async () => (await decoded(person)) > before + 5);
}

function decoded(person: ParticipantPage): Promise<number> {
  return person.page.evaluate(async () => {
    const connection = window.instrumentation.connections.at(-1);
    const camera = connection?.getReceivers().find(({ track }) => track.kind === 'video');
    for (const report of (await camera?.getStats())?.values() ?? []) {
      if (report.type === 'inbound-rtp') return report.framesDecoded as number;
    }
    return 0;
  });
}

/** Adds a transceiver, or stops the one that was added, and waits until it is negotiated. */
function renegotiate(person: ParticipantPage): Promise<void> {
  return person.page.evaluate(async () => {
    const page = window as Window & { extra?: RTCRtpTransceiver };
    const connection = page.instrumentation.connections.at(-1)!;
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

function mediaSections(person: ParticipantPage): Promise<number> {
  return person.page.evaluate(
    () => window.instrumentation.connections.at(-1)!.localDescription!.sdp.split('\r\nm=').length - 1,
  );
}

/** How often an offer arrived while the participant's own was unanswered. */
function glares(person: ParticipantPage): number {
  const signals = [
    ...person.sent.map(({ at, frame }) => ({ at, what: `sent ${frame.type}` })),
    ...person.received.map(({ at, frame }) => ({ at, what: `got ${frame.type}` })),
  ].sort((one, other) => one.at - other.at);
  let open = false;
  let count = 0;
  for (const { what } of signals) {
    if (what === 'got offer' && open) count += 1;
    if (what === 'sent offer') open = true;
    if (what === 'sent answer' || what === 'got answer') open = false;
  }
  return count;
}

/** Makes the RTCPeerConnection report `failed`. */
function failConnection(person: ParticipantPage): Promise<void> {
  return person.page.evaluate(() => {
    const connection = window.instrumentation.connections.at(-1)!;
    Object.defineProperty(connection, 'connectionState', { get: () => 'failed', configurable: true });
    connection.dispatchEvent(new Event('connectionstatechange'));
    // The real state is reported again once the restart has begun.
    const restart = connection.restartIce.bind(connection);
    connection.restartIce = () => {
      delete (connection as { connectionState?: unknown }).connectionState;
      delete (connection as { restartIce?: unknown }).restartIce;
      restart();
    };
  });
}

function count(person: ParticipantPage, type: string): number {
  return [...person.sent, ...person.received].filter(({ frame }) => frame.type === type).length;
}

/** The ICE username fragments of both sides, as this page has them. */
function credentials(person: ParticipantPage): Promise<{ local: string; remote: string; stable: boolean; connected: boolean }> {
  return person.page.evaluate(() => {
    const connection = window.instrumentation.connections.at(-1)!;
    const of = (description: RTCSessionDescription | null) => /a=ice-ufrag:(\S+)/.exec(description?.sdp ?? '')?.[1] ?? '';
    return {
      local: of(connection.localDescription),
      remote: of(connection.remoteDescription),
      stable: connection.signalingState === 'stable',
      connected: connection.connectionState === 'connected',
    };
  });
}
