/** The parts of `MediaConnection` that need no browser: which epoch is current, and what is reported. */
import { beforeAll, describe, expect, test, vi } from 'vitest';
import type { NegotiationParams, TransportContext } from '../src/media/transport.ts';
import type { NumberedFrame } from '../src/signaling/resume.ts';
import { serverFrame } from './frames.ts';

/** One entry for each fake transport. */
const made: { params: NegotiationParams; context: TransportContext; closed: boolean; handleReconnect: boolean[] }[] = [];

vi.mock('../src/media/peer-connection.ts', () => ({
  PeerConnectionTransport: class {
    remote = {};
    shared = {};
    readonly #self: (typeof made)[number];
    constructor(params: NegotiationParams, context: TransportContext) {
      this.#self = { params, context, closed: false, handleReconnect: [] };
      made.push(this.#self);
    }
    tryReuse = () => false;
    handleReconnect = (complete: boolean) => this.#self.handleReconnect.push(complete);
    updateTracks = () => undefined;
    close = () => (this.#self.closed = true);
  },
}));

beforeAll(() => vi.stubGlobal('MediaStream', class {}));

async function mediaConnection() {
  const { MediaConnection } = await import('../src/media/connection.ts');
  made.length = 0;
  const sent: NumberedFrame[] = [];
  const states: string[] = [];
  const media = new MediaConnection({ send: (frame) => sent.push(frame), outgoingTrack: () => null, onStateChange: (state) => states.push(state) });
  const negotiate = (epoch: number) => media.negotiate({ epoch, ice_servers: [] }, 'ann', false, 'all');
  return { media, sent, states, negotiate };
}

describe('the media of a session', () => {
  test('[WEB-40] each epoch makes a new connection, the old one is closed and says nothing more', async () => {
    const { sent, states, negotiate } = await mediaConnection();
    negotiate(5);
    negotiate(6);
    expect(made.map(({ closed }) => closed)).toEqual([true, false]);
    made[0]!.context.onStateChange('connected');
    made[0]!.context.send({ type: 'refresh' });
    expect(sent).toEqual([]);
    expect(states).toEqual(['connecting', 'connecting']);
  });

  test('[WEB-40] connected is told once in an epoch, however often the line breaks', async () => {
    const { sent, negotiate } = await mediaConnection();
    negotiate(5);
    for (const state of ['connected', 'interrupted', 'connected'] as const) made[0]!.context.onStateChange(state);
    expect(sent).toEqual([{ type: 'connected', epoch: 5 }]);
    negotiate(6);
    made[1]!.context.onStateChange('connected');
    expect(sent[1]).toEqual({ type: 'connected', epoch: 6 });
  });

  test('[WEB-41] after a resume media that lives is kept, also where frames were lost', async () => {
    const { media, negotiate } = await mediaConnection();
    negotiate(5);
    const welcome = { ...serverFrame('welcome'), epoch: 5 };
    media.handleWelcome({ ...welcome, resumed: true });
    media.handleWelcome({ ...welcome, resumed: false });
    expect(made).toHaveLength(1);
    expect(made[0]).toMatchObject({ closed: false, handleReconnect: [true, false] });
  });

  test('[WEB-41] a replayed negotiate that is over makes no connection', async () => {
    const { media, negotiate } = await mediaConnection();
    media.handleWelcome({ ...serverFrame('welcome'), epoch: 7, resumed: true });
    negotiate(6);
    expect(made).toHaveLength(0);
    negotiate(7);
    expect(made).toHaveLength(1);
  });

  test('[WEB-40] what is closed stays closed', async () => {
    const { media, states, negotiate } = await mediaConnection();
    negotiate(5);
    media.close();
    negotiate(6);
    expect(made).toHaveLength(1);
    expect(made[0]!.closed).toBe(true);
    expect(states.at(-1)).toBe('closed');
  });
});
