/** The call of this tab as Svelte state: a session of the SDK, and the scheduler's booking of it. Independent of the chat. */
import { BEFORE_JOIN, createSession, pauseOf, type ServerClock, type Session, type SessionSnapshot, type SessionView, type TrackKind } from '@rendezvous/client';
import { livekit } from '@rendezvous/client/media/livekit';
import { openvidu } from '@rendezvous/client/media/openvidu';
import type { SchedulerClient } from '@rendezvous/client/scheduler';
import { afterChange, extensionOf, extensionWord, heard, isBack, NOTHING_SAID, saidByMe, type ExtensionTalk, type ExtensionWord } from './extension.ts';
import type { Feedback } from './feedback.ts';
import { closedReasonOf, saveBooking, storageKeyOf, type JoinedSession, type TabCredentials } from './join.ts';
import type { CallActions, CallModel, JoinState } from './model.ts';
import { REACTION_INTERVAL_MS, reactionSign, type Reaction, type ReactionSign } from './reactions.ts';

/** Update interval of `now`, aligned to multiples of the server's clock so that two pages change at the same instant (ms). */
const TICK_MS = 100;

/** When the booking is fetched after the end: the scheduler completes the record within 2 s (ms after it). */
const FETCH_AFTER_END_MS = [300, 2_500];

