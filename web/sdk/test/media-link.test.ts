/** The ends of `MediaLink` that need no browser: which pairing counts, and what is reported. */
import { beforeAll, describe, expect, test, vi } from 'vitest';
import type { Pairing, Surroundings } from '../src/media/carrier.ts';
import type { NumberedFrame } from '../src/signaling/resume.ts';
import { serverFrame } from './frames.ts';

/** What stands in for a PeerConnection here: it is told of, and tells. */
const made: { pairing: Pairing; around: Surroundings; closed: boolean; reopened: boolean[] }[] = [];

vi.mock('../src/media/peer.ts', () => ({
  PeerLine: class {
    remote = {};
    shared = {};
    readonly #self: (typeof made)[number];
    constructor(pairing: Pairing, around: Surroundings) {
      this.#self = { pairing, around, closed: false, reopened: [] };
      made.push(this.#self);
    }
    renew = () => false;
    reopened = (complete: boolean) => this.#self.reopened.push(complete);
    tracksChanged = () => undefined;
    close = () => (this.#self.closed = true);
  },
}));

beforeAll(() => vi.stubGlobal('MediaStream', class {}));

async function link() {
  const { MediaLink } = await import('../src/media/link.ts');
  made.length = 0;
  const sent: NumberedFrame[] = [];
  const states: string[] = [];
  const media = new MediaLink({ send: (frame) => sent.push(frame), outgoing: () => null, changed: (state) => states.push(state) });
  const negotiate = (epoch: number) => media.negotiate({ epoch, ice_servers: [] }, 'ann', false, 'all');
  return { media, sent, states, negotiate };
}

describe('the media of a session', () => {
  test('[WEB-40] each pairing makes a new connection, the old one is closed and says nothing more', async () => {
    const { sent, states, negotiate } = await link();
    negotiate(5);
    negotiate(6);
    expect(made.map(({ closed }) => closed)).toEqual([true, false]);
    made[0]!.around.changed('connected');
    made[0]!.around.send({ type: 'refresh' });
    expect(sent).toEqual([]);
    expect(states).toEqual(['connecting', 'connecting']);
  });

  test('[WEB-40] connected is told once in an epoch, however often the line breaks', async () => {
    const { sent, negotiate } = await link();
    negotiate(5);
    for (const state of ['connected', 'interrupted', 'connected'] as const) made[0]!.around.changed(state);
    expect(sent).toEqual([{ type: 'connected', epoch: 5 }]);
    negotiate(6);
    made[1]!.around.changed('connected');
    expect(sent[1]).toEqual({ type: 'connected', epoch: 6 });
  });

  test('[WEB-41] after a resume media that lives is kept, also where frames were lost', async () => {
    const { media, negotiate } = await link();
    negotiate(5);
    const welcome = { ...serverFrame('welcome'), epoch: 5 };
    media.welcomed({ ...welcome, resumed: true });
    media.welcomed({ ...welcome, resumed: false });
    expect(made).toHaveLength(1);
    expect(made[0]).toMatchObject({ closed: false, reopened: [true, false] });
  });

  test('[WEB-41] a replayed negotiate that is over makes no connection', async () => {
    const { media, negotiate } = await link();
    media.welcomed({ ...serverFrame('welcome'), epoch: 7, resumed: true });
    negotiate(6);
    expect(made).toHaveLength(0);
    negotiate(7);
    expect(made).toHaveLength(1);
  });

  test('[WEB-40] what is closed stays closed', async () => {
    const { media, states, negotiate } = await link();
    negotiate(5);
    media.close();
    negotiate(6);
    expect(made).toHaveLength(1);
    expect(made[0]!.closed).toBe(true);
    expect(states.at(-1)).toBe('closed');
  });
});
