/**
 * A session of this page: joins, resumes, negotiates, opens camera and microphone, keeps the server's time. Framework-free; the rules
 * are in `signaling/session.ts`, what is told of changes in `snapshot.ts`.
 */
import { ClockMonitor } from '../clock/monitor.ts';
import { ServerClock } from '../clock/server-clock.ts';
import { MediaConnection } from '../media/connection.ts';
import type { EnabledMedia, TrackKind } from '../media/local.ts';
import type { MediaConnectionState, MediaPlugin } from '../media/transport.ts';
import { Observable } from '../observable.ts';
import { ticketSource } from '../scheduler/tickets.ts';
import { SignalingClient } from '../signaling/client.ts';
import { BEFORE_JOIN, afterCountdown, applyFrame, endSession, localDeadline, type SessionState, type TimelineEntry } from '../signaling/session.ts';
import type { ConnectionRejection } from '../socket/reconnecting-socket.ts';
import { PageStorage, TabStorage, type KeptValues } from '../storage.ts';
import { CLOSE_CODES, type EndReason, type Signaling } from '../wire.generated.ts';
import { mediaStatusPayload, parseMediaStatus } from './media-status.ts';
import { PageDevices, type DevicesNow } from './page-devices.ts';
import { peerLineOf } from './peer-line.ts';
import { PictureWatch } from './picture-watch.ts';
import { UNREACHABLE, mediaUnsupported, refusalOf, type Refusal } from './refusal.ts';
import { INITIAL_SNAPSHOT, eventsBetween, phaseOf, type SessionEvents, type SessionSnapshot } from './snapshot.ts';
import { checkedTicket, type GetTicket } from './ticket.ts';

/** What a session needs of its page. The ticket alone has to be given. */
export interface SessionOptions {
  /** Asks the page's own server for a ticket of this person: before each join, and while reconnecting when the last one is over. */
  readonly ticket: GetTicket;
  /** Media servers that a session may be carried by, beside the direct way: from `@rendezvous/client/media/…`. */
  readonly media?: readonly MediaPlugin[];
  /** A chat that belongs to it: it reconnects and is closed with the session. See `@rendezvous/client/chat`. */
  readonly chat?: SessionChat;
  /** Where it is known before the join: it is not tried earlier than this (server time, Unix ms). */
  readonly opensAt?: number;
  /** What a reload of this tab needs is kept under it. Without it a reload joins anew. */
  readonly storageKey?: string;
  /** Shared with what else of the page shows the server's time. */
  readonly clock?: ServerClock;
  /** The time is in doubt and there is no socket to ask over: a request to the scheduler measures it, too. */
  readonly onClockDoubt?: () => void;
}

/** What a session does with its chat. */
export interface SessionChat {
  /** The page has slept, or its network has changed. */
  reconnectNow(): void;
  /** The session is closed, and the chat with it. */
  close(): void;
}

/** Interval of the checks of deadlines, aligned to the server's clock so that two pages change at the same instant (ms). */
const TICK_MS = 100;

/** Minimum delay before rejoining after the close code `too_early` (ms). */
const EARLY_RETRY_MS = 1_000;

/** Attempts without a socket after which the page is told (about 3 s). */
const UNREACHABLE_ATTEMPTS = 4;

/** Joins at once, or as soon as the lobby is open. */
export function createSession(options: SessionOptions): Session {
  return new Session(options);
}

/** A session of this page: its state by `getSnapshot` and `subscribe`, its events by `on`. */
export class Session extends Observable<SessionSnapshot, SessionEvents> {
  readonly clock: ServerClock;
  readonly #options: SessionOptions;
  readonly #kept: KeptValues;
  readonly #devices: PageDevices;
  readonly #media: MediaConnection;
  readonly #monitor: ClockMonitor;
  readonly #picture: PictureWatch;
  #signaling: SignalingClient | null = null;
  #leaving: SignalingClient | null = null;
  #polite = false;
  #closed = false;
  #tickTimer: ReturnType<typeof setTimeout> | undefined;
  readonly #handleOnline = (): void => this.reconnectNow();

