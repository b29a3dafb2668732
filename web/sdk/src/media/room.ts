/**
 * A room of a media server: comes in, comes again with a fresh token after a loss, and tells whether the other one is there. How
 * one comes in, publishes and leaves is the business of a backend's `Stay`.
 */
import { backoffDelay } from '../reconnect.ts';
import type { IcePolicy, IceServer, MediaBackend, Signaling } from '../wire.generated.ts';
import type { Carrier, Pairing, Surroundings } from './carrier.ts';

/** What carries rooms: the client library of one make of servers. */
export interface Backend {
  readonly kind: MediaBackend;
  /** Loads the library, which happens only once a session needs it. */
  load(): Promise<MakeStay>;
}

export type MakeStay = (visit: Visit) => Stay;

/** One coming into a room, until it is left. */
export interface Stay {
  /** Resolves inside. Publishes nothing yet. */
  connect(access: Signaling.MediaAccess): Promise<void>;
  /** Whether the other one is inside as well; null where that can't be told. */
  readonly together: boolean | null;
  /** Publishes what there is to send by now, and nothing else; never called again before it is done. */
  publish(): Promise<void>;
  /** For good: it tells nothing afterwards. */
  leave(): void;
}

/** What a stay has to go by, and whom it tells. */
export interface Visit {
  readonly around: Surroundings;
  readonly policy: IcePolicy;
  readonly servers: readonly IceServer[];
  /** The other one's camera and microphone: an object that `show` exchanges. */
  readonly remote: () => MediaStream;
  readonly shared: MediaStream;
  /** `remote` is a new stream of these tracks. */
  readonly show: (tracks: readonly MediaStreamTrack[]) => void;
  /** `together` may be another. */
  readonly look: () => void;
  /** The library gave up, or somebody took the room away. */
  readonly lost: () => void;
}

export class MediaRoom implements Carrier {
  remote = new MediaStream();
  readonly shared = new MediaStream();
  readonly #backend: Backend;
  readonly #around: Surroundings;
  readonly #policy: IcePolicy;
  #access: Signaling.MediaAccess | undefined;
  #servers: readonly IceServer[];
  #makeStay: MakeStay | null = null;
  #stay: Stay | null = null;
  #met = false;
  #closed = false;
  #attempt = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #publishing: Promise<void> = Promise.resolve();

  constructor(backend: Backend, { frame, policy }: Pairing, around: Surroundings) {
    this.#backend = backend;
    this.#around = around;
    this.#policy = policy;
    this.#access = frame.media;
    this.#servers = frame.ice_servers;
    void this.#enter();
  }

  /** Whoever reloaded comes back to the room in which we are. */
  renew({ frame: { media } }: Pairing): boolean {
    if (media?.kind !== this.#backend.kind || media.room !== this.#access?.room || media.url !== this.#access.url) return false;
    this.#access = media;
    if (this.#stay === null) this.#again(0);
    else this.#look();
    return true;
  }

  /** Pages that meet in a room send each other no descriptions. */
  relayed(): void {}

  refreshed({ media, ice_servers }: Signaling.IceServers): void {
    this.#access = media ?? this.#access;
    this.#servers = ice_servers;
    if (this.#stay === null) void this.#enter();
  }

  reopened(): void {
    if (this.#stay === null && this.#retry !== undefined) this.#again(0);
  }

  restart(): void {
    this.#leave();
    this.#again(0);
  }

  tracksChanged(): void {
    if (this.#stay !== null) this.#publish(this.#stay);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#leave();
  }

  async #enter(): Promise<void> {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    const access = this.#access;
    if (this.#closed || access === undefined) return;
    let stay: Stay | null = null;
    try {
      this.#makeStay ??= await this.#backend.load();
      if (this.#closed || this.#stay !== null) return;
      stay = this.#newStay(this.#makeStay);
      this.#stay = stay;
      await stay.connect(access);
      if (stay !== this.#stay) return;
      this.#attempt = 0;
      this.#publish(stay);
      this.#look();
    } catch (error) {
      if (!this.#closed) console.warn('the media room is out of reach', error);
      if (stay === null || stay === this.#stay) this.#lost();
    }
  }

  #newStay(make: MakeStay): Stay {
    const ifCurrent = (act: () => void) => () => {
      if (stay === this.#stay) act();
    };
    const stay: Stay = make({
      around: this.#around,
      policy: this.#policy,
      servers: this.#servers,
      remote: () => this.remote,
      shared: this.shared,
      show: (tracks) => this.#show(tracks),
      look: ifCurrent(() => this.#look()),
      lost: ifCurrent(() => this.#lost()),
    });
    return stay;
  }

  #show(tracks: readonly MediaStreamTrack[]): void {
    this.remote = new MediaStream([...tracks]);
    this.#around.streamsChanged();
  }

  /** Connected is: in the room, and the other one is there. */
  #look(): void {
    const together = this.#stay?.together ?? null;
    if (together === null) return;
    if (together) {
      this.#met = true;
      this.#around.changed('connected');
    } else if (this.#met) this.#around.changed('interrupted');
  }

  #lost(): void {
    this.#leave();
    if (this.#met) this.#around.changed('interrupted');
    this.#again(backoffDelay(this.#attempt, Math.random()));
    this.#attempt += 1;
  }

  /** Tokens are short-lived or good for one coming: each coming takes a new one. */
  #again(delayMs: number): void {
    if (this.#closed) return;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#around.send({ type: 'refresh' }), delayMs);
  }

  #leave(): void {
    const stay = this.#stay;
    this.#stay = null;
    for (const track of this.shared.getTracks()) this.shared.removeTrack(track);
    this.#show([]);
    stay?.leave();
  }

  /** One change after the other, also over a stay and the next. */
  #publish(stay: Stay): void {
    this.#publishing = this.#publishing
      .then(() => (stay === this.#stay ? stay.publish() : undefined))
      .catch((error: unknown) => {
        if (stay === this.#stay) console.warn('publishing failed', error);
      });
  }
}
