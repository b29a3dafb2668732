/**
 * One person's session in this tab: puts signaling, media and the scheduler's record together for the screens. The
 * rules are in the SDK's pure parts; this only passes things on. Chat is apart (`chat.svelte.ts`): either may fail.
 */
import {
  BEFORE_JOIN,
  CLOSE_CODES,
  LocalMedia,
  MediaConnection,
  ServerClock,
  SchedulerClient,
  SignalingClient,
  TabStorage,
  afterCountdown,
  applyFrame,
  endSession,
  localDeadline,
  ticketSource,
  type EndReason,
  type TrackKind,
  type MediaConnectionState,
  type SocketStatus,
  type ConnectionRejection,
  type SessionState,
  type SessionView,
  type Signaling,
  type EnabledMedia,
} from '@rendezvous/sdk';
import { tick } from 'svelte';
import { closedBy, remember, rememberStory, storySoFar, type Opened } from './entry.ts';
import type { CallActions, CallModel, Devices, Entry } from './model.ts';
import { parseMediaStatus, mediaStatusPayload } from './media-status.ts';

/** How often the screens look at the clock, on the clock's own multiples, so that two pages turn together (ms). */
const TICK_MS = 100;

/** Too early by the server's word although our clock said it is time: try again after this (ms). */
const EARLY_RETRY_MS = 1_000;

/** How long a `leave` is tried to be delivered (ms). */
const LEAVE_DELIVERY_MS = 5_000;

/** After the end the scheduler's record is read this much later, twice: it is complete within 2 s (ms). */
const RECORD_AFTER_MS = [300, 2_500];

export class Call implements CallModel, CallActions {
  entry = $state.raw<Entry>({ is: 'opening', trouble: false });
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
  now = $state.raw(0);
  preview = $state.raw<MediaStream | null>(null);
  remote = $state.raw<MediaStream | null>(null);

  readonly clock: ServerClock;
  readonly #scheduler: SchedulerClient;
  readonly #local: LocalMedia;
  readonly #mediaConnection: MediaConnection;
  #signaling: SignalingClient | null = null;
  #access: string | null = null;
  #polite = false;
  #ticking: ReturnType<typeof setTimeout> | undefined;

