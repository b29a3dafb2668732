/** `<rendezvous-session>`: a whole session as one element. What it shows is decided by the snapshot of its `Session`. */
import { livekit } from '../media/livekit.ts';
import { openvidu } from '../media/openvidu.ts';
import { createSession, type Session } from '../session/session.ts';
import { SESSION_EVENTS } from '../session/event-types.ts';
import type { SessionSnapshot } from '../session/snapshot.ts';
import { element, setText } from './dom.ts';
import { sessionStyles } from './styles.ts';
import { TicketElement } from './ticket-element.ts';
import { deviceWords, endWords, span } from './words.ts';

/** Interval at which the clock is drawn (ms). */
const DRAW_MS = 250;

/** `<rendezvous-session>`: a whole session, by `ticket-url` or `getTicket`. It joins as soon as it is in the page. */
export class RendezvousSessionElement extends TicketElement {
  #session: Session | null = null;
  #view: SessionView | null = null;
  #drawTimer: ReturnType<typeof setInterval> | undefined;
  #unsubscribe: () => void = () => undefined;

  /** For all that the element has no button for; null before it has a ticket, and after it was taken out of the page. */
  get session(): Session | null {
    return this.#session;
  }

  protected start(): void {
    const session = createSession({ ticket: this.requestTicket, media: [livekit, openvidu] });
    this.#session = session;
    this.#view ??= new SessionView(this, () => this.#session);
    for (const type of SESSION_EVENTS) session.on(type, (event) => this.tell(type, event));
    this.#unsubscribe = session.subscribe(() => this.draw());
    this.#drawTimer = setInterval(() => this.draw(), DRAW_MS);
    this.draw();
  }

