/** The life of a media server's room, over a library that the test plays: when one comes in, comes again, and leaves. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Pairing, Surroundings } from '../src/media/carrier.ts';
import { MediaRoom, type Backend, type Stay, type Visit } from '../src/media/room.ts';
import type { NumberedFrame } from '../src/signaling/resume.ts';
import type { Signaling } from '../src/wire.generated.ts';

/** Longer than any back-off (ms). */
const LONG_MS = 4_000;

class PlayedStay implements Stay {
  together: boolean | null = null;
  token = '';
  left = 0;
  published = 0;
  inside!: () => void;
  refused!: (error: Error) => void;
  readonly visit: Visit;

  constructor(visit: Visit) {
    this.visit = visit;
  }

  connect({ token }: Signaling.MediaAccess): Promise<void> {
    this.token = token;
    return new Promise((inside, refused) => Object.assign(this, { inside, refused }));
  }

  publish = (): Promise<void> => Promise.resolve(void (this.published += 1));
  leave = (): void => void (this.left += 1);

  async comesIn(together: boolean): Promise<void> {
    this.together = together;
    this.inside();
    await settled();
  }
}

class PlayedStream {
  readonly tracks: unknown[];
  constructor(tracks: unknown[] = []) {
    this.tracks = tracks;
  }
  getTracks = (): unknown[] => [...this.tracks];
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('MediaStream', PlayedStream);
  vi.spyOn(console, 'warn').mockImplementation(() => undefined);
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe('a room of a media server', () => {
  test('[WEB-47] that is lost is entered anew with a fresh token, and connected again only once both are in it', async () => {
    const { stays, sent, states, answer } = await room();
    await stays[0]!.comesIn(true);
    stays[0]!.visit.lost();
    expect(states).toEqual(['connected', 'interrupted']);
    expect(stays[0]!.left).toBe(1);
    expect(sent, 'not at once').toEqual([]);
    await vi.advanceTimersByTimeAsync(LONG_MS);
    expect(sent).toEqual([{ type: 'refresh' }]);
    await answer('second');
    expect(stays.map(({ token }) => token)).toEqual(['first', 'second']);
    await stays[1]!.comesIn(false);
    expect(states.at(-1)).toBe('interrupted');
    stays[1]!.together = true;
    stays[1]!.visit.look();
    expect(states.at(-1)).toBe('connected');
  });

  test('[WEB-47] that is out of reach is asked for again and again, at growing distances', async () => {
    const { stays, sent, states, answer } = await room();
    vi.spyOn(Math, 'random').mockReturnValue(0);
    const waits: number[] = [];
    for (let attempt = 0; attempt < 5; attempt += 1) {
      stays.at(-1)!.refused(new Error('nobody answers'));
      await settled();
      const from = Date.now();
      await vi.advanceTimersToNextTimerAsync();
      waits.push(Date.now() - from);
      await answer(`token ${attempt}`);
    }
    expect(sent).toHaveLength(5);
    expect(waits).toEqual([...waits].sort((a, b) => a - b));
    expect(new Set(waits).size).toBeGreaterThan(3);
    expect(states, 'nobody was ever met').toEqual([]);
  });

  test('[WEB-47] is kept where the pairing goes on in it, and asked for at once where one waits to come again', async () => {
    const { media, stays, sent } = await room();
    await stays[0]!.comesIn(true);
    expect(media.renew(pairing('again'))).toBe(true);
    expect(media.renew(pairing('other', { room: 's.2' }))).toBe(false);
    expect(media.renew(pairing('other', { kind: 'openvidu' }))).toBe(false);
    media.reopened();
    await vi.advanceTimersByTimeAsync(LONG_MS);
    expect(sent, 'who is in it needs no token').toEqual([]);
    expect(stays[0]!.left).toBe(0);
    for (const reconnectNow of [() => media.reopened(), () => media.renew(pairing('again'))]) {
      sent.length = 0;
      media.restart();
      reconnectNow();
      await vi.advanceTimersByTimeAsync(0);
      expect(sent).toEqual([{ type: 'refresh' }]);
    }
  });

  test('[WEB-47] that was left tells nothing more, however late it opens', async () => {
    const { media, stays, sent, states, answer } = await room();
    media.restart();
    await vi.advanceTimersByTimeAsync(LONG_MS);
    await answer('second');
    await stays[0]!.comesIn(true);
    stays[0]!.visit.look();
    stays[0]!.visit.lost();
    expect(states).toEqual([]);
    expect(stays.map(({ left, published }) => ({ left, published }))).toEqual([{ left: 1, published: 0 }, { left: 0, published: 0 }]);
    await stays[1]!.comesIn(true);
    expect(stays[1]!.published).toBe(1);
    media.close();
    stays[1]!.visit.lost();
    await answer('third');
    await vi.advanceTimersByTimeAsync(LONG_MS);
    expect(stays).toHaveLength(2);
    expect(stays[1]!.left).toBe(1);
    expect(sent).toHaveLength(1);
    expect(states).toEqual(['connected']);
  });
});

async function room() {
  const stays: PlayedStay[] = [];
  const sent: NumberedFrame[] = [];
  const states: string[] = [];
  const backend: Backend = {
    kind: 'livekit',
    load: () => Promise.resolve((visit) => stays[stays.push(new PlayedStay(visit)) - 1]!),
  };
  const around: Surroundings = {
    send: (frame) => sent.push(frame),
    outgoing: () => null,
    shares: () => new Set(),
    changed: (state) => states.push(state),
    streamsChanged: () => undefined,
    reachable: () => true,
  };
  const media = new MediaRoom(backend, pairing('first'), around);
  await settled();
  /** The answer to a `refresh`. */
  const answer = async (token: string): Promise<void> => {
    media.refreshed({ ice_servers: [], media: access(token) });
    await settled();
  };
  return { media, stays, sent, states, answer };
}

function pairing(token: string, changed: Partial<Signaling.MediaAccess> = {}): Pairing {
  return { frame: { epoch: 1, ice_servers: [], media: { ...access(token), ...changed } }, me: 'ann', polite: false, policy: 'all' };
}

function access(token: string): Signaling.MediaAccess {
  return { kind: 'livekit', url: 'wss://media.example', room: 's.1', token };
}

/** What is due without any time passing has happened. */
async function settled(): Promise<void> {
  await vi.advanceTimersByTimeAsync(0);
}
