/**
 * The media of a session, whoever carries it. Makes a carrier for each pairing, tells the server when it is connected, and
 * reports what it says. Knows no phases: what may be heard is the tracks' and the screen's business.
 */
import type { NumberedFrame } from '../signaling/resume.ts';
import type { IcePolicy, MediaBackend, Signaling } from '../wire.generated.ts';
import type { Carrier, LinkState, Pairing, RelayedFrame, Surroundings } from './carrier.ts';
import { LIVEKIT } from './livekit.ts';
import type { Kind } from './local.ts';
import { OPENVIDU } from './openvidu.ts';
import { PeerLine } from './peer.ts';
import { MediaRoom } from './room.ts';

export interface MediaLinkOptions {
  readonly send: (frame: NumberedFrame) => void;
  readonly outgoing: (kind: Kind) => MediaStreamTrack | null;
  readonly changed: (state: LinkState) => void;
  /** `remote` or `shared` is to be read again. */
  readonly streamsChanged?: () => void;
  /** Whether the other one can hear us over signaling, as far as is known; true if left out. */
  readonly reachable?: () => boolean;
}

const MAKE: Record<MediaBackend, (pairing: Pairing, around: Surroundings) => Carrier> = {
  p2p: (pairing, around) => new PeerLine(pairing, around),
  livekit: (pairing, around) => new MediaRoom(LIVEKIT, pairing, around),
  openvidu: (pairing, around) => new MediaRoom(OPENVIDU, pairing, around),
};

export class MediaLink {
  readonly #options: MediaLinkOptions;
  readonly #shares = new Set<MediaStreamTrack>();
  readonly #nothing = new MediaStream();
  #carrier: Carrier | null = null;
  #epoch = 0;
  /** Pairings before this one are over: what is replayed of them is skipped. */
  #oldest = 0;
  #reported = 0;
  #closed = false;

  constructor(options: MediaLinkOptions) {
    this.#options = options;
  }

  /** The other one's camera and microphone; another object with each pairing, and after `streamsChanged`. */
  get remote(): MediaStream {
    return this.#carrier?.remote ?? this.#nothing;
  }

  /** What the other one shares beside them; another object with each pairing. */
  get shared(): MediaStream {
    return this.#carrier?.shared ?? this.#nothing;
  }

  /** `welcome`: media that lives is kept, and mended if it has broken meanwhile. */
  welcomed({ epoch, resumed }: Signaling.Welcome): void {
    this.#oldest = epoch ?? 0;
    this.#carrier?.reopened(resumed);
  }

  /** `negotiate`: whatever was before is over. */
  negotiate(frame: Signaling.Negotiate, me: string, polite: boolean, policy: IcePolicy): void {
    if (this.#closed || frame.epoch < this.#oldest) return;
    const pairing = { frame, me, polite, policy };
    this.#epoch = frame.epoch;
    if (this.#carrier?.renew(pairing)) return;
    this.#discard();
    this.#options.changed('connecting');
    this.#carrier = this.#make(pairing);
  }

  /** A relayed description or candidate. */
  relayed(frame: RelayedFrame): void {
    this.#carrier?.relayed(frame);
  }

  /** What `refresh` asked for: the restart may begin. */
  refreshed(frame: Signaling.IceServers): void {
    this.#carrier?.refreshed(frame);
  }

  /** The other one is back, or the network is: mend the line if it is still broken. */
  heal(): void {
    this.#carrier?.reopened(true);
  }

  /** Connects anew over whatever network there is now, without a new pairing; media runs on meanwhile. */
  restart(): void {
    this.#carrier?.restart();
  }

  /** The devices changed: send what there is now, without a new negotiation. */
  tracksChanged(): void {
    this.#carrier?.tracksChanged();
  }

  /**
   * Sends one more track, a screen for example, until the function that it returns is called. It lasts over pairings. The
   * track is sent as it is: disable it for as long as the session isn't live. With OpenVidu 2 nothing can be shared: it takes one
   * stream of a person.
   */
  share(track: MediaStreamTrack): () => void {
    this.#shares.add(track);
    this.tracksChanged();
    return () => {
      if (this.#shares.delete(track)) this.tracksChanged();
    };
  }

  /** The connection goes; a later `negotiate` makes another. */
  pause(): void {
    this.#discard();
    if (!this.#closed) this.#options.changed('none');
  }

  /** For good. */
  close(): void {
    this.#closed = true;
    this.#shares.clear();
    this.#discard();
    this.#options.changed('closed');
  }

  #make(pairing: Pairing): Carrier {
    const kind = pairing.frame.media?.kind ?? 'p2p';
    const ifCurrent = (act: () => void) => () => {
      if (carrier === this.#carrier) act();
    };
    const carrier: Carrier = MAKE[kind](pairing, {
      send: (frame) => ifCurrent(() => this.#options.send(frame))(),
      outgoing: this.#options.outgoing,
      shares: () => this.#shares,
      changed: (state) => ifCurrent(() => this.#changed(state))(),
      streamsChanged: ifCurrent(() => this.#options.streamsChanged?.()),
      reachable: () => this.#options.reachable?.() ?? true,
    });
    return carrier;
  }

  #changed(state: LinkState): void {
    this.#options.changed(state);
    if (state !== 'connected' || this.#reported === this.#epoch) return;
    this.#reported = this.#epoch;
    this.#options.send({ type: 'connected', epoch: this.#epoch });
  }

  #discard(): void {
    const carrier = this.#carrier;
    this.#carrier = null;
    carrier?.close();
  }
}
