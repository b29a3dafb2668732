/** Two ends of a line over a network that the test plays, with a PeerConnection that keeps the standard's state machine. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { RelayedFrame, Surroundings } from '../src/media/carrier.ts';
import { PeerLine } from '../src/media/peer.ts';
import type { NumberedFrame } from '../src/signaling/resume.ts';
import type { Signaling } from '../src/wire.generated.ts';

const EPOCH = 7;

interface Sdp {
  readonly serial: number;
  /** The offer that an answer answers. */
  readonly to?: number;
  readonly restarts: number;
}

let serials = 0;

/** Signalling state, roll-back, negotiationneeded and ICE restarts as the standard has them; no media. */
class PlayedConnection extends EventTarget {
  static all: PlayedConnection[] = [];
  signalingState: RTCSignalingState = 'stable';
  connectionState: RTCPeerConnectionState = 'new';
  localDescription: { type: string; sdp: string } | null = null;
  configuration: RTCConfiguration;
  onnegotiationneeded: (() => void) | null = null;
  onsignalingstatechange: (() => void) | null = null;
  onconnectionstatechange: (() => void) | null = null;
  /** ICE restarts that both sides have agreed on, begun by this one. */
  agreed = 0;
  #wanted = 0;
  #offered = 0;
  #needed = false;
  #remote: Sdp | null = null;
  #pending: Sdp | null = null;
  readonly #transceivers: object[] = [];

  constructor(configuration: RTCConfiguration) {
    super();
    this.configuration = configuration;
    PlayedConnection.all.push(this);
  }

  getConfiguration = (): RTCConfiguration => this.configuration;
  setConfiguration = (configuration: RTCConfiguration): void => void (this.configuration = configuration);
  getTransceivers = (): object[] => this.#transceivers;
  addTransceiver = (kind: string): object => {
    const transceiver = { direction: 'sendrecv', receiver: { track: { kind } }, sender: { track: null } };
    this.#transceivers.push(transceiver);
    this.#need();
    return transceiver;
  };
  close = (): void => void (this.signalingState = 'closed');
  addIceCandidate = (): Promise<void> => Promise.resolve();

  restartIce(): void {
    this.#wanted += 1;
    this.#need();
  }

  async setLocalDescription(given?: { type: string }): Promise<void> {
    await Promise.resolve();
    if (given?.type === 'rollback') return this.#rollBack();
    const answering = this.signalingState === 'have-remote-offer';
    const sdp: Sdp = { serial: (serials += 1), restarts: this.#wanted, ...(answering ? { to: this.#remote!.serial } : {}) };
    this.localDescription = { type: answering ? 'answer' : 'offer', sdp: JSON.stringify(sdp) };
    if (answering) return this.#turn('stable');
    this.#pending = sdp;
    this.#offered = this.#wanted;
    this.#needed = false;
    this.#turn('have-local-offer');
  }

  async setRemoteDescription({ type, sdp }: { type: string; sdp: string }): Promise<void> {
    await Promise.resolve();
    this.#remote = JSON.parse(sdp) as Sdp;
    if (type === 'offer') {
      if (this.signalingState === 'have-local-offer') this.#rollBack();
      return this.#turn('have-remote-offer');
    }
    if (this.signalingState !== 'have-local-offer') throw new Error('an answer without an offer');
    if (this.#remote.to !== this.#pending?.serial) throw new Error('an answer to another offer');
    this.agreed = this.#offered;
    this.#turn('stable');
  }

  say(state: RTCPeerConnectionState): void {
    this.connectionState = state;
    this.onconnectionstatechange?.();
  }

  get content(): boolean {
    return this.signalingState === 'stable' && this.agreed === this.#wanted;
  }

  #rollBack(): void {
    this.#pending = null;
    this.#needed = this.agreed !== this.#wanted;
    this.#turn('stable');
  }

  #need(): void {
    this.#needed = true;
    this.#check();
  }

  #turn(state: RTCSignalingState): void {
    this.signalingState = state;
    this.onsignalingstatechange?.();
    if (state === 'stable' && this.agreed !== this.#wanted) this.#needed = true;
    this.#check();
  }

