/** `createSession` over a fake WebSocket and fake devices: what a page sees and is told, what is refused, what is left behind. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createSession, TooLargeError, type Session, type SessionOptions, type Signaling } from '../src/index.ts';
import { FakeStream, FakeTrack } from './fake-media.ts';
import { FakeWebSocket } from './fake-web-socket.ts';
import { serverFrame } from './frames.ts';

const START = 1_700_000_000_000;
const MINUTE = 60_000;

const fixture = serverFrame('welcome');
const [ME, PEER] = fixture.session.participants;

/** Both are there, and the lobby is open. */
const WELCOME: { type: 'welcome' } & Signaling.Welcome = {
  ...fixture,
  you: { ...fixture.you, user_id: ME.user_id, polite: false },
  peer: { user_id: PEER.user_id, name: PEER.name, present: true },
  session: { ...fixture.session, phase: 'lobby', starts_at: START + MINUTE },
  resumed: false,
  last_id: 0,
  server_now: START,
};

const listeners = new Map<string, Set<unknown>>();
let devices: FakeTrack[] = [];
let answerDevices: () => void = () => undefined;
const sessions: Session[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  vi.setSystemTime(START);
  FakeWebSocket.all = [];
  listeners.clear();
  devices = [];
  const target = {
    addEventListener: (event: string, handler: unknown) => void listeners.set(event, (listeners.get(event) ?? new Set()).add(handler)),
    removeEventListener: (event: string, handler: unknown) => void listeners.get(event)?.delete(handler),
  };
  const getUserMedia = async ({ audio, video }: MediaStreamConstraints): Promise<FakeStream> => {
    await new Promise<void>((resolve) => (answerDevices = resolve));
    const tracks = [...(audio ? [new FakeTrack('audio')] : []), ...(video ? [new FakeTrack('video')] : [])];
    devices.push(...tracks);
    return new FakeStream(tracks);
  };
  vi.stubGlobal('WebSocket', FakeWebSocket);
  vi.stubGlobal('MediaStream', FakeStream);
  vi.stubGlobal('MediaStreamTrack', FakeTrack);
  vi.stubGlobal('window', target);
  vi.stubGlobal('document', { ...target, visibilityState: 'visible' });
  vi.stubGlobal('navigator', { mediaDevices: { ...target, getUserMedia, enumerateDevices: async () => [] } });
  vi.stubGlobal('reportError', (error: unknown) => void reported.push(error));
  reported.length = 0;
});

const reported: unknown[] = [];

