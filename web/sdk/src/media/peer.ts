/**
 * A PeerConnection to the other page: carries out what `negotiation.ts` decides, one step after the other, and reports what
 * the browser says. Because nothing overtakes a step, the connection's signalling state says all that perfect negotiation
 * otherwise keeps flags for.
 */
import { beginNegotiation, iceServersOf, markAnswered, negotiationNeeded, receiveSignal, reofferIfUnanswered, type Negotiation, type NegotiationResult, type NegotiationStep } from '../signaling/negotiation.ts';
import type { Signaling } from '../wire.generated.ts';
import type { Carrier, Pairing, RelayedFrame, Surroundings } from './carrier.ts';
import { KINDS, type Kind } from './local.ts';

/** An interruption that has not healed by itself after this long gets an ICE restart (ms). */
const HEAL_BEFORE_RESTART_MS = 3_000;

/** An offer without an answer for this long, while the other one is there, was lost; above any page's slowness (ms). */
const ANSWER_LIMIT_MS = 15_000;

export class PeerLine implements Carrier {
  readonly remote = new MediaStream();
  readonly shared = new MediaStream();
  readonly #around: Surroundings;
  readonly #pc: RTCPeerConnection;
  readonly #shares = new Map<MediaStreamTrack, RTCRtpTransceiver>();
  #negotiation: Negotiation | null;
  #restartAsked = false;
  #healing: ReturnType<typeof setTimeout> | undefined;
  #answerDue: ReturnType<typeof setTimeout> | undefined;
  #steps: Promise<void> = Promise.resolve();

  constructor({ frame, me, polite, policy }: Pairing, around: Surroundings) {
    this.#around = around;
    this.#pc = new RTCPeerConnection({ iceServers: iceServersOf(frame.ice_servers), iceTransportPolicy: policy });
    const [negotiation, steps] = beginNegotiation(frame, me, polite);
    this.#negotiation = negotiation;
    this.#listen(this.#pc);
    this.#run(() => steps);
  }

  /** Whoever joined fresh has no connection to go on with. */
  renew(): boolean {
    return false;
  }

  relayed(frame: RelayedFrame): void {
    this.#run(() => this.#take(receiveSignal(this.#negotiation, frame, this.#stable)));
  }

