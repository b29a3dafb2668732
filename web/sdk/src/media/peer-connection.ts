/**
 * An RTCPeerConnection to the peer: executes the steps of `negotiation.ts` one after the other and reports the connection state.
 * Because steps are queued, `signalingState` replaces the flags `makingOffer` and `isSettingRemoteAnswerPending` of perfect
 * negotiation.
 */
import { beginNegotiation, iceServersOf, markAnswered, negotiationNeeded, receiveSignal, reofferIfUnanswered, takeBackOffer, type Negotiation, type NegotiationResult, type NegotiationStep } from '../signaling/negotiation.ts';
import type { NumberedFrame } from '../signaling/resume.ts';
import { TooLargeError } from '../socket/frame.ts';
import type { IceServer, Signaling } from '../wire.generated.ts';
import { TRACK_KINDS, type TrackKind } from './local.ts';
import { usesRelay } from './selected-pair.ts';
import type { MediaTransport, NegotiationParams, PeerSignal, TransportContext } from './transport.ts';

/** An ICE restart follows an interruption of this length (ms). */
const RESTART_DELAY_MS = 3_000;

/** An offer without an answer from a reachable peer for this long was lost (ms). */
const ANSWER_TIMEOUT_MS = 15_000;

export class PeerConnectionTransport implements MediaTransport {
  readonly remote = new MediaStream();
  readonly shared = new MediaStream();
  readonly #context: TransportContext;
  readonly #pc: RTCPeerConnection;
  readonly #sharedTransceivers = new Map<MediaStreamTrack, RTCRtpTransceiver>();
  #negotiation: Negotiation | null;
  #restartRequested = false;
  /** The same offer would be refused again: the next one follows a new wish. */
  #offerRefused = false;
  #restartTimer: ReturnType<typeof setTimeout> | undefined;
  #answerTimer: ReturnType<typeof setTimeout> | undefined;
  #queue: Promise<void> = Promise.resolve();

  constructor({ frame, me, polite, policy }: NegotiationParams, context: TransportContext) {
    this.#context = context;
    this.#pc = new RTCPeerConnection({ iceServers: iceServersOf(frame.ice_servers), iceTransportPolicy: policy });
    const [negotiation, steps] = beginNegotiation(frame, me, polite);
    this.#negotiation = negotiation;
    this.#listen(this.#pc);
    this.#enqueue(() => steps);
  }

  get videoReceiver(): RTCRtpReceiver | null {
    return this.#deviceTransceiver('video')?.receiver ?? null;
  }

  /** A new epoch means that the peer has no RTCPeerConnection to continue with. */
  tryReuse(): boolean {
    return false;
  }

  handleSignal(frame: PeerSignal): void {
    this.#enqueue(() => this.#apply(receiveSignal(this.#negotiation, frame, this.#stable)));
  }

  /** An offer that the peer never gets is taken back: what was agreed before goes on. */
  handleRefusedFrame({ type }: NumberedFrame): void {
    if (type !== 'offer') return;
    this.#offerRefused = true;
    this.#enqueue(() => takeBackOffer(this.#pc.signalingState));
  }