afterEach(() => {
  for (const session of sessions.splice(0)) session.close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const EVENTS = ['waiting', 'countdown', 'live', 'warning', 'paused', 'ended', 'peer', 'error'] as const;

function opened(options: Partial<SessionOptions> = {}) {
  const session = createSession({ ticket: async () => ({ ticket: 't', url: 'ws://node/', expires_at: START + MINUTE }), ...options });
  sessions.push(session);
  const told: string[] = [];
  for (const type of EVENTS) session.on(type, (event) => told.push('code' in event ? `${type} ${event.code}` : type));
  return { session, told };
}

async function joined(options: Partial<SessionOptions> = {}) {
  const one = opened(options);
  await vi.advanceTimersByTimeAsync(0);
  answerDevices();
  const socket = FakeWebSocket.all.at(-1)!;
  socket.open();
  socket.receive(WELCOME);
  await vi.advanceTimersByTimeAsync(0);
  return { ...one, socket };
}

/** Also the clones that are sent. */
const liveTracks = (session: Session): number => {
  const preview = session.getSnapshot().preview as unknown as FakeStream;
  return [...devices, ...preview.getTracks()].filter(({ readyState }) => readyState === 'live').length;
};

describe('a session of a page', () => {
  test('[WEB-127] is told of as it goes: who is there, the countdown, live, the warning, the end', async () => {
    const { session, told, socket } = await joined();
    expect([session.getSnapshot().phase, told]).toEqual(['lobby', ['peer', 'waiting']]);
    const live = { started_at: START + 5_000, deadline_at: START + 65_000 };
    socket.receive({ type: 'countdown', seq: 1, live_at: live.started_at });
    socket.receive({ type: 'live', seq: 2, ...live });
    socket.receive({ type: 'ending', seq: 3, deadline_at: live.deadline_at });
    socket.receive({ type: 'ended', seq: 4, reason: 'completed' });
    expect(told.slice(2)).toEqual(['countdown', 'live', 'warning', 'ended']);
    expect(session.getSnapshot().phase).toBe('ended');
  });

  test('[WEB-127] is watched by one object that is the same until something has changed', async () => {
    const { session, socket } = await joined();
    const { subscribe, getSnapshot } = session;
    const seen: string[] = [];
    const stop = subscribe(() => seen.push(getSnapshot().phase));
    expect(getSnapshot()).toBe(getSnapshot());
    socket.receive({ type: 'countdown', seq: 1, live_at: START + 5_000 });
    expect(seen).toEqual(['countdown']);
    stop();
    socket.receive({ type: 'countdown_cancelled', seq: 2 });
    expect([seen, getSnapshot().phase]).toEqual([['countdown'], 'lobby']);
  });

  test('[WEB-127] goes on where a page’s own handler throws, and tells the browser of it', async () => {
    const { session, socket, told } = await joined();
    session.on('countdown', () => {
      throw new Error('of the page');
    });
    session.on('countdown', () => told.push('after it'));
    socket.receive({ type: 'countdown', seq: 1, live_at: START + 5_000 });
    expect([told.at(-1), String(reported[0]), session.getSnapshot().phase]).toEqual(['after it', 'Error: of the page', 'countdown']);
  });

  test('[WEB-127] tells of each change once, also where a page acts on it at once', async () => {
    const { session, socket, told } = await joined();
    session.subscribe(() => {
      if (session.getSnapshot().phase === 'live') session.leave();
    });
    socket.receive({ type: 'live', seq: 1, started_at: START, deadline_at: START + MINUTE });
    expect(told.slice(2).sort()).toEqual(['ended', 'live']);
    expect([session.getSnapshot().phase, liveTracks(session)]).toEqual(['ended', 0]);
  });

  test('[WEB-127] sends picture and sound while it is live, and not before or after', async () => {
    const { session, socket } = await joined();
    const sent = async (): Promise<boolean> => (await vi.advanceTimersByTimeAsync(0), session.getSnapshot().devices.video === 'on' && outgoing().enabled);
    const outgoing = (): FakeTrack => clones.at(-1)!;
    const clones: FakeTrack[] = [];
    vi.spyOn(FakeTrack.prototype, 'clone').mockImplementation(function (this: FakeTrack) {
      const clone = new FakeTrack(this.kind, 'clone');
      clones.push(clone);
      return clone;
    });
    session.selectDevice('video', 'another');
    await vi.advanceTimersByTimeAsync(0);
    answerDevices();
    expect(await sent()).toBe(false);
    socket.receive({ type: 'live', seq: 1, started_at: START, deadline_at: START + MINUTE });
    expect(await sent()).toBe(true);
    session.setCameraOff(true);
    expect(await sent()).toBe(false);
    session.setCameraOff(false);
    socket.receive({ type: 'paused', seq: 2, remaining_ms: 1_000, until: START + MINUTE });
    expect(await sent()).toBe(false);
    vi.restoreAllMocks();
  });

  test('[WEB-128] waits for its lobby by itself, whether it knows when that opens or is told', async () => {
    const known = opened({ opensAt: START + MINUTE });
    await vi.advanceTimersByTimeAsync(MINUTE - 1_000);
    expect([known.session.getSnapshot().phase, FakeWebSocket.all.length, known.told]).toEqual(['early', 0, ['waiting'].slice(1)]);
    await vi.advanceTimersByTimeAsync(1_500);
    expect(FakeWebSocket.all).toHaveLength(1);
    known.session.close();
    FakeWebSocket.all = [];

    const { session } = opened();
    await vi.advanceTimersByTimeAsync(0);
    const socket = FakeWebSocket.all[0]!;
    socket.open();
    socket.receive({ type: 'error', code: 'too_early', opens_at: session.now() + 5_000 });
    socket.onclose?.({ code: 4503 });
    expect(session.getSnapshot().phase).toBe('early');
    await vi.advanceTimersByTimeAsync(6_000);
    expect(FakeWebSocket.all).toHaveLength(2);
  });

  test.each([
    [4502, { code: 'origin_not_allowed' }, 'origin_not_allowed'],
    [4502, { code: 'not_a_participant' }, 'not_a_participant'],
    [4505, null, 'replaced'],
    [4506, null, 'kicked'],
    [4999, null, 'closed_4999'],
  ])('[WEB-129] closed by %i, with %j before it, is told once by its code, and is not tried again', async (closeCode, error, code) => {
    const { session, told, socket } = await joined();
    if (error !== null) socket.receive({ type: 'error', ...error });
    socket.onclose?.({ code: closeCode });
    await vi.advanceTimersByTimeAsync(10 * MINUTE);
    expect(FakeWebSocket.all).toHaveLength(1);
    expect(told.filter((one) => one.startsWith('error'))).toEqual([`error ${code}`]);
    expect([session.getSnapshot().phase, session.getSnapshot().refusal?.final, liveTracks(session)]).toEqual(['refused', true, 0]);
  });

  test('[WEB-129] whose ticket is refused says so once, and opens no socket', async () => {
    const { told } = opened({ ticket: () => Promise.reject(Object.assign(new Error('no'), { status: 403, code: 'origin_not_allowed' })) });
    await vi.advanceTimersByTimeAsync(MINUTE);
    expect([told, FakeWebSocket.all]).toEqual([['error origin_not_allowed'], []]);
  });

  test('[WEB-129] that gets no socket at all is told so once, and goes on trying', async () => {
    const { session, told } = opened();
    for (let attempt = 0; attempt < 12; attempt += 1) {
      await vi.advanceTimersByTimeAsync(4_000);
      FakeWebSocket.all.at(-1)!.onclose?.({ code: 1006 });
    }
    expect(told).toEqual(['error unreachable']);
    expect([FakeWebSocket.all.length > 8, session.getSnapshot().phase]).toEqual([true, 'joining']);
  });

  test('[WEB-130] refuses what is too large for the server alone: nothing is sent, and the socket stays', async () => {
    const { session, socket } = await joined();
    const sent = socket.sent.length;
    expect(() => session.send({ text: 'x'.repeat(5_000) })).toThrow(TooLargeError);
    expect([socket.sent.length, socket.readyState, session.getSnapshot().phase]).toEqual([sent, FakeWebSocket.OPEN, 'lobby']);
    expect(session.send({ text: 'x' })).toBe(true);
    expect(socket.sent.at(-1)).toMatchObject({ type: 'data', payload: { text: 'x' } });
  });

  test('[WEB-154] tells of what the other page sends, and keeps what it says of its devices to itself', async () => {
    const { session, socket } = await joined();
    const told: unknown[] = [];
    session.on('data', ({ payload }) => told.push(payload));
    const data = (seq: number, payload: unknown): void => socket.receive({ type: 'data', seq, from: PEER.user_id, payload });
    data(1, { wave: true });
    data(2, { media: { audio: false, video: true, missing: ['audio'] } });
    data(3, null);
    expect(told).toEqual([{ wave: true }, null]);
    expect(session.getSnapshot().peerMedia).toEqual({ audio: false, video: true, missing: ['audio'] });
  });

  test('[WEB-131] closed while it joins leaves no socket, no device and no listener', async () => {
    let give: () => void = () => undefined;
    const { session } = opened({ ticket: () => new Promise((resolve) => (give = () => resolve({ ticket: 't', url: 'ws://node/' }))) });
    await vi.advanceTimersByTimeAsync(0);
    session.close();
    give();
    answerDevices();
    await vi.advanceTimersByTimeAsync(MINUTE);
    expect([FakeWebSocket.all.length, liveTracks(session)]).toEqual([0, 0]);
    expect([...listeners.values()].reduce((sum, { size }) => sum + size, 0)).toBe(0);
    expect(devices.length, 'they had been asked for').toBe(2);
  });

  test('[WEB-131] mounted twice in a row, as by React, has one seat', async () => {
    opened().session.close();
    const { session } = opened();
    await vi.advanceTimersByTimeAsync(1_000);
    expect([FakeWebSocket.all.length, session.getSnapshot().phase]).toEqual([1, 'joining']);
  });

  test('[WEB-132] carried by a media server whose part the page has not taken says so', async () => {
    const { told, socket } = await joined();
    socket.receive({ type: 'negotiate', seq: 1, epoch: 1, role: 'offerer', ice_servers: [], media: { kind: 'livekit', url: 'wss://media/', token: 't', room: 'r' } });
    expect(told.at(-1)).toBe('error media_unsupported');
  });

  test('[WEB-132] has its chat reconnect and close with it', async () => {
    const calls: string[] = [];
    const { session } = await joined({ chat: { reconnectNow: () => calls.push('reconnect'), close: () => calls.push('close') } });
    session.reconnectNow();
    session.close();
    session.close();
    expect(calls).toEqual(['reconnect', 'close']);
  });
});
