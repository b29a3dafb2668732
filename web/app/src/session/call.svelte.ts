/**
 * The call of this tab as Svelte state: connects signaling, media and the scheduler's booking. The rules are in the SDK's pure parts.
 * Independent of the chat (`chat.svelte.ts`).
 */
import {
  BEFORE_JOIN,
  CLOSE_CODES,
  LocalMedia,
  MediaConnection,
  SchedulerClient,
  ServerClock,
  SignalingClient,
  TabStorage,
  afterCountdown,
  applyFrame,
  endSession,
  localDeadline,
  ticketSource,
  type ConnectionRejection,
  type EnabledMedia,
  type EndReason,
  type MediaConnectionState,
  type SessionState,
  type SessionView,
  type Signaling,
  type SocketStatus,
  type TrackKind,
} from '@rendezvous/sdk';
import { tick } from 'svelte';
import type { Feedback } from './feedback.ts';
import { closedReason, closedReasonOfCode, loadTimeline, saveBooking, saveLeft, saveTimeline, wasLeft, type JoinedSession, type TabCredentials } from './join.ts';
import { mediaStatusPayload, parseMediaStatus } from './media-status.ts';
import { pauseOf, peerLineOf } from './peer-line.ts';
import { PictureWatch } from './picture-watch.svelte.ts';
import type { CallActions, CallModel, Devices, JoinState } from './model.ts';

/** Update interval of `now`, aligned to multiples of the server's clock so that two pages change at the same instant (ms). */
const TICK_MS = 100;

/** Minimum delay before rejoining after the close code `too_early` (ms). */
const EARLY_RETRY_MS = 1_000;

/** When the booking is fetched after the end: the scheduler completes the record within 2 s (ms after it). */
const FETCH_AFTER_END_MS = [300, 2_500];

export class Call implements CallModel, CallActions {
  joinState = $state.raw<JoinState>({ is: 'opening', retrying: false });
  booking = $state.raw<SessionView | null>(null);
  me = $state.raw<string | null>(null);
  session = $state.raw<SessionState>(BEFORE_JOIN);
  opensAt = $state.raw<number | null>(null);
  left = $state.raw(false);
  signalingStatus = $state.raw<SocketStatus>('connecting');
  mediaState = $state.raw<MediaConnectionState>('none');
  devices = $state.raw<Devices>({ audio: 'asking', video: 'asking' });
  availableDevices = $state.raw<readonly MediaDeviceInfo[]>([]);
  selectedDevices = $state.raw<Readonly<Record<TrackKind, string | null>>>({ audio: null, video: null });
  enabledMedia = $state.raw<EnabledMedia>({ audio: true, video: true });
  peerMedia = $state.raw<EnabledMedia | null>(null);
  readonly #picture = new PictureWatch(() => this.#framesDecoded(), () => this.clock.monotonicNow());
  peerLine = $derived(peerLineOf(this.session, this.mediaState, this.#picture.frozen));
  paused = $derived(pauseOf(this.session));
  now = $state.raw(0);
  preview = $state.raw<MediaStream | null>(null);
  remote = $state.raw<MediaStream | null>(null);

  readonly clock: ServerClock;
  readonly #scheduler: SchedulerClient;
  readonly #local: LocalMedia;
  readonly #mediaConnection: MediaConnection;
  #signaling: SignalingClient | null = null;
  #leaving: SignalingClient | null = null;
  #credentials: TabCredentials | null = null;
  #polite = false;
  #tickTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(scheduler: SchedulerClient, clock: ServerClock) {
    this.#scheduler = scheduler;
    this.clock = clock;
    this.now = clock.now();
    this.#local = new LocalMedia(() => this.#updateDevices());
    this.#mediaConnection = new MediaConnection({
      send: (frame) => this.#signaling?.send(frame),
      outgoingTrack: (kind) => this.#local.outgoingTrack(kind),
      onStateChange: (state) => this.#handleMediaState(state),
      onStreamsChange: () => (this.remote = this.#mediaConnection.remote),
      isPeerReachable: () => this.signalingStatus === 'open' && this.session.peer?.presence.is === 'here',
    });
    this.preview = this.#local.preview;
    this.remote = this.#mediaConnection.remote;
    this.#tick();
  }

  /** Opens the devices, and joins as soon as the lobby is open. */
  begin({ credentials, booking }: JoinedSession): void {
    this.#credentials = credentials;
    this.me = credentials.me;
    this.booking = booking;
    this.joinState = { is: 'in' };
    this.session = { ...BEFORE_JOIN, timeline: loadTimeline() };
    if (booking.state === 'ended' || booking.state === 'cancelled') return;
    // A reload is no coming back.
    this.left = wasLeft();
    if (this.left) return;
    void this.#local.open();
    this.#waitForLobby(booking.lobby_opens_at);
  }