export class Call implements CallModel, CallActions {
  joinState = $state.raw<JoinState>({ is: 'opening', retrying: false });
  booking = $state.raw<SessionView | null>(null);
  me = $state.raw<string | null>(null);
  #snapshot = $state.raw<SessionSnapshot | null>(null);
  session = $derived(this.#snapshot?.session ?? BEFORE_JOIN);
  opensAt = $derived(this.#snapshot?.opensAt ?? null);
  left = $derived(this.#snapshot?.left ?? false);
  signalingStatus = $derived(this.#snapshot?.connection ?? 'connecting');
  mediaState = $derived(this.#snapshot?.media ?? 'none');
  devices = $derived(this.#snapshot?.devices ?? ({ audio: 'asking', video: 'asking' } as const));
  availableDevices = $derived(this.#snapshot?.availableDevices ?? []);
  selectedDevices = $derived(this.#snapshot?.selectedDevices ?? { audio: null, video: null });
  enabledMedia = $derived(this.#snapshot?.enabledMedia ?? { audio: true, video: true });
  peerMedia = $derived(this.#snapshot?.peerMedia ?? null);
  peerLine = $derived(this.#snapshot?.peerLine ?? 'good');
  paused = $derived(pauseOf(this.session));
  preview = $derived(this.#snapshot?.preview ?? null);
  remote = $derived(this.#snapshot?.remote ?? null);
  now = $state.raw(0);
  reaction = $state.raw<Reaction | null>(null);
  #extensionTalk = $state.raw<ExtensionTalk>(NOTHING_SAID);
  extension = $derived(extensionOf(this.#extensionTalk, { session: this.session, connection: this.signalingStatus }, this.now));

  readonly clock: ServerClock;
  readonly #scheduler: SchedulerClient;
  readonly #onWake: () => void;
  readonly #onSession: (session: Session) => void;
  #session: Session | null = null;
  #credentials: TabCredentials | null = null;
  #tickTimer: ReturnType<typeof setTimeout> | undefined;

  /** `onWake`: the page has slept, or its network has changed. `onSession`: it is given the session before anything is told of it. */
  constructor(scheduler: SchedulerClient, clock: ServerClock, onWake: () => void = () => undefined, onSession: (session: Session) => void = () => undefined) {
    this.#scheduler = scheduler;
    this.clock = clock;
    this.#onWake = onWake;
    this.#onSession = onSession;
    this.#tick();
  }

  /** Opens the devices, and joins as soon as the lobby is open. */
  begin({ credentials, booking }: JoinedSession): void {
    this.#credentials = credentials;
    this.me = credentials.me;
    this.booking = booking;
    this.joinState = { is: 'in' };
    if (booking.state === 'ended' || booking.state === 'cancelled') return;
    const session = createSession({
      ticket: () => this.#scheduler.sessionTicket(credentials.access, booking.id),
      media: [livekit, openvidu],
      chat: { reconnectNow: this.#onWake, close: () => undefined },
      opensAt: booking.lobby_opens_at,
      storageKey: storageKeyOf(credentials),
      clock: this.clock,
      onClockDoubt: () => this.#measureByRequest(),
    });
    this.#session = session;
    this.#onSession(session);
    this.#snapshot = session.getSnapshot();
    session.on('data', ({ payload }) => this.#handleData(payload));
    session.subscribe(() => this.#handleChange(session.getSnapshot()));
  }

  setMuted(muted: boolean): void {
    this.#session?.setMuted(muted);
  }

  setCameraOff(off: boolean): void {
    this.#session?.setCameraOff(off);
  }

  async sendFeedback(feedback: Feedback): Promise<void> {
    const { access, sessionId } = this.#credentials ?? {};
    if (access !== undefined && sessionId !== undefined) await this.#scheduler.sendFeedback(access, sessionId, feedback);
  }

  extend(): void {
    this.#session?.extend();
    this.#sayOfExtension('asked');
  }

  declineExtension(): void {
    this.#sayOfExtension('declined');
  }

  react(sign: ReactionSign): void {
    const at = this.clock.now();
    const last = this.reaction;
    if (last?.mine && at < last.at + REACTION_INTERVAL_MS) return;
    if (this.#session?.send({ reaction: sign })) this.reaction = { sign, mine: true, at };
  }

  leave(): void {
    this.#session?.leave();
  }

  comeBack(): void {
    this.#session?.comeBack();
  }

  retryDevices(): void {
    this.#session?.retryDevices();
  }

  selectDevice(kind: TrackKind, deviceId: string): void {
    this.#session?.selectDevice(kind, deviceId);
  }

  async refreshBooking(): Promise<void> {
    const booking = await this.#fetchBooking();
    if (booking === null) return;
    this.#session?.setOpensAt(booking.lobby_opens_at);
    if (booking.state === 'cancelled' || booking.state === 'ended') this.#closeAll();
  }

  stop(): void {
    clearTimeout(this.#tickTimer);
    this.#session?.close();
  }

  #handleChange(snapshot: SessionSnapshot): void {
    const before = this.#snapshot;
    this.#snapshot = snapshot;
    if (before !== null) this.#followExtension(before, snapshot);
    if (snapshot.refusal !== null && before?.refusal === null) this.joinState = { is: 'closed', why: closedReasonOf(snapshot.refusal) };
    const over = ({ phase }: SessionSnapshot): boolean => phase === 'ended' || phase === 'refused';
    if (over(snapshot) && before !== null && !over(before)) this.#fetchAfterEnd();
  }

  #handleData(payload: unknown): void {
    const word = extensionWord(payload);
    const sign = reactionSign(payload);
    if (sign !== null) this.reaction = { sign, mine: false, at: this.clock.now() };
    if (word !== null) this.#extensionTalk = heard(this.#extensionTalk, word, this.clock.now());
  }

  #sayOfExtension(word: Exclude<ExtensionWord, 'withdrawn'>): void {
    this.#extensionTalk = saidByMe(this.#extensionTalk, word);
    this.#session?.send({ extension: word });
  }

  #followExtension(before: SessionSnapshot, after: SessionSnapshot): void {
    this.#extensionTalk = afterChange(this.#extensionTalk, before, after);
    const { hidden, withdrawn } = this.#extensionTalk;
    if (isBack(before, after) && hidden && withdrawn) this.#session?.send({ extension: 'withdrawn' });
  }

  /** The answer has the server's time, and may say that the booking has changed. */
  #measureByRequest(): void {
    const over = this.session.stage.phase === 'ended' || this.joinState.is === 'closed';
    if (!over || this.clock.isSuspect) void this.refreshBooking();
  }

  #closeAll(): void {
    this.#session?.close();
    this.#fetchAfterEnd();
  }

  #fetchAfterEnd(): void {
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

  #tick(): void {
    this.now = this.clock.now();
    this.#tickTimer = setTimeout(() => this.#tick(), TICK_MS - (this.now % TICK_MS));
  }
}
