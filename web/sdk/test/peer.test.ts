/** Two transports over a simulated network, with a fake RTCPeerConnection that has the state machine of the standard. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { PeerConnectionTransport } from '../src/media/peer-connection.ts';
import type { PeerSignal, TransportContext } from '../src/media/transport.ts';
import type { NumberedFrame } from '../src/signaling/resume.ts';
import { TooLargeError } from '../src/socket/frame.ts';
import type { Signaling } from '../src/wire.generated.ts';

const EPOCH = 7;

interface Sdp {
  readonly serial: number;
  /** For an answer: the serial of its offer. */
  readonly to?: number;
  readonly restarts: number;
}

let serials = 0;

/** Implements signalingState, rollback, negotiationneeded and ICE restarts, without media. */
class FakePeerConnection extends EventTarget {
  static all: FakePeerConnection[] = [];
  signalingState: RTCSignalingState = 'stable';
  connectionState: RTCPeerConnectionState = 'new';
  localDescription: { type: string; sdp: string } | null = null;
  configuration: RTCConfiguration;
  onnegotiationneeded: (() => void) | null = null;
  onsignalingstatechange: (() => void) | null = null;
  onconnectionstatechange: (() => void) | null = null;
  /** ICE restarts offered by this side and answered by the other. */
  restartsCompleted = 0;
  #restartsRequested = 0;
  #restartsOffered = 0;
  #negotiationNeeded = false;
  #remote: Sdp | null = null;
  #pending: Sdp | null = null;
  readonly #transceivers: object[] = [];

  constructor(configuration: RTCConfiguration) {
    super();
    this.configuration = configuration;
    FakePeerConnection.all.push(this);
  }

  /** Of the candidate pair in use. */
  localCandidateType = 'host';
  getStats = (): Promise<Map<string, object>> =>
    Promise.resolve(
      new Map<string, object>([
        ['T', { type: 'transport', selectedCandidatePairId: 'P' }],
        ['P', { type: 'candidate-pair', localCandidateId: 'L' }],
        ['L', { type: 'local-candidate', candidateType: this.localCandidateType }],
      ]),
    );
  getConfiguration = (): RTCConfiguration => this.configuration;
  setConfiguration = (configuration: RTCConfiguration): void => void (this.configuration = configuration);
  getTransceivers = (): object[] => this.#transceivers;
  addTransceiver = (kind: string): object => {
    const transceiver = { direction: 'sendrecv', receiver: { track: { kind } }, sender: { track: null } };
    this.#transceivers.push(transceiver);
    this.#requestNegotiation();
    return transceiver;
  };
  close = (): void => void (this.signalingState = 'closed');
  addIceCandidate = (): Promise<void> => Promise.resolve();

  restartIce(): void {
    this.#restartsRequested += 1;
    this.#requestNegotiation();
  }

  async setLocalDescription(given?: { type: string }): Promise<void> {
    await Promise.resolve();
    if (given?.type === 'rollback') return this.#rollback();
    const answering = this.signalingState === 'have-remote-offer';
    const sdp: Sdp = { serial: (serials += 1), restarts: this.#restartsRequested, ...(answering ? { to: this.#remote!.serial } : {}) };
    this.localDescription = { type: answering ? 'answer' : 'offer', sdp: JSON.stringify(sdp) };
    if (answering) return this.#setSignalingState('stable');
    this.#pending = sdp;
    this.#restartsOffered = this.#restartsRequested;
    this.#negotiationNeeded = false;
    this.#setSignalingState('have-local-offer');
  }

  async setRemoteDescription({ type, sdp }: { type: string; sdp: string }): Promise<void> {
    await Promise.resolve();
    this.#remote = JSON.parse(sdp) as Sdp;
    if (type === 'offer') {
      if (this.signalingState === 'have-local-offer') this.#rollback();
      return this.#setSignalingState('have-remote-offer');
    }
    if (this.signalingState !== 'have-local-offer') throw new Error('an answer without an offer');
    if (this.#remote.to !== this.#pending?.serial) throw new Error('an answer to another offer');
    this.restartsCompleted = this.#restartsOffered;
    this.#setSignalingState('stable');
  }

  setConnectionState(state: RTCPeerConnectionState): void {
    this.connectionState = state;
    this.onconnectionstatechange?.();
  }

  get settled(): boolean {
    return this.signalingState === 'stable' && this.restartsCompleted === this.#restartsRequested;
  }

  #rollback(): void {
    this.#pending = null;
    this.#negotiationNeeded = this.restartsCompleted !== this.#restartsRequested;
    this.#setSignalingState('stable');
  }

  #requestNegotiation(): void {
    this.#negotiationNeeded = true;
    this.#fireNegotiationNeeded();
  }