  /** @internal `createSession` makes one. */
  constructor(options: SessionOptions) {
    super(INITIAL_SNAPSHOT);
    this.#options = options;
    this.clock = options.clock ?? new ServerClock();
    this.#kept = options.storageKey === undefined ? new PageStorage() : new TabStorage(`rendezvous:${options.storageKey}:`);
    this.#devices = new PageDevices({
      onChange: (now) => this.#handleDevices(now),
      onListed: (availableDevices) => this.#set({ availableDevices }),
      isWanted: () => !['ended', 'left', 'refused'].includes(this.#now.phase),
    });
    this.#media = new MediaConnection({
      send: (frame) => this.#signaling?.send(frame),
      outgoingTrack: (kind) => this.#devices.outgoingTrack(kind),
      onStateChange: (media) => this.#handleMediaState(media),
      onStreamsChange: () => this.#set({ remote: this.#media.remote }),
      isPeerReachable: () => this.#now.connection === 'open' && this.#now.session.peer?.presence.is === 'here',
      plugins: options.media ?? [],
      onUnsupported: (kind) => this.emit('error', mediaUnsupported(kind)),
    });
    this.#monitor = new ClockMonitor({ clock: this.clock, measure: () => this.measureClock(), onWake: () => this.reconnectNow() });
    this.#picture = new PictureWatch({
      readFrames: () => this.#framesDecoded(),
      now: () => this.clock.monotonicNow(),
      onChange: () => this.#set({}),
    });
    this.#begin();
  }

  /** The server's time (Unix ms): what every time of the session is compared with. */
  now(): number {
    return this.clock.now();
  }

  /** Switches the microphone off or on. The other one is told, and hears nothing before `live` in any case. */
  setMuted(muted: boolean): void {
    this.#setEnabledMedia({ ...this.#now.enabledMedia, audio: !muted });
  }

  /** Switches the camera off or on. The other one is told, and sees nothing before `live` in any case. */
  setCameraOff(off: boolean): void {
    this.#setEnabledMedia({ ...this.#now.enabledMedia, video: !off });
  }

  /** Asks for more time; it is given once both have asked. */
  extend(): void {
    this.#signaling?.send({ type: 'extend' });
    const { session } = this.#now;
    if (session.me !== null) this.#set({ session: { ...session, extendAskedBy: [...new Set([...session.extendAskedBy, session.me])] } });
  }

  /** Before `live` the person can come back; after it, leaving ends the session for both. */
  leave(): void {
    const { session, phase } = this.#now;
    if (phase === 'ended' || phase === 'refused') return;
    this.#leaving = this.#signaling;
    this.#signaling = null;
    this.#leaving?.leave();
    if (session.stage.phase === 'live' || session.stage.phase === 'paused') {
      this.#set({ left: true });
      return this.#end('left');
    }
    this.#kept.set('left', true);
    this.#media.pause();
    this.#devices.stop();
    this.#set({ left: true, opensAt: null, session: { ...BEFORE_JOIN, timeline: session.timeline } });
  }

  /** Joins again after `leave`; nothing where the person has not left, or the session is over. */
  comeBack(): void {
    if (!this.#now.left || this.#closed) return;
    this.#kept.set('left', false);
    // The seat belongs to the new socket now.
    this.#leaving?.stop();
    this.#leaving = null;
    this.#set({ left: false });
    this.#devices.open();
    this.#join();
  }

  /** After the person has allowed or plugged in what was missing. */
  retryDevices(): void {
    this.#devices.open();
  }

  /** Uses another microphone or camera from here on: `deviceId` is that of one of `availableDevices`. */
  selectDevice(kind: TrackKind, deviceId: string): void {
    this.#devices.select(kind, deviceId);
  }

  /** JSON for the other page. Throws `TooLargeError` above 4 KiB, and nothing else happens then; false where nobody is there. */
  send(payload: unknown): boolean {
    if (this.#now.session.peer?.presence.is !== 'here' || this.#signaling === null) return false;
    this.#signaling.send({ type: 'data', payload });
    return true;
  }

  /** Sends an additional track, such as a screen, until the returned function is called. */
  share(track: MediaStreamTrack): () => void {
    return this.#media.share(track);
  }

  /** The peer's shared tracks. */
  get shared(): MediaStream {
    return this.#media.shared;
  }

  /** The time of the booking has changed before the join. */
  setOpensAt(opensAt: number): void {
    if (this.#now.opensAt !== null && this.#signaling === null) this.#waitForLobby(opensAt);
  }

  /** After a change of the network that the browser does not report. */
  reconnectNow(): void {
    this.#signaling?.reconnectNow();
    this.#media.recover();
    this.#options.chat?.reconnectNow();
  }

  /** Asks for the server's time now, as after the computer has slept. The session does so by itself where it notices. */
  measureClock(): void {
    if (!this.#signaling?.measureClock()) this.#options.onClockDoubt?.();
  }

  /** The page goes, or takes the session off: everything is released. The seat is kept for a while, as over a reload. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#picture.stop();
    this.#monitor.stop();
    clearTimeout(this.#tickTimer);
    window.removeEventListener('online', this.#handleOnline);
    this.#devices.close();
    this.#release();
    this.#options.chat?.close();
  }

  get #now(): SessionSnapshot {
    return this.getSnapshot();
  }

  #begin(): void {
    window.addEventListener('online', this.#handleOnline);
    const timeline = this.#kept.get<TimelineEntry[]>('story') ?? [];
    // A reload is no coming back.
    const left = this.#kept.get<boolean>('left') ?? false;
    this.#set({ session: { ...BEFORE_JOIN, timeline }, left, preview: this.#devices.preview, remote: this.#media.remote });
    this.#monitor.start();
    this.#tick();
    if (left) return;
    this.#devices.open();
    this.#waitForLobby(this.#options.opensAt ?? 0);
  }

  #waitForLobby(opensAt: number): void {
    if (this.clock.now() < opensAt) this.#set({ opensAt });
    else this.#join();
  }

  #join(): void {
    if (this.#signaling !== null || this.#closed) return;
    this.#set({ connection: 'connecting' });
    const ifCurrent = <Value>(handle: (value: Value) => void) => (value: Value) => void (signaling === this.#signaling && handle(value));
    const signaling: SignalingClient = new SignalingClient({
      tickets: ticketSource(checkedTicket(this.#options.ticket), this.#kept, 'ticket', this.clock),
      clock: this.clock,
      onFrame: ifCurrent((frame) => this.#handleFrame(frame)),
      onStatus: ifCurrent((connection) => this.#set({ connection })),
      onRejected: ifCurrent((rejection) => this.#handleRejection(rejection)),
      onFrameRefused: ifCurrent((frame) => this.#media.handleRefusedFrame(frame)),
      onUnreachable: ifCurrent((attempts) => attempts === UNREACHABLE_ATTEMPTS && this.emit('error', UNREACHABLE)),
    });
    this.#signaling = signaling;
    signaling.start();
  }

  #handleFrame(frame: Signaling.ServerFrame): void {
    const session = applyFrame(this.#now.session, frame, this.clock.now());
    if (frame.type === 'welcome') {
      this.#polite = frame.you.polite;
      this.#set({ session, opensAt: null });
    } else this.#set({ session });
    if (frame.type === 'data') this.#handleData(frame.payload);
    this.#passToMedia(frame);
  }

  /** What is on is ours to know; anything else is the page's. */
  #handleData(payload: unknown): void {
    const peerMedia = parseMediaStatus(payload);
    if (peerMedia === null) this.emit('data', { payload });
    else this.#set({ peerMedia });
  }

  #passToMedia(frame: Signaling.ServerFrame): void {
    switch (frame.type) {
      case 'welcome':
        return this.#media.handleWelcome(frame);
      case 'negotiate':
        this.#media.negotiate(frame, this.#now.session.me ?? '', this.#polite, this.#now.session.spec?.ice ?? 'all');
        return this.#sendMediaStatus();
      case 'offer':
      case 'answer':
      case 'candidate':
        return this.#media.handleSignal(frame);
      case 'ice_servers':
        return this.#media.updateIceServers(frame);
      case 'peer_joined':
        return this.#sendMediaStatus();
      case 'peer_resumed':
        this.#media.recover();
        return this.#sendMediaStatus();
    }
  }

  #handleRejection(rejection: ConnectionRejection): void {
    this.#signaling = null;
    const refusal = refusalOf(rejection);
    const tooEarly = rejection.by === 'socket' && rejection.code === CLOSE_CODES.too_early;
    if (tooEarly) return this.#handleTooEarly(rejection.error?.opens_at);
    if (refusal.code === 'session_over') return this.#end((refusal.reason ?? 'completed') as EndReason);
    if (this.#now.phase === 'ended') return;
    this.#refuse(refusal);
  }

  #refuse(refusal: Refusal): void {
    this.#release();
    this.#set({ refusal });
    this.emit('error', refusal);
  }

  #handleTooEarly(opensAt: number | undefined): void {
    this.#media.pause();
    this.#set({ session: { ...BEFORE_JOIN, timeline: this.#now.session.timeline }, opensAt: Math.max(opensAt ?? 0, this.clock.now() + EARLY_RETRY_MS) });
    this.#options.onClockDoubt?.();
  }

  #end(reason: EndReason): void {
    this.#set({ session: endSession(this.#now.session, { reason }, this.clock.now()) });
  }

  #release(): void {
    this.#media.close();
    this.#devices.stop();
    this.#signaling?.stop();
    this.#signaling = null;
    if (this.#now.opensAt !== null) this.#set({ opensAt: null });
  }

  #handleMediaState(media: MediaConnectionState): void {
    this.#set({ media, remote: this.#media.remote });
  }

  #handleDevices(now: DevicesNow): void {
    const before = this.#now.devices;
    this.#set(now);
    this.#media.updateTracks();
    if (before.audio !== now.devices.audio || before.video !== now.devices.video) this.#sendMediaStatus();
  }

  #setEnabledMedia(enabledMedia: EnabledMedia): void {
    this.#set({ enabledMedia });
    this.#devices.setEnabled(enabledMedia);
    this.#sendMediaStatus();
  }

  #sendMediaStatus(): void {
    const { session, enabledMedia, devices } = this.#now;
    if (session.peer?.presence.is !== 'here') return;
    this.#signaling?.send({ type: 'data', payload: mediaStatusPayload(enabledMedia, devices) });
  }

  #tick(): void {
    const now = this.clock.now();
    const { opensAt, session } = this.#now;
    if (opensAt !== null && now >= opensAt && this.#signaling === null) this.#join();
    const counted = afterCountdown(session, now);
    if (counted !== session) this.#set({ session: counted });
    const deadline = localDeadline(this.#now.session);
    if (deadline !== null && now >= deadline) this.#end('completed');
    this.#tickTimer = setTimeout(() => this.#tick(), TICK_MS - (now % TICK_MS));
  }

  /** Only while live, and while the peer's camera is on as far as is known. */
  async #framesDecoded(): Promise<number | null> {
    const { session, peerMedia } = this.#now;
    return session.stage.phase === 'live' && peerMedia?.video !== false ? this.#media.framesDecoded() : null;
  }

  /** The one way in which the state changes: tracks follow the phase, the page is told, and everything is closed at the end. */
  #set(change: Partial<SessionSnapshot>): void {
    const before = this.#now;
    const next = { ...before, ...change };
    const after = { ...next, phase: phaseOf(next), peerLine: peerLineOf(next.session, next.media, this.#picture?.frozen ?? false) };
    // Whoever is told may change something at once: what follows is about this change alone.
    this.update(after);
    this.#applySession(before.session, after.session);
    for (const { type, event } of eventsBetween(before, after)) this.emit(type, event as never);
  }

  #applySession(before: SessionState, session: SessionState): void {
    if (before === session) return;
    if (before.timeline !== session.timeline) this.#kept.set('story', session.timeline);
    if (before.stage.phase !== session.stage.phase) {
      // After whoever watches has drawn: enabling tracks may block, and both pages should change at the same instant.
      queueMicrotask(() => this.#devices.setLive(this.#now.session.stage.phase === 'live'));
    }
    if (before.stage.phase !== 'ended' && session.stage.phase === 'ended') this.#release();
  }
}
