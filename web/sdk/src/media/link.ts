/**
 * The PeerConnection of the current epoch. Carries out what `negotiation.ts` decides, one step after the other, and
 * reports what the browser says. Knows no phases: what may be heard is the tracks' and the screen's business.
 */
import { answered, begin, iceServersOf, receive, wanted, type Negotiation, type Next, type Step } from '../signaling/negotiation.ts';
import type { NumberedFrame } from '../signaling/resume.ts';
import type { IcePolicy, IceServer, Signaling } from '../wire.generated.ts';
import { KINDS, type Kind } from './local.ts';

export type LinkState = 'none' | 'connecting' | 'connected' | 'interrupted' | 'closed';

export interface MediaLinkOptions {
  readonly send: (frame: NumberedFrame) => void;
  readonly outgoing: (kind: Kind) => MediaStreamTrack | null;
  readonly changed: (state: LinkState) => void;
}

/** An interruption that has not healed by itself after this long gets an ICE restart (ms). */
const HEAL_BEFORE_RESTART_MS = 3_000;

export class MediaLink {
  readonly #options: MediaLinkOptions;
  #remote = new MediaStream();
  #pc: RTCPeerConnection | null = null;
  #negotiation: Negotiation | null = null;
  #reported = 0;
  #closed = false;
  #healing: ReturnType<typeof setTimeout> | undefined;
  #steps: Promise<void> = Promise.resolve();

  constructor(options: MediaLinkOptions) {
    this.#options = options;
  }

  /** What the other one sends; another object with each pairing. */
  get remote(): MediaStream {
    return this.#remote;
  }

  /** `negotiate`: whatever was before is over. */
  negotiate(frame: Signaling.Negotiate, me: string, polite: boolean, policy: IcePolicy): void {
    if (this.#closed || frame.media !== undefined) return;
    this.#discard();
    this.#pc = this.#create(frame.ice_servers, policy);
    this.#options.changed('connecting');
    const [negotiation, steps] = begin(frame, me, polite);
    this.#negotiation = negotiation;
    this.#run(this.#pc, steps);
  }

  /** A relayed description or candidate. */
  relayed(frame: Extract<Signaling.ServerFrame, { type: 'offer' | 'answer' | 'candidate' }>): void {
    const pc = this.#pc;
    if (pc !== null) this.#queue(pc, () => this.#advance(pc, receive(this.#negotiation, frame, pc.signalingState === 'stable')));
  }

  /** Fresh servers, as asked for by `refresh`: the restart may begin. */
  iceServers(servers: readonly IceServer[]): void {
    const pc = this.#pc;
    if (pc === null || pc.connectionState === 'closed') return;
    pc.setConfiguration({ ...pc.getConfiguration(), iceServers: iceServersOf(servers) });
    if (pc.connectionState !== 'connected') pc.restartIce();
  }

  /** The way to the other one is open again: mend the line if it is still broken. */
  heal(): void {
    const pc = this.#pc;
    if (pc?.connectionState === 'failed' || pc?.connectionState === 'disconnected') this.#askRestart(pc);
  }

  /** The devices changed: send what there is now, without a new negotiation. */
  tracksChanged(): void {
    for (const transceiver of this.#pc?.getTransceivers() ?? []) {
      const track = this.#options.outgoing(transceiver.receiver.track.kind as Kind);
      if (transceiver.sender.track !== track) void transceiver.sender.replaceTrack(track).catch(() => undefined);
    }
  }

  /** The connection goes; a later `negotiate` makes another. */
  pause(): void {
    this.#discard();
    if (!this.#closed) this.#options.changed('none');
  }

  /** For good. */
  close(): void {
    this.#closed = true;
    this.#discard();
    this.#options.changed('closed');
  }

  #create(servers: readonly IceServer[], policy: IcePolicy): RTCPeerConnection {
    const pc = new RTCPeerConnection({ iceServers: iceServersOf(servers), iceTransportPolicy: policy });
    pc.onicecandidate = ({ candidate }) => {
      // An empty candidate marks the end of one generation; the null after it marks the end of all.
      if (candidate?.candidate !== '') this.#sendCandidate(pc, candidate?.toJSON() ?? null);
    };
    pc.onnegotiationneeded = () => this.#queue(pc, () => this.#perform(pc, wanted(this.#negotiation, pc.signalingState === 'stable')));
    pc.onconnectionstatechange = () => this.#stateChanged(pc);
    pc.ontrack = ({ track }) => {
      if (pc === this.#pc) this.#remote.addTrack(track);
    };
    return pc;
  }

  #sendCandidate(pc: RTCPeerConnection, candidate: RTCIceCandidateInit | null): void {
    if (pc !== this.#pc || this.#negotiation === null) return;
    this.#options.send({ type: 'candidate', epoch: this.#negotiation.epoch, candidate });
  }

  #stateChanged(pc: RTCPeerConnection): void {
    if (pc !== this.#pc) return;
    clearTimeout(this.#healing);
    const epoch = this.#negotiation?.epoch ?? 0;
    if (pc.connectionState === 'connected') {
      this.#options.changed('connected');
      if (this.#reported !== epoch) this.#options.send({ type: 'connected', epoch });
      this.#reported = epoch;
    } else if (pc.connectionState === 'disconnected') {
      this.#options.changed('interrupted');
      this.#healing = setTimeout(() => this.#askRestart(pc), HEAL_BEFORE_RESTART_MS);
    } else if (pc.connectionState === 'failed') {
      this.#options.changed('interrupted');
      this.#askRestart(pc);
    }
  }

  #askRestart(pc: RTCPeerConnection): void {
    if (pc === this.#pc && this.#negotiation?.answered) this.#options.send({ type: 'refresh' });
  }

  #run(pc: RTCPeerConnection, steps: readonly Step[]): void {
    this.#queue(pc, () => this.#perform(pc, steps));
  }

  /** One thing at a time; what belongs to a discarded connection is skipped. */
  #queue(pc: RTCPeerConnection, work: () => Promise<void>): void {
    this.#steps = this.#steps.then(async () => {
      if (pc !== this.#pc) return;
      await work().catch((error: unknown) => {
        if (pc === this.#pc) console.warn('negotiation step failed', error);
      });
    });
  }

  async #advance(pc: RTCPeerConnection, [negotiation, steps]: Next): Promise<void> {
    this.#negotiation = negotiation;
    await this.#perform(pc, steps);
  }

  async #perform(pc: RTCPeerConnection, steps: readonly Step[]): Promise<void> {
    for (const step of steps) await this.#step(pc, step);
  }