  setMuted(muted: boolean): void {
    this.#setEnabledMedia({ ...this.enabledMedia, audio: !muted });
  }

  setCameraOff(off: boolean): void {
    this.#setEnabledMedia({ ...this.enabledMedia, video: !off });
  }

  async sendFeedback(feedback: Feedback): Promise<void> {
    const { access, sessionId } = this.#credentials ?? {};
    if (access !== undefined && sessionId !== undefined) await this.#scheduler.sendFeedback(access, sessionId, feedback);
  }

  extend(): void {
    this.#signaling?.send({ type: 'extend' });
    if (this.me !== null) this.session = { ...this.session, extendAskedBy: [...new Set([...this.session.extendAskedBy, this.me])] };
  }

  /** Before `live` the user can come back; after it, leaving ends the session. */
  leave(): void {
    const { phase } = this.session.stage;
    this.left = true;
    this.#leaving = this.#signaling;
    this.#signaling = null;
    this.#leaving?.leave();
    if (phase === 'live' || phase === 'paused') return this.#end('left');
    saveLeft(true);
    this.opensAt = null;
    this.#mediaConnection.pause();
    this.#local.stop();
    this.session = { ...BEFORE_JOIN, timeline: this.session.timeline };
  }

  comeBack(): void {
    this.left = false;
    saveLeft(false);
    // The seat belongs to the new socket now.
    this.#leaving?.stop();
    this.#leaving = null;
    void this.#local.open();
    this.#join();
  }

  retryDevices(): void {
    void this.#local.open();
  }

  selectDevice(kind: TrackKind, deviceId: string): void {
    void this.#local.selectDevice(kind, deviceId);
  }

  handleDeviceChange(): void {
    void this.#listDevices();
    const missing = [this.devices.audio, this.devices.video].some((state) => state === 'missing' || state === 'unplugged');
    if (missing && this.session.stage.phase !== 'ended' && !this.left) void this.#local.open();
  }

  /** After a network change. */
  reconnectNow(): void {
    this.#signaling?.reconnectNow();
    this.#mediaConnection.recover();
  }

  /** Over the socket, else by a request whose answer has the server's time and may say that the booking has changed. */
  measureClock(): void {
    if (this.#signaling?.measureClock()) return;
    const over = this.session.stage.phase === 'ended' || this.joinState.is === 'closed';
    if (!over || this.clock.isSuspect) void this.refreshBooking();
  }

  async refreshBooking(): Promise<void> {
    const booking = await this.#fetchBooking();
    if (booking === null) return;
    if (this.opensAt !== null && this.#signaling === null) this.#waitForLobby(booking.lobby_opens_at);
    if (booking.state === 'cancelled' || booking.state === 'ended') this.#closeAll();
  }

  #waitForLobby(opensAt: number): void {
    if (this.clock.now() < opensAt) this.opensAt = opensAt;
    else this.#join();
  }

  #join(): void {
    if (this.#signaling !== null || this.#credentials === null || this.booking === null) return;
    const { id } = this.booking;
    const { access } = this.#credentials;
    this.signalingStatus = 'connecting';
    const signaling: SignalingClient = new SignalingClient({
      tickets: ticketSource(() => this.#scheduler.sessionTicket(access, id), new TabStorage(`rendezvous:${id}:`), 'ticket', this.clock),
      clock: this.clock,
      onFrame: (frame) => signaling === this.#signaling && this.#handleFrame(frame),
      onStatus: (status) => signaling === this.#signaling && (this.signalingStatus = status),
      onRejected: (rejection) => signaling === this.#signaling && this.#handleRejection(rejection),
      onFrameRefused: (frame) => signaling === this.#signaling && this.#mediaConnection.handleRefusedFrame(frame),
    });
    this.#signaling = signaling;
    signaling.start();
  }

  #handleFrame(frame: Signaling.ServerFrame): void {
    const before = this.session;
    this.session = applyFrame(before, frame, this.clock.now());
    switch (frame.type) {
      case 'welcome':
        this.opensAt = null;
        this.#polite = frame.you.polite;
        this.#mediaConnection.handleWelcome(frame);
        break;
      case 'negotiate':
        this.#mediaConnection.negotiate(frame, this.me ?? '', this.#polite, this.session.spec?.ice ?? 'all');
        this.#sendMediaStatus();
        break;
      case 'offer':
      case 'answer':
      case 'candidate':
        this.#mediaConnection.handleSignal(frame);
        break;
      case 'ice_servers':
        this.#mediaConnection.updateIceServers(frame);
        break;
      case 'data':
        this.peerMedia = parseMediaStatus(frame.payload) ?? this.peerMedia;
        break;
      case 'peer_joined':
        this.#sendMediaStatus();
        break;
      case 'peer_resumed':
        this.#mediaConnection.recover();
        this.#sendMediaStatus();
        break;
    }
    this.#applyPhase(before);
  }

  /** Tracks are enabled while the session is live; everything is closed at the end. */
  #applyPhase(before: SessionState): void {
    // After the DOM update: enabling tracks may block, and both pages should change at the same instant.
    void tick().then(() => this.#local.setLive(this.session.stage.phase === 'live'));
    if (before.timeline !== this.session.timeline) saveTimeline(this.session.timeline);
    if (before.stage.phase !== 'ended' && this.session.stage.phase === 'ended') this.#closeAll();
  }

  #handleRejection(rejection: ConnectionRejection): void {
    this.#signaling = null;
    if (rejection.by === 'scheduler') return this.#handleTicketRejection(rejection);
    const { code, error } = rejection;
    if (code === CLOSE_CODES.too_early) return this.#handleTooEarly(error?.opens_at);
    if (code === CLOSE_CODES.session_over) return this.#end((error?.reason ?? 'completed') as EndReason);
    if (this.session.stage.phase === 'ended') return;
    this.#closeAll();
    this.joinState = { is: 'closed', why: closedReasonOfCode(code) };
  }