  refreshed({ ice_servers }: Signaling.IceServers): void {
    if (this.#negotiation === null) return;
    this.#pc.setConfiguration({ ...this.#pc.getConfiguration(), iceServers: iceServersOf(ice_servers) });
    if (this.#restartAsked || this.#pc.connectionState !== 'connected') this.#pc.restartIce();
    this.#restartAsked = false;
  }

  reopened(complete: boolean): void {
    if (!complete) this.#run(() => reofferIfUnanswered(this.#negotiation, this.#pc.signalingState));
    if (this.#pc.connectionState === 'failed' || this.#pc.connectionState === 'disconnected') this.#askRestart();
  }

  restart(): void {
    this.#restartAsked = true;
    this.#askRestart();
  }

  tracksChanged(): void {
    for (const kind of KINDS) {
      const track = this.#around.outgoing(kind);
      const sender = this.#device(kind)?.sender;
      if (sender !== undefined && sender.track !== track) void sender.replaceTrack(track).catch(() => undefined);
    }
    // Camera and microphone have the first places of the description.
    if (this.#pc.getTransceivers().length > 0) this.#sharesChanged();
  }

  close(): void {
    this.#negotiation = null;
    clearTimeout(this.#healing);
    clearTimeout(this.#answerDue);
    this.#pc.close();
  }

  get #stable(): boolean {
    return this.#pc.signalingState === 'stable';
  }

  #listen(pc: RTCPeerConnection): void {
    pc.onicecandidate = ({ candidate }) => {
      // An empty candidate marks the end of one generation; the null after it marks the end of all.
      if (candidate?.candidate !== '') this.#sendCandidate(candidate?.toJSON() ?? null);
    };
    pc.onnegotiationneeded = () => this.#run(() => negotiationNeeded(this.#negotiation, this.#stable));
    pc.onsignalingstatechange = () => this.#stable && clearTimeout(this.#answerDue);
    pc.onconnectionstatechange = () => this.#stateChanged();
    pc.ontrack = ({ track, transceiver }) => this.#arrived(track, transceiver);
  }

  #arrived(track: MediaStreamTrack, transceiver: RTCRtpTransceiver): void {
    if (transceiver === this.#device(track.kind as Kind)) return this.remote.addTrack(track);
    this.shared.addTrack(track);
    track.onended = () => {
      this.shared.removeTrack(track);
      this.#around.streamsChanged();
    };
    this.#around.streamsChanged();
  }

  /** The transceiver of the camera or the microphone: the first of its kind, on both sides. */
  #device(kind: Kind): RTCRtpTransceiver | undefined {
    return this.#pc.getTransceivers().find(({ receiver }) => receiver.track.kind === kind);
  }

  #sharesChanged(): void {
    const wished = this.#around.shares();
    for (const [track, transceiver] of this.#shares) {
      if (wished.has(track)) continue;
      this.#shares.delete(track);
      transceiver.stop();
    }
    for (const track of wished) {
      if (!this.#shares.has(track)) this.#shares.set(track, this.#pc.addTransceiver(track, { direction: 'sendonly' }));
    }
  }

  #sendCandidate(candidate: RTCIceCandidateInit | null): void {
    if (this.#negotiation !== null) this.#around.send({ type: 'candidate', epoch: this.#negotiation.epoch, candidate });
  }

  #stateChanged(): void {
    clearTimeout(this.#healing);
    switch (this.#pc.connectionState) {
      case 'connected':
        return this.#around.changed('connected');
      case 'disconnected':
        this.#healing = setTimeout(() => this.#askRestart(), HEAL_BEFORE_RESTART_MS);
        return this.#around.changed('interrupted');
      case 'failed':
        this.#askRestart();
        return this.#around.changed('interrupted');
    }
  }

  #askRestart(): void {
    if (this.#negotiation?.answered) this.#around.send({ type: 'refresh' });
  }

  /** One thing at a time, decided when its turn comes; nothing is done for a connection that is closed. */
  #run(decide: () => readonly NegotiationStep[]): void {
    this.#steps = this.#steps.then(async () => {
      try {
        for (const step of this.#negotiation === null ? [] : decide()) {
          if (this.#negotiation !== null) await this.#step(step);
        }
      } catch (error) {
        if (this.#negotiation !== null) console.warn('negotiation step failed', error);
      }
    });
  }

  #take([negotiation, steps]: NegotiationResult): readonly NegotiationStep[] {
    this.#negotiation = negotiation;
    return steps;
  }

  async #step(step: NegotiationStep): Promise<void> {
    switch (step.do) {
      case 'offer':
        return this.#offer();
      case 'rollback':
        return this.#pc.setLocalDescription({ type: 'rollback' });
      case 'accept_offer':
        return this.#answer(step.sdp);
      case 'accept_answer':
        return this.#pc.setRemoteDescription({ type: 'answer', sdp: step.sdp });
      case 'add_candidate':
        return this.#addCandidate(step);
    }
  }

  /** One that the browser refuses costs no other. */
  async #addCandidate({ candidate, mayFail }: Extract<NegotiationStep, { do: 'add_candidate' }>): Promise<void> {
    await this.#pc.addIceCandidate(candidate ?? undefined).catch((error: unknown) => {
      if (!mayFail && this.#negotiation !== null) console.warn('candidate refused', error);
    });
  }

  /** Both kinds are offered both ways even without a device, so that one that comes later needs no new offer. */
  async #offer(): Promise<void> {
    if (this.#pc.getTransceivers().length === 0) {
      for (const kind of KINDS) this.#pc.addTransceiver(this.#around.outgoing(kind) ?? kind, { direction: 'sendrecv' });
      this.#sharesChanged();
    }
    await this.#pc.setLocalDescription();
    this.#describe('offer');
    this.#awaitAnswer();
  }

  /** Two that each wait for the other's answer, of which one was lost, would wait for ever. A first answer that is lost brings a new pairing. */
  #awaitAnswer(): void {
    clearTimeout(this.#answerDue);
    if (!this.#negotiation?.answered) return;
    this.#answerDue = setTimeout(() => {
      if (this.#around.reachable()) this.#run(() => reofferIfUnanswered(this.#negotiation, this.#pc.signalingState));
      else this.#awaitAnswer();
    }, ANSWER_LIMIT_MS);
  }

  async #answer(sdp: string): Promise<void> {
    await this.#pc.setRemoteDescription({ type: 'offer', sdp });
    for (const kind of KINDS) {
      const device = this.#device(kind);
      if (device !== undefined && device.direction !== 'stopped') device.direction = 'sendrecv';
    }
    this.tracksChanged();
    await this.#pc.setLocalDescription();
    this.#describe('answer');
    if (this.#negotiation !== null) this.#negotiation = markAnswered(this.#negotiation);
  }

  #describe(type: 'offer' | 'answer'): void {
    const sdp = this.#pc.localDescription?.sdp;
    if (sdp === undefined || this.#negotiation === null) return;
    this.#around.send({ type, epoch: this.#negotiation.epoch, sdp });
  }
}