  updateIceServers({ ice_servers }: Signaling.IceServers): void {
    if (this.#negotiation === null) return;
    this.#pc.setConfiguration({ ...this.#pc.getConfiguration(), iceServers: iceServersOf(ice_servers) });
    const requested = this.#restartRequested;
    this.#restartRequested = false;
    void this.#restartIfNeeded(requested);
  }

  /** On demand, for a broken line, and for one over a relay whose credentials are about to end. Either side may, and both do. */
  async #restartIfNeeded(requested: boolean): Promise<void> {
    const state = this.#pc.connectionState;
    const broken = state === 'failed' || state === 'disconnected';
    if (!requested && !broken && !(state === 'connected' && (await usesRelay(this.#pc)))) return;
    if (this.#negotiation === null) return;
    this.#offerRefused = false;
    this.#pc.restartIce();
  }

  handleReconnect(lossless: boolean, servers: readonly IceServer[]): void {
    if (!lossless) {
      this.#enqueue(() => reofferIfUnanswered(this.#negotiation, this.#pc.signalingState));
      return this.updateIceServers({ ice_servers: [...servers] });
    }
    if (this.#pc.connectionState === 'failed' || this.#pc.connectionState === 'disconnected') this.#requestIceServers();
  }

  restart(): void {
    this.#restartRequested = true;
    this.#requestIceServers();
  }

  updateTracks(): void {
    this.#offerRefused = false;
    for (const kind of TRACK_KINDS) {
      const track = this.#context.outgoingTrack(kind);
      const sender = this.#deviceTransceiver(kind)?.sender;
      if (sender !== undefined && sender.track !== track) void sender.replaceTrack(track).catch(() => undefined);
    }
    // The first two m-lines are reserved for microphone and camera.
    if (this.#pc.getTransceivers().length > 0) this.#updateSharedTracks();
  }

  close(): void {
    this.#negotiation = null;
    clearTimeout(this.#restartTimer);
    clearTimeout(this.#answerTimer);
    this.#pc.close();
  }

  get #stable(): boolean {
    return this.#pc.signalingState === 'stable';
  }

  #listen(pc: RTCPeerConnection): void {
    pc.onicecandidate = ({ candidate }) => {
      // An empty candidate ends a generation, null ends gathering; only the latter is sent.
      if (candidate?.candidate !== '') this.#sendCandidate(candidate?.toJSON() ?? null);
    };
    pc.onnegotiationneeded = () => this.#enqueue(() => (this.#offerRefused ? [] : negotiationNeeded(this.#negotiation, this.#stable)));
    pc.onsignalingstatechange = () => this.#stable && clearTimeout(this.#answerTimer);
    pc.onconnectionstatechange = () => this.#handleStateChange();
    pc.ontrack = ({ track, transceiver }) => this.#handleTrack(track, transceiver);
  }

  #handleTrack(track: MediaStreamTrack, transceiver: RTCRtpTransceiver): void {
    if (transceiver === this.#deviceTransceiver(track.kind as TrackKind)) return this.remote.addTrack(track);
    this.shared.addTrack(track);
    track.onended = () => {
      this.shared.removeTrack(track);
      this.#context.onStreamsChange();
    };
    this.#context.onStreamsChange();
  }

  /** The transceiver of the camera or microphone: the first of its kind on both sides. */
  #deviceTransceiver(kind: TrackKind): RTCRtpTransceiver | undefined {
    return this.#pc.getTransceivers().find(({ receiver }) => receiver.track.kind === kind);
  }

  #updateSharedTracks(): void {
    const wanted = this.#context.sharedTracks();
    for (const [track, transceiver] of this.#sharedTransceivers) {
      if (wanted.has(track)) continue;
      this.#sharedTransceivers.delete(track);
      transceiver.stop();
    }
    for (const track of wanted) {
      if (!this.#sharedTransceivers.has(track)) this.#sharedTransceivers.set(track, this.#pc.addTransceiver(track, { direction: 'sendonly' }));
    }
  }

  #sendCandidate(candidate: RTCIceCandidateInit | null): void {
    if (this.#negotiation !== null) this.#context.send({ type: 'candidate', epoch: this.#negotiation.epoch, candidate });
  }

  #handleStateChange(): void {
    clearTimeout(this.#restartTimer);
    switch (this.#pc.connectionState) {
      case 'connected':
        return this.#context.onStateChange('connected');
      case 'disconnected':
        this.#restartTimer = setTimeout(() => this.#requestIceServers(), RESTART_DELAY_MS);
        return this.#context.onStateChange('interrupted');
      case 'failed':
        this.#requestIceServers();
        return this.#context.onStateChange('interrupted');
    }
  }

  #requestIceServers(): void {
    if (this.#negotiation?.answered) this.#context.send({ type: 'refresh' });
  }

  /** `decide` runs when the earlier steps are done; after `close` nothing runs. */
  #enqueue(decide: () => readonly NegotiationStep[]): void {
    this.#queue = this.#queue.then(async () => {
      try {
        for (const step of this.#negotiation === null ? [] : decide()) {
          if (this.#negotiation !== null) await this.#execute(step);
        }
      } catch (error) {
        if (this.#negotiation !== null) console.warn('negotiation step failed', error);
      }
    });
  }

  #apply([negotiation, steps]: NegotiationResult): readonly NegotiationStep[] {
    this.#negotiation = negotiation;
    return steps;
  }

  async #execute(step: NegotiationStep): Promise<void> {
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

  /** A candidate that fails must not stop the steps after it. */
  async #addCandidate({ candidate, mayFail }: Extract<NegotiationStep, { do: 'add_candidate' }>): Promise<void> {
    await this.#pc.addIceCandidate(candidate ?? undefined).catch((error: unknown) => {
      if (!mayFail && this.#negotiation !== null) console.warn('addIceCandidate failed', error);
    });
  }

  /** Audio and video are offered `sendrecv` even without a device, so that one that is added later needs no renegotiation. */
  async #offer(): Promise<void> {
    if (this.#pc.getTransceivers().length === 0) {
      for (const kind of TRACK_KINDS) this.#pc.addTransceiver(this.#context.outgoingTrack(kind) ?? kind, { direction: 'sendrecv' });
      this.#updateSharedTracks();
    }
    await this.#pc.setLocalDescription();
    try {
      this.#sendDescription('offer');
    } catch (error) {
      this.#offerRefused = error instanceof TooLargeError;
      await this.#pc.setLocalDescription({ type: 'rollback' });
      throw error;
    }
    this.#startAnswerTimer();
  }

  /** Resolves a deadlock after a lost answer. Not needed for the first answer: the server starts a new epoch then. */
  #startAnswerTimer(): void {
    clearTimeout(this.#answerTimer);
    if (!this.#negotiation?.answered) return;
    this.#answerTimer = setTimeout(() => {
      if (this.#context.isPeerReachable()) this.#enqueue(() => reofferIfUnanswered(this.#negotiation, this.#pc.signalingState));
      else this.#startAnswerTimer();
    }, ANSWER_TIMEOUT_MS);
  }

  async #answer(sdp: string): Promise<void> {
    await this.#pc.setRemoteDescription({ type: 'offer', sdp });
    for (const kind of TRACK_KINDS) {
      const device = this.#deviceTransceiver(kind);
      if (device !== undefined && device.direction !== 'stopped') device.direction = 'sendrecv';
    }
    this.updateTracks();
    await this.#pc.setLocalDescription();
    this.#sendDescription('answer');
    if (this.#negotiation !== null) this.#negotiation = markAnswered(this.#negotiation);
  }

  #sendDescription(type: 'offer' | 'answer'): void {
    const sdp = this.#pc.localDescription?.sdp;
    if (sdp === undefined || this.#negotiation === null) return;
    this.#context.send({ type, epoch: this.#negotiation.epoch, sdp });
  }
}