  #handleTicketRejection({ error }: Extract<ConnectionRejection, { by: 'scheduler' }>): void {
    if (error.code === 'session_over') return this.#end((error.reason ?? 'completed') as EndReason);
    this.#closeAll();
    this.joinState = { is: 'closed', why: closedReason(error) };
  }

  #handleTooEarly(opensAt: number | undefined): void {
    this.session = { ...BEFORE_JOIN, timeline: this.session.timeline };
    this.#mediaConnection.pause();
    this.opensAt = Math.max(opensAt ?? 0, this.clock.now() + EARLY_RETRY_MS);
    void this.refreshBooking();
  }

  #end(reason: EndReason): void {
    const before = this.session;
    this.session = endSession(before, { reason }, this.clock.now());
    this.#applyPhase(before);
  }

  #closeAll(): void {
    this.#mediaConnection.close();
    this.#local.stop();
    this.#signaling?.stop();
    this.#signaling = null;
    this.opensAt = null;
    for (const after of FETCH_AFTER_END_MS) setTimeout(() => void this.#fetchBooking(), after);
  }

  /** Null while the scheduler is down. */
  async #fetchBooking(): Promise<SessionView | null> {
    if (this.#credentials === null || this.booking === null) return null;
    const booking = await this.#scheduler.session(this.#credentials.access, this.booking.id).catch(() => null);
    if (booking === null) return null;
    this.booking = booking;
    saveBooking(booking);
    return booking;
  }

  #handleMediaState(state: MediaConnectionState): void {
    this.mediaState = state;
    this.remote = this.#mediaConnection.remote;
  }

  #updateDevices(): void {
    const before = this.devices;
    this.devices = { audio: this.#local.state('audio'), video: this.#local.state('video') };
    this.selectedDevices = { audio: this.#local.deviceId('audio'), video: this.#local.deviceId('video') };
    this.#mediaConnection.updateTracks();
    if (before.audio !== this.devices.audio || before.video !== this.devices.video) this.#sendMediaStatus();
    if (this.devices.audio === 'on' || this.devices.video === 'on') void this.#listDevices();
  }

  async #listDevices(): Promise<void> {
    this.availableDevices = await navigator.mediaDevices.enumerateDevices().catch(() => []);
  }

  #setEnabledMedia(enabledMedia: EnabledMedia): void {
    this.enabledMedia = enabledMedia;
    this.#local.setEnabled(enabledMedia);
    this.#sendMediaStatus();
  }

  #sendMediaStatus(): void {
    if (this.session.peer?.presence.is !== 'here') return;
    this.#signaling?.send({ type: 'data', payload: mediaStatusPayload(this.enabledMedia, this.devices) });
  }

  #tick(): void {
    this.now = this.clock.now();
    if (this.opensAt !== null && this.now >= this.opensAt && this.#signaling === null) this.#join();
    this.session = afterCountdown(this.session, this.now);
    const deadline = localDeadline(this.session);
    if (deadline !== null && this.now >= deadline) this.#end('completed');
    this.#tickTimer = setTimeout(() => this.#tick(), TICK_MS - (this.now % TICK_MS));
  }

  /** Only while live, and while the peer's camera is on as far as is known. */
  async #framesDecoded(): Promise<number | null> {
    const expected = this.session.stage.phase === 'live' && this.peerMedia?.video !== false;
    return expected ? this.#mediaConnection.framesDecoded() : null;
  }

  stop(): void {
    this.#picture.stop();
    clearTimeout(this.#tickTimer);
    this.#closeAll();
  }
}