  #check(): void {
    queueMicrotask(() => {
      if (this.#needed && this.signalingState === 'stable') this.onnegotiationneeded?.();
    });
  }
}

/** Both ends, and what is under way between them. */
function pair(delay: () => number, lose: (frame: NumberedFrame) => boolean = () => false) {
  PlayedConnection.all = [];
  const lines: PeerLine[] = [];
  const sent: NumberedFrame[][] = [[], []];
  const crossed = { glares: 0 };
  const last = [0, 0];
  const around = (side: 0 | 1): Surroundings => ({
    send: (frame) => {
      sent[side]!.push(frame);
      if (!['offer', 'answer', 'candidate'].includes(frame.type) || lose(frame)) return;
      // In order, each after the one before it.
      last[side] = Math.max(last[side]! + 1, Date.now() + delay());
      setTimeout(() => {
        const other = PlayedConnection.all[1 - side]!;
        if (frame.type === 'offer' && other.signalingState === 'have-local-offer') crossed.glares += 1;
        lines[1 - side]!.relayed({ ...frame, from: 'x' } as RelayedFrame);
      }, last[side]! - Date.now());
    },
    outgoing: () => null,
    shares: () => new Set(),
    changed: () => undefined,
    streamsChanged: () => undefined,
    reachable: () => true,
  });
  const frame: Signaling.Negotiate = { epoch: EPOCH, offerer: 'ann', ice_servers: [] };
  lines.push(new PeerLine({ frame, me: 'ann', polite: false, policy: 'all' }, around(0)));
  lines.push(new PeerLine({ frame, me: 'bo', polite: true, policy: 'all' }, around(1)));
  return { lines, sent, crossed, connections: PlayedConnection.all };
}

/** Small and repeatable (mulberry32). */
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
  vi.stubGlobal('RTCPeerConnection', PlayedConnection);
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
      const { connections, crossed } = pair(() => Math.floor(next() * 40));
      await vi.advanceTimersByTimeAsync(200);
      for (let wish = 0; wish < 25; wish += 1) {
        connections[next() < 0.5 ? 0 : 1]!.restartIce();
        await vi.advanceTimersByTimeAsync(Math.floor(next() * 60));
      }
      await vi.advanceTimersByTimeAsync(2_000);
      expect(connections.map(({ content }) => content), `seed ${seed}`).toEqual([true, true]);
      glares += crossed.glares;
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
    expect(connections[0]!.content, 'its answer is lost').toBe(false);
    losing = false;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(connections.map(({ content }) => content)).toEqual([true, true]);
  });

  test('[WEB-46] a restart asks for servers first, and takes them; a line that has healed meanwhile is left alone', async () => {
    const { lines, sent, connections } = pair(() => 5);
    await vi.advanceTimersByTimeAsync(200);
    const refreshes = () => sent[0]!.filter(({ type }) => type === 'refresh').length;
    connections[0]!.say('connected');
    lines[0]!.restart();
    expect(refreshes(), 'on demand').toBe(1);
    expect(connections[0]!.content, 'not before the servers are there').toBe(true);
    lines[0]!.refreshed({ ice_servers: [{ urls: ['turn:new.example'] }] });
    expect(connections[0]!.configuration.iceServers).toEqual([{ urls: ['turn:new.example'] }]);
    await vi.advanceTimersByTimeAsync(200);
    expect(connections[0]!.agreed).toBe(1);

    connections[0]!.say('disconnected');
    await vi.advanceTimersByTimeAsync(2_900);
    expect(refreshes(), 'it may heal by itself').toBe(1);
    await vi.advanceTimersByTimeAsync(200);
    expect(refreshes()).toBe(2);
    connections[0]!.say('connected');
    lines[0]!.refreshed({ ice_servers: [] });
    await vi.advanceTimersByTimeAsync(200);
    expect(connections[0]!.agreed, 'it has healed').toBe(1);
    connections[0]!.say('failed');
    expect(refreshes(), 'at once').toBe(3);
  });
});