  constructor(scheduler: SchedulerClient, clock: ServerClock) {
    this.#scheduler = scheduler;
    this.clock = clock;
    this.now = clock.now();
    this.#local = new LocalMedia(() => this.#devicesChanged());
    this.#mediaConnection = new MediaConnection({
      send: (frame) => this.#signaling?.send(frame),
      outgoingTrack: (kind) => this.#local.outgoingTrack(kind),
      onStateChange: (state) => this.#mediaChanged(state),
      onStreamsChange: () => (this.remote = this.#mediaConnection.remote),
      isPeerReachable: () => this.signalingStatus === 'open' && this.session.peer?.presence.is === 'here',
    });
    this.preview = this.#local.preview;
    this.remote = this.#mediaConnection.remote;
    this.#tick();
  }

  /** The link was opened: get ready, and go in as soon as the lobby is open. */
  begin({ pass, booking }: Opened): void {
    this.#access = pass.access;
    this.me = pass.me;
    this.booking = booking;
    this.entry = { is: 'in' };
    this.session = { ...BEFORE_JOIN, timeline: storySoFar() };
    if (booking.state === 'ended' || booking.state === 'cancelled') return;
    void this.#local.open();
    this.#waitForLobby(booking.lobby_opens_at);
  }

  setMuted(muted: boolean): void {
    this.#setEnabledMedia({ ...this.enabledMedia, audio: !muted });
  }

  setCameraOff(off: boolean): void {
    this.#setEnabledMedia({ ...this.enabledMedia, video: !off });
  }

  extend(): void {
    this.#signaling?.send({ type: 'extend' });
    if (this.me !== null) this.session = { ...this.session, extendAskedBy: [...new Set([...this.session.extendAskedBy, this.me])] };
  }

  /** In the lobby the seat can be taken again; once it is live, leaving ends the session. */
  leave(): void {
    const { phase } = this.session.stage;
    this.left = true;
    this.#signaling?.send({ type: 'leave' });
    // The word may still have to be repeated over a new socket; nobody waits for that.
    const leaving = this.#signaling;
    this.#signaling = null;
    setTimeout(() => leaving?.stop(), LEAVE_DELIVERY_MS);
    if (phase === 'live' || phase === 'paused') return this.#over('left');
    this.#mediaConnection.pause();
    this.#local.stop();
    this.session = { ...BEFORE_JOIN, timeline: this.session.timeline };
  }

  comeBack(): void {
    this.left = false;
    void this.#local.open();
    this.#enter();
  }

  retryDevices(): void {
    void this.#local.open();
  }

  selectDevice(kind: TrackKind, deviceId: string): void {
    void this.#local.selectDevice(kind, deviceId);
  }

  /** Something was plugged in or out. */
  devicesPlugged(): void {
    void this.#listDevices();
    const gone = [this.devices.audio, this.devices.video].some((state) => state === 'missing' || state === 'unplugged');
    if (gone && this.session.stage.phase !== 'ended' && !this.left) void this.#local.open();
  }

  /** There is a network again, or another one. */
  reconnectNow(): void {
    this.#signaling?.reconnectNow();
    this.#mediaConnection.recover();
  }

  /** The booking may have changed: ask the scheduler, if it is there. */
  async refreshBooking(): Promise<void> {
    if (this.#access === null || this.booking === null) return;
    const booking = await this.#scheduler.session(this.#access, this.booking.id).catch(() => null);
    if (booking === null) return;
    this.booking = booking;
    remember(booking);
    if (this.opensAt !== null && this.#signaling === null) this.#waitForLobby(booking.lobby_opens_at);
    if (booking.state === 'cancelled' || booking.state === 'ended') this.#closeAll();
  }

  #waitForLobby(opensAt: number): void {
    if (this.clock.now() < opensAt) this.opensAt = opensAt;
    else this.#enter();
  }

  #enter(): void {
    if (this.#signaling !== null || this.#access === null || this.booking === null) return;
    const { id } = this.booking;
    const access = this.#access;
    this.signalingStatus = 'connecting';
    const signaling: SignalingClient = new SignalingClient({
      tickets: ticketSource(() => this.#scheduler.sessionTicket(access, id), new TabStorage(`rendezvous:${id}:`), 'ticket', this.clock),
      clock: this.clock,
      onFrame: (frame) => signaling === this.#signaling && this.#frame(frame),
      onStatus: (status) => signaling === this.#signaling && (this.signalingStatus = status),
      onRejected: (rejection) => signaling === this.#signaling && this.#rejected(rejection),
    });
    this.#signaling = signaling;
    signaling.start();
  }

  #frame(frame: Signaling.ServerFrame): void {
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
    this.#follow(before);
  }

  /** Media follows the phase: nothing leaves before live, nothing stays open after the end. */
  #follow(before: SessionState): void {
    // After the screen and whoever watches it: switching tracks may block, and both screens should turn at one instant.
    void tick().then(() => this.#local.setLive(this.session.stage.phase === 'live'));
    if (before.timeline !== this.session.timeline) rememberStory(this.session.timeline);
    if (before.stage.phase !== 'ended' && this.session.stage.phase === 'ended') this.#closeAll();
  }

  #rejected(rejection: ConnectionRejection): void {
    this.#signaling = null;
    if (rejection.by === 'scheduler') return this.#rejectedByScheduler(rejection);
    const { code, error } = rejection;
    if (code === CLOSE_CODES.too_early) return this.#tooEarly(error?.opens_at);
    if (code === CLOSE_CODES.session_over) return this.#over((error?.reason ?? 'completed') as EndReason);
    if (this.session.stage.phase === 'ended') return;
    this.#closeAll();
    const why = { [CLOSE_CODES.replaced]: 'replaced', [CLOSE_CODES.kicked]: 'removed', [CLOSE_CODES.not_a_participant]: 'not_yours' } as const;
    this.entry = { is: 'closed', why: why[code as keyof typeof why] ?? 'broken' };
  }

  #rejectedByScheduler({ error }: Extract<ConnectionRejection, { by: 'scheduler' }>): void {
    if (error.code === 'session_over') return this.#over((error.reason ?? 'completed') as EndReason);
    this.#closeAll();
    this.entry = { is: 'closed', why: closedBy(error) };
  }

  #tooEarly(opensAt: number | undefined): void {
    this.session = { ...BEFORE_JOIN, timeline: this.session.timeline };
    this.#mediaConnection.pause();
    this.opensAt = Math.max(opensAt ?? 0, this.clock.now() + EARLY_RETRY_MS);
    void this.refreshBooking();
  }

  #over(reason: EndReason): void {
    const before = this.session;
    this.session = endSession(before, { reason }, this.clock.now());
    this.#follow(before);
  }

  #closeAll(): void {
    this.#mediaConnection.close();
    this.#local.stop();
    this.#signaling?.stop();
    this.#signaling = null;
    this.opensAt = null;
    for (const after of RECORD_AFTER_MS) setTimeout(() => void this.#refreshRecord(), after);
  }

  async #refreshRecord(): Promise<void> {
    if (this.#access === null || this.booking === null) return;
    const booking = await this.#scheduler.session(this.#access, this.booking.id).catch(() => null);
    if (booking === null) return;
    this.booking = booking;
    remember(booking);
  }

  #mediaChanged(state: MediaConnectionState): void {
    this.mediaState = state;
    this.remote = this.#mediaConnection.remote;
  }

  #devicesChanged(): void {
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
    if (this.opensAt !== null && this.now >= this.opensAt && this.#signaling === null) this.#enter();
    this.session = afterCountdown(this.session, this.now);
    const deadline = localDeadline(this.session);
    if (deadline !== null && this.now >= deadline) this.#over('completed');
    this.#ticking = setTimeout(() => this.#tick(), TICK_MS - (this.now % TICK_MS));
  }

  stop(): void {
    clearTimeout(this.#ticking);
    this.#closeAll();
  }
}