  #setSignalingState(state: RTCSignalingState): void {
    this.signalingState = state;
    this.onsignalingstatechange?.();
    if (state === 'stable' && this.restartsCompleted !== this.#restartsRequested) this.#negotiationNeeded = true;
    this.#fireNegotiationNeeded();
  }

  #fireNegotiationNeeded(): void {
    queueMicrotask(() => {
      if (this.#negotiationNeeded && this.signalingState === 'stable') this.onnegotiationneeded?.();
    });
  }
}

/** Both sides, with frames delivered in order after `delay`, unless `lose` drops them. */
function pair(delay: () => number, lose: (frame: NumberedFrame) => boolean = () => false, tooLarge: (frame: NumberedFrame) => boolean = () => false) {
  FakePeerConnection.all = [];
  const transports: PeerConnectionTransport[] = [];
  const sent: NumberedFrame[][] = [[], []];
  const counters = { glares: 0 };
  const last = [0, 0];
  const context = (side: 0 | 1): TransportContext => ({
    send: (frame) => {
      sent[side]!.push(frame);
      if (tooLarge(frame)) throw new TooLargeError(70_000, 65_536);
      if (!['offer', 'answer', 'candidate'].includes(frame.type) || lose(frame)) return;
      // In order, each after the one before it.
      last[side] = Math.max(last[side]! + 1, Date.now() + delay());
      setTimeout(() => {
        const other = FakePeerConnection.all[1 - side]!;
        if (frame.type === 'offer' && other.signalingState === 'have-local-offer') counters.glares += 1;
        transports[1 - side]!.handleSignal({ ...frame, from: 'x' } as PeerSignal);
      }, last[side]! - Date.now());
    },
    outgoingTrack: () => null,
    sharedTracks: () => new Set(),
    onStateChange: () => undefined,
    onStreamsChange: () => undefined,
    isPeerReachable: () => true,
  });
  const frame: Signaling.Negotiate = { epoch: EPOCH, offerer: 'ann', ice_servers: [] };
  transports.push(new PeerConnectionTransport({ frame, me: 'ann', polite: false, policy: 'all' }, context(0)));
  transports.push(new PeerConnectionTransport({ frame, me: 'bo', polite: true, policy: 'all' }, context(1)));
  return { transports, sent, counters, connections: FakePeerConnection.all };
}