  protected stop(): void {
    clearInterval(this.#drawTimer);
    this.#unsubscribe();
    this.#session?.close();
    this.#session = null;
    this.#view?.release();
  }

  protected draw(): void {
    if (this.#session !== null) this.#view?.draw(this.#session.getSnapshot(), this.#session.now(), this.words, this.language);
  }
}

type Words = Parameters<typeof deviceWords>[0];

/** The parts within the shadow root. */
class SessionView {
  readonly #remote = element('video', { part: 'remote', class: 'remote', autoplay: '', playsinline: '' });
  readonly #preview = element('video', { part: 'preview', class: 'preview', autoplay: '', playsinline: '' });
  readonly #clock = element('p', { part: 'clock', class: 'clock', role: 'timer' });
  readonly #status = element('p', { part: 'status', role: 'status' });
  readonly #devices = element('p', { part: 'devices', class: 'devices', role: 'status' });
  readonly #mute = this.#button('mute', (session) => session.setMuted(session.getSnapshot().enabledMedia.audio));
  readonly #camera = this.#button('camera', (session) => session.setCameraOff(session.getSnapshot().enabledMedia.video));
  readonly #extend = this.#button('extend', (session) => session.extend());
  readonly #retry = this.#button('retry', (session) => session.retryDevices());
  readonly #comeBack = this.#button('come-back', (session) => session.comeBack());
  readonly #leave = this.#button('leave', (session) => session.leave());
  readonly #hear = this.#button('hear', () => this.#play(true));
  readonly #root: HTMLElement;
  readonly #session: () => Session | null;
  #blocked = false;

  constructor(host: HTMLElement, session: () => Session | null) {
    this.#session = session;
    this.#preview.muted = true;
    this.#remote.muted = true;
    const controls = element('div', { part: 'controls', class: 'controls' }, this.#hear, this.#mute, this.#camera, this.#extend, this.#retry, this.#comeBack, this.#leave);
    const bar = element('div', { part: 'bar', class: 'bar' }, this.#status, this.#devices, controls);
    this.#root = element('div', { part: 'root', class: 'root' }, this.#remote, this.#preview, this.#clock, bar);
    const shadow = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
    shadow.adoptedStyleSheets = sessionStyles();
    shadow.replaceChildren(this.#root);
  }

  draw(snapshot: SessionSnapshot, now: number, words: Words, language: string): void {
    const { phase, devices, enabledMedia, session } = snapshot;
    const live = phase === 'live';
    this.#root.dataset['phase'] = phase;
    this.#drawVideos(snapshot);
    setText(this.#status, statusOf(snapshot, now, words, language));
    setText(this.#clock, clockOf(snapshot, now));
    this.#clock.ariaLabel = live ? words.timeLeft : '';
    this.#clock.ariaLive = phase === 'countdown' ? 'assertive' : 'off';
    const over = phase === 'ended' || phase === 'refused';
    const problem = over || phase === 'left' ? null : deviceWords(words, devices);
    setText(this.#devices, problem ?? '');
    showButton(this.#mute, !over && devices.audio === 'on', enabledMedia.audio ? words.mute : words.unmute);
    showButton(this.#camera, !over && devices.video === 'on', enabledMedia.video ? words.cameraOff : words.cameraOn);
    const asked = session.me !== null && session.extendAskedBy.includes(session.me);
    showButton(this.#extend, live && session.extensionsLeft > 0, asked ? words.extendAsked : words.extend);
    this.#extend.disabled = asked;
    showButton(this.#retry, problem !== null, words.retry);
    showButton(this.#comeBack, phase === 'left', words.comeBack);
    showButton(this.#leave, !over && phase !== 'left', words.leave);
    showButton(this.#hear, live && this.#blocked, words.hear);
    this.#preview.ariaLabel = words.you;
    this.#remote.ariaLabel = session.peer?.name ?? '';
  }

  release(): void {
    this.#remote.srcObject = null;
    this.#preview.srcObject = null;
  }

  #drawVideos({ phase, preview, remote, devices, peerLine }: SessionSnapshot): void {
    showStream(this.#preview, preview);
    this.#preview.hidden = devices.video !== 'on';
    const changed = showStream(this.#remote, remote);
    this.#remote.classList.toggle('open', phase === 'live' || phase === 'paused');
    this.#remote.classList.toggle('dimmed', phase === 'paused' || peerLine !== 'good');
    // Who has refused the sound is asked by a button, and not again by each change.
    const muted = phase !== 'live' || this.#blocked;
    if (this.#remote.srcObject === null) return;
    if (changed || this.#remote.muted !== muted) this.#play(!muted);
  }

  #play(sound: boolean): void {
    this.#remote.muted = !sound;
    this.#remote.play().then(
      () => sound && (this.#blocked = false),
      (error: unknown) => {
        // An empty stream, or a newer call: not blocked.
        if (!sound || !(error instanceof DOMException) || error.name !== 'NotAllowedError') return;
        this.#blocked = true;
        this.#play(false);
      },
    );
  }

  #button(part: string, act: (session: Session) => void): HTMLButtonElement {
    const made = element('button', { part: `button ${part}`, type: 'button' });
    made.addEventListener('click', () => {
      const session = this.#session();
      if (session !== null) act(session);
    });
    return made;
  }
}

/** Without tracks there is nothing to wait for: the page would count as loading. Returns whether it is another one. */
function showStream(video: HTMLVideoElement, stream: MediaStream | null): boolean {
  const shown = stream === null || stream.getTracks().length === 0 ? null : stream;
  if (video.srcObject === shown) return false;
  video.srcObject = shown;
  return true;
}

function showButton(button: HTMLButtonElement, shown: boolean, text: string): void {
  button.hidden = !shown;
  setText(button, text);
}

function clockOf({ session: { stage, spec }, phase }: SessionSnapshot, now: number): string {
  if (stage.phase === 'countdown') return String(Math.max(1, Math.ceil((stage.liveAt - now) / 1_000)));
  if (stage.phase === 'live') return span(stage.deadlineAt - now);
  if (stage.phase === 'paused' && stage.remainingMs !== null) return span(stage.remainingMs);
  return phase === 'lobby' && spec !== null && spec.starts_at > now ? span(spec.starts_at - now) : '';
}

function statusOf({ phase, session, opensAt, refusal, connection, peerLine }: SessionSnapshot, now: number, words: Words, language: string): string {
  const { peer, stage } = session;
  const name = peer?.name ?? '';
  if (stage.phase === 'ended') return endWords(words, stage.reason);
  if (phase === 'refused') return refusal?.code === 'replaced' ? words.replaced : words.refused(refusal?.code ?? '');
  if (phase === 'left') return words.left;
  if (phase === 'early') return words.early(new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', ...(opensAt !== null && opensAt - now > 12 * 3_600_000 ? { day: 'numeric', month: 'long' } : {}) }).format(opensAt ?? now));
  if (connection === 'lost') return words.offline;
  switch (stage.phase) {
    case 'joining':
      return words.joining;
    case 'lobby':
      return peer?.presence.is === 'here' ? words.bothHere(name) : words.waitingFor(name);
    case 'countdown':
      return words.countdown;
    case 'connecting':
      return words.connecting;
    case 'paused':
      return words.paused(name);
    case 'live':
      if (peerLine === 'dropped') return words.lost(name);
      return stage.ending ? words.ending(name) : words.live(name);
  }
}