  async #step(pc: RTCPeerConnection, step: Step): Promise<void> {
    switch (step.do) {
      case 'offer':
        return this.#offer(pc);
      case 'accept_offer':
        return this.#answer(pc, step.sdp);
      case 'accept_answer':
        return pc.setRemoteDescription({ type: 'answer', sdp: step.sdp });
      case 'add_candidate':
        return pc.addIceCandidate(step.candidate ?? undefined);
    }
  }

  /** Both kinds are offered both ways even without a device, so that one that comes later needs no new offer. */
  async #offer(pc: RTCPeerConnection): Promise<void> {
    if (pc.getTransceivers().length === 0) {
      for (const kind of KINDS) pc.addTransceiver(this.#options.outgoing(kind) ?? kind, { direction: 'sendrecv' });
    }
    await pc.setLocalDescription();
    this.#describe(pc, 'offer');
  }

  async #answer(pc: RTCPeerConnection, sdp: string): Promise<void> {
    await pc.setRemoteDescription({ type: 'offer', sdp });
    for (const transceiver of pc.getTransceivers()) {
      if (transceiver.direction !== 'stopped') transceiver.direction = 'sendrecv';
    }
    this.tracksChanged();
    await pc.setLocalDescription();
    this.#describe(pc, 'answer');
    if (this.#negotiation !== null) this.#negotiation = answered(this.#negotiation);
  }

  #describe(pc: RTCPeerConnection, type: 'offer' | 'answer'): void {
    const sdp = pc.localDescription?.sdp;
    if (pc !== this.#pc || sdp === undefined || this.#negotiation === null) return;
    this.#options.send({ type, epoch: this.#negotiation.epoch, sdp });
  }

  #discard(): void {
    const pc = this.#pc;
    this.#pc = null;
    this.#negotiation = null;
    clearTimeout(this.#healing);
    this.#remote = new MediaStream();
    pc?.close();
  }
}
