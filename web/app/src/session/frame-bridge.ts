/**
 * Between the page for embedding and the page that has it in a frame: the session's events go out, commands come in, both by
 * `postMessage` and with that page's exact origin. Nothing goes to, and nothing is taken from, anybody else.
 */
import { SESSION_EVENTS, type Session } from '@rendezvous/client';
import type { SessionEnd } from './screen.ts';

/** Of each message to the embedding page, so that it tells them from those of other frames. */
export const FROM_SESSION = 'rendezvous';

/** What an embedding page may ask for. */
export type FrameCommand =
  | { readonly type: 'mute'; readonly muted: boolean }
  | { readonly type: 'camera'; readonly off: boolean }
  | { readonly type: 'extend' | 'leave' | 'come_back' };

/** Who has this page in a frame. */
export interface Embedder {
  readonly origin: string;
  readonly window: Pick<Window, 'postMessage'>;
}

/** Null where this page is in no frame, or the browser does not say in whose. */
export function embedder(page: Window = window): Embedder | null {
  if (page.parent === page) return null;
  const [ancestor] = page.location.ancestorOrigins ?? [];
  const origin = ancestor ?? originOf(page.document.referrer);
  return origin === null || origin === 'null' ? null : { origin, window: page.parent };
}

export class FrameBridge {
  readonly #embedder: Embedder;
  readonly #page: Pick<Window, 'addEventListener' | 'removeEventListener'>;
  #session: Session | null = null;
  #endTold = false;

  constructor(embedder: Embedder, page: Pick<Window, 'addEventListener' | 'removeEventListener'> = window) {
    this.#embedder = embedder;
    this.#page = page;
    page.addEventListener('message', this.#take);
  }

  /** Tells of that session from here on, and gives it what is asked for. What it told while it was made nobody has heard: hence its state. */
  follow(session: Session): void {
    this.#session = session;
    for (const type of SESSION_EVENTS) session.on(type, (event) => this.tell(type, event));
    const { phase, opensAt } = session.getSnapshot();
    this.tell('ready', { phase, opensAt });
  }

  /** The page shows that the session is over. The session itself has told it, unless the booking says so alone. */
  showsEnd({ reason, absent, startedAt, endedAt }: SessionEnd): void {
    if (!this.#endTold) this.tell('ended', { reason, absent: [...absent], startedAt, endedAt });
  }

  tell(type: string, event: object): void {
    this.#endTold ||= type === 'ended';
    this.#embedder.window.postMessage({ source: FROM_SESSION, type, ...event }, this.#embedder.origin);
  }

  stop(): void {
    this.#page.removeEventListener('message', this.#take);
  }

  readonly #take = ({ source, origin, data }: MessageEvent): void => {
    if (source !== this.#embedder.window || origin !== this.#embedder.origin || !isForSession(data)) return;
    const command = readCommand(data);
    if (command === null) return this.tell('error', { code: 'malformed', final: false });
    if (this.#session !== null) obey(this.#session, command);
  };
}

function isForSession(data: unknown): data is Record<string, unknown> {
  return typeof data === 'object' && data !== null && (data as { target?: unknown }).target === FROM_SESSION;
}

/** Null for what is no command. */
export function readCommand({ type, muted, off }: Record<string, unknown>): FrameCommand | null {
  switch (type) {
    case 'mute':
      return typeof muted === 'boolean' ? { type, muted } : null;
    case 'camera':
      return typeof off === 'boolean' ? { type, off } : null;
    case 'extend':
    case 'leave':
    case 'come_back':
      return { type };
    default:
      return null;
  }
}

function obey(session: Session, command: FrameCommand): void {
  switch (command.type) {
    case 'mute':
      return session.setMuted(command.muted);
    case 'camera':
      return session.setCameraOff(command.off);
    case 'extend':
      return session.extend();
    case 'leave':
      return session.leave();
    case 'come_back':
      return session.comeBack();
  }
}

function originOf(address: string): string | null {
  return URL.canParse(address) ? new URL(address).origin : null;
}