/** A seeded generator (mulberry32), in [0, 1). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296;
  };
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('MediaStream', class {});
  vi.stubGlobal('RTCPeerConnection', FakePeerConnection);
  vi.spyOn(console, 'warn').mockImplementation((...what) => {
    throw new Error(what.map(String).join(' '));
  });
});

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

describe('a line between two pages', () => {
  test('[WEB-45] whatever both want, whenever, over whatever delays: each wish is met, and both come to rest', async () => {
    let glares = 0;
    for (let seed = 1; seed <= 200; seed += 1) {
      const next = random(seed);
      const { connections, counters } = pair(() => Math.floor(next() * 40));
      await vi.advanceTimersByTimeAsync(200);
      for (let wish = 0; wish < 25; wish += 1) {
        connections[next() < 0.5 ? 0 : 1]!.restartIce();
        await vi.advanceTimersByTimeAsync(Math.floor(next() * 60));
      }
      await vi.advanceTimersByTimeAsync(2_000);
      expect(connections.map(({ settled }) => settled), `seed ${seed}`).toEqual([true, true]);
      glares += counters.glares;
    }
    expect(glares, 'it has been put to the test').toBeGreaterThan(100);
  });

  test('[WEB-45] an answer that is lost holds up nobody for ever, in a glare neither', async () => {
    let losing = false;
    const { connections } = pair(() => 10, ({ type }) => losing && type === 'answer');
    await vi.advanceTimersByTimeAsync(200);
    losing = true;
    connections[0]!.restartIce();
    connections[1]!.restartIce();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(connections[0]!.settled, 'its answer is lost').toBe(false);
    losing = false;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(connections.map(({ settled }) => settled)).toEqual([true, true]);
  });

  test('[WEB-46] a restart asks for servers first, and takes them; a line that has healed meanwhile is left alone', async () => {
    const { transports, sent, connections } = pair(() => 5);
    await vi.advanceTimersByTimeAsync(200);
    const refreshes = () => sent[0]!.filter(({ type }) => type === 'refresh').length;
    connections[0]!.setConnectionState('connected');
    transports[0]!.restart();
    expect(refreshes(), 'on demand').toBe(1);
    expect(connections[0]!.settled, 'not before the servers are there').toBe(true);
    transports[0]!.updateIceServers({ ice_servers: [{ urls: ['turn:new.example'] }] });
    expect(connections[0]!.configuration.iceServers).toEqual([{ urls: ['turn:new.example'] }]);
    await vi.advanceTimersByTimeAsync(200);
    expect(connections[0]!.restartsCompleted).toBe(1);

    connections[0]!.setConnectionState('disconnected');
    await vi.advanceTimersByTimeAsync(2_900);
    expect(refreshes(), 'it may heal by itself').toBe(1);
    await vi.advanceTimersByTimeAsync(200);
    expect(refreshes()).toBe(2);
    connections[0]!.setConnectionState('connected');
    transports[0]!.updateIceServers({ ice_servers: [] });
    await vi.advanceTimersByTimeAsync(200);
    expect(connections[0]!.restartsCompleted, 'it has healed').toBe(1);
    connections[0]!.setConnectionState('failed');
    expect(refreshes(), 'at once').toBe(3);
  });

  test('[WEB-57] servers that come unasked, before credentials end, are taken, and what is relayed moves over; a direct line is left alone', async () => {
    const { transports, connections } = pair(() => 5);
    await vi.advanceTimersByTimeAsync(200);
    const servers = [{ urls: ['turn:relay.example'], username: 'next', credential: 'c' }];
    for (const connection of connections) connection.setConnectionState('connected');
    for (const transport of transports) transport.updateIceServers({ ice_servers: servers });
    await vi.advanceTimersByTimeAsync(200);
    expect(connections.map(({ configuration }) => configuration.iceServers)).toEqual([servers, servers]);
    expect(connections.map(({ restartsCompleted }) => restartsCompleted), 'direct').toEqual([0, 0]);

    connections[1]!.localCandidateType = 'relay';
    for (const transport of transports) transport.updateIceServers({ ice_servers: servers });
    await vi.advanceTimersByTimeAsync(200);
    expect(connections.map(({ restartsCompleted }) => restartsCompleted), 'the one that is relayed').toEqual([0, 1]);
  });

  test('[WEB-57] where frames were lost, the servers that came with the welcome are taken in the same way', async () => {
    const { transports, connections } = pair(() => 5);
    await vi.advanceTimersByTimeAsync(200);
    const servers = [{ urls: ['turn:relay.example'], username: 'next', credential: 'c' }];
    connections[0]!.setConnectionState('connected');
    connections[0]!.localCandidateType = 'relay';
    transports[0]!.handleReconnect(true, servers);
    await vi.advanceTimersByTimeAsync(200);
    expect(connections[0]).toMatchObject({ configuration: { iceServers: [] }, restartsCompleted: 0 });
    transports[0]!.handleReconnect(false, servers);
    await vi.advanceTimersByTimeAsync(200);
    expect(connections[0]).toMatchObject({ configuration: { iceServers: servers }, restartsCompleted: 1 });
  });

  test('[WEB-57] both relayed and renewed at once come to rest', async () => {
    const { transports, sent, connections } = pair(() => 20);
    await vi.advanceTimersByTimeAsync(200);
    for (const connection of connections) {
      connection.setConnectionState('connected');
      connection.localCandidateType = 'relay';
    }
    const before = sent.flat().length;
    for (const transport of transports) transport.updateIceServers({ ice_servers: [] });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(connections.map(({ settled }) => settled)).toEqual([true, true]);
    expect(sent.flat().length - before, 'no storm').toBeLessThanOrEqual(6);
  });

  test('[WEB-58] an offer that is too large is taken back and not made again by itself: the line goes on, and takes the other one’s offers', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    let refusing = false;
    const { transports, sent, connections } = pair(() => 5, undefined, ({ type }) => refusing && type === 'offer');
    await vi.advanceTimersByTimeAsync(200);
    refusing = true;
    connections[0]!.restartIce();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sent[0]!.filter(({ type }) => type === 'offer')).toHaveLength(2);
    expect(connections[0]!.signalingState).toBe('stable');
    expect(warn).toHaveBeenCalledOnce();
    refusing = false;
    connections[1]!.restartIce();
    await vi.advanceTimersByTimeAsync(200);
    expect(connections[1]!.restartsCompleted).toBe(1);
    transports[0]!.updateTracks();
    connections[0]!.restartIce();
    await vi.advanceTimersByTimeAsync(200);
    expect(connections[0]!.settled, 'a new wish').toBe(true);
  });

  test('[WEB-58] an offer over which the socket was closed is taken back', async () => {
    const { transports, connections } = pair(() => 5, ({ type }) => type === 'offer');
    await vi.advanceTimersByTimeAsync(0);
    expect(connections[0]!.signalingState).toBe('have-local-offer');
    transports[0]!.handleRefusedFrame({ type: 'offer', epoch: EPOCH, sdp: '' });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(connections[0]!.signalingState).toBe('stable');
  });
});
