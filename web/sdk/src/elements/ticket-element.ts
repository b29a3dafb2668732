/** What both elements have in common: where their tickets come from, their language, and one connection however they are moved. */
import type { GetTicket, Ticket } from '../session/ticket.ts';
import { wordsOf, type ElementWords } from './words.ts';

/** On a server there are no elements: the classes can be imported there, and not made. */
const Base: typeof HTMLElement = typeof HTMLElement === 'undefined' ? (class {} as unknown as typeof HTMLElement) : HTMLElement;

export abstract class TicketElement extends Base {
  /** @internal The browser reads it. */
  static readonly observedAttributes: readonly string[] = ['ticket-url', 'lang'];
  #getTicket: GetTicket | null = null;
  #started = false;

  /** Asks the page's server for a ticket. It wins over `ticket-url`. */
  get getTicket(): GetTicket | null {
    return this.#getTicket;
  }

  /** With the first one the element joins; a later one is asked at the next join. */
  set getTicket(getTicket: GetTicket | null) {
    const before = this.#getTicket;
    this.#getTicket = getTicket;
    if (before === null) this.#startOnce();
  }

  /** @internal The browser calls it. */
  connectedCallback(): void {
    // A page may have set it before this class was known.
    if (Object.hasOwn(this, 'getTicket')) {
      const { getTicket } = this;
      delete (this as { getTicket?: unknown }).getTicket;
      this.getTicket = getTicket;
    }
    this.#startOnce();
  }

  /** An element that is moved is taken out and put in again at once: only one that stays out ends. */
  disconnectedCallback(): void {
    queueMicrotask(() => {
      if (this.isConnected || !this.#started) return;
      this.#started = false;
      this.stop();
    });
  }

  /** @internal The browser calls it. */
  attributeChangedCallback(name: string, before: string | null, after: string | null): void {
    if (before === after) return;
    if (name === 'lang') return this.#started ? this.draw() : undefined;
    if (this.#started && this.#getTicket === null) {
      this.stop();
      this.#started = false;
    }
    this.#startOnce();
  }

  protected get words(): ElementWords {
    return wordsOf([this.getAttribute('lang') ?? '', document.documentElement.lang, ...navigator.languages]);
  }

  /** For `Intl`. */
  protected get language(): string {
    return this.words === wordsOf(['ko']) ? 'ko' : 'en';
  }

  protected readonly requestTicket: GetTicket = () => (this.#getTicket ?? (() => this.#fetchTicket()))();

  protected tell(type: string, detail?: unknown): void {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }

  protected abstract start(): void;
  protected abstract stop(): void;
  protected abstract draw(): void;

  #startOnce(): void {
    if (this.#started || !this.isConnected || (this.#getTicket === null && !this.hasAttribute('ticket-url'))) return;
    this.#started = true;
    this.start();
  }

  async #fetchTicket(): Promise<Ticket> {
    const response = await fetch(this.getAttribute('ticket-url') ?? '', { method: 'POST', credentials: 'same-origin', headers: { accept: 'application/json' } });
    const body = (await response.json().catch(() => ({}))) as Ticket;
    if (!response.ok) throw Object.assign(new Error(`HTTP ${response.status}`), body, { status: response.status });
    return body;
  }
}
