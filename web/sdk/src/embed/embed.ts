/** A session in a frame: makes or takes the `<iframe>`, tells what happens in it, and passes commands to it. */
import { Emitter } from '../observable.ts';
import { embedAddress } from './embed-address.ts';
import { commandMessage, readEvent, type EmbedCommand, type EmbedEvents } from './messages.ts';

/** Whose session is opened, and where in the page. */
export interface EmbedOptions {
  /** The `join_url` of this page's person, as your server was answered when it booked. Whoever has it is that person: give each page its own alone. */
  readonly joinUrl: string;
  /** The id of your application, as `GET /v1/application` answers it. This page's origin must be among its `allowed_embedders`. */
  readonly application: string;
  /** An element that the frame is added to and fills (40rem high where it has no height), or an `<iframe>` of the page that becomes the frame. */
  readonly into: Element;
  /** What a screen reader calls the frame (`Session`); an `<iframe>` that has a title keeps it. */
  readonly title?: string;
}

/** What a session in a frame needs of the page around it. */
const ALLOWED = ['camera', 'microphone', 'display-capture', 'autoplay'];

/** So long nothing is heard of the frame before the page is told (ms). */
const SILENT_MS = 20_000;

/**
 * Opens a person's session in a frame, and begins to load it at once.
 *
 * @throws {EmbedError} whose `code` is `bad_join_url` or `bad_application`.
 */
export function embedSession(options: EmbedOptions): EmbeddedSession {
  return new EmbeddedSession(options);
}

/** A session in a frame of this page. Only the frame's own messages are taken, and only the page that was meant is told anything. */
export class EmbeddedSession extends Emitter<EmbedEvents> {
  /** The frame in the page, for its size and its place. */
  readonly frame: HTMLIFrameElement;
  readonly #origin: string;
  readonly #isOurs: boolean;
  readonly #silentTimer: ReturnType<typeof setTimeout>;
  /** What was asked for before the session was there, the last of each type. */
  readonly #held = new Map<string, EmbedCommand>();
  #ready = false;
  #destroyed = false;

  /** @internal `embedSession` makes one. */
  constructor({ joinUrl, application, into, title = 'Session' }: EmbedOptions) {
    super();
    const address = embedAddress(joinUrl, application);
    this.#origin = address.origin;
    this.#isOurs = into.localName !== 'iframe';
    this.frame = this.#isOurs ? newFrame(into) : (into as HTMLIFrameElement);
    this.frame.allow = allowed(this.frame.allow);
    // Some browsers tell the frame whose it is by the referrer alone.
    this.frame.referrerPolicy = 'origin';
    this.frame.title ||= title;
    window.addEventListener('message', this.#take);
    this.#silentTimer = setTimeout(() => this.emit('error', UNREACHABLE), SILENT_MS);
    this.frame.src = address.href;
    if (this.#isOurs) into.append(this.frame);
  }

  /** Switches the microphone off or on. Before the session is there it is kept until then. */
  setMuted(muted: boolean): void {
    this.#keepOrSend({ type: 'mute', muted });
  }

  /** Switches the camera off or on. Before the session is there it is kept until then. */
  setCameraOff(off: boolean): void {
    this.#keepOrSend({ type: 'camera', off });
  }

  /** Asks for more time, which is given once both have asked. False where there is no session yet: nothing is asked for then. */
  extend(): boolean {
    return this.#sendIfReady({ type: 'extend' });
  }

  /** Before `live` the person can come back; after it, leaving ends the session for both. False where there is no session yet. */
  leave(): boolean {
    return this.#sendIfReady({ type: 'leave' });
  }

  /** After `leave`, while the session is still to come. False where there is no session yet. */
  comeBack(): boolean {
    return this.#sendIfReady({ type: 'come_back' });
  }

  /**
   * Takes the session off the page: the frame that was made is removed, and a frame of the page's own is emptied. Nothing more is
   * told. The person's seat is kept for a while, as over a reload; `leave` gives it up.
   */
  destroy(): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    clearTimeout(this.#silentTimer);
    window.removeEventListener('message', this.#take);
    if (this.#isOurs) this.frame.remove();
    else this.frame.src = 'about:blank';
  }

  readonly #take = ({ source, origin, data }: MessageEvent): void => {
    if (source === null || source !== this.frame.contentWindow || origin !== this.#origin) return;
    const told = readEvent(data);
    if (told === null) return;
    clearTimeout(this.#silentTimer);
    if (told.type === 'ready') this.#sendHeld();
    this.emit(told.type, told.event as never);
  };

  #sendHeld(): void {
    this.#ready = true;
    for (const command of this.#held.values()) this.#send(command);
    this.#held.clear();
  }

  #keepOrSend(command: EmbedCommand): void {
    if (!this.#sendIfReady(command)) this.#held.set(command.type, command);
  }

  #sendIfReady(command: EmbedCommand): boolean {
    if (!this.#ready || this.#destroyed) return false;
    this.#send(command);
    return true;
  }

  /** Should the frame have gone to another page, the browser gives that page nothing. */
  #send(command: EmbedCommand): void {
    this.frame.contentWindow?.postMessage(commandMessage(command), this.#origin);
  }
}

const UNREACHABLE = {
  code: 'unreachable',
  message: "nothing is heard of the frame: the service does not answer, or this page's origin is not among the application's allowed_embedders",
  final: false,
} as const;

/** What the page has said itself of one of them counts. */
function allowed(before: string): string {
  const said = before.split(';').map((one) => one.trim()).filter((one) => one !== '');
  const named = new Set(said.map((one) => one.split(/\s/)[0]));
  return [...said, ...ALLOWED.filter((one) => !named.has(one))].join('; ');
}

function newFrame(into: Element): HTMLIFrameElement {
  const frame = into.ownerDocument.createElement('iframe');
  Object.assign(frame.style, { display: 'block', inlineSize: '100%', blockSize: into.clientHeight > 0 ? '100%' : '40rem', border: '0' });
  return frame;
}
