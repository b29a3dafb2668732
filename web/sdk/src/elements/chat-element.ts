/** `<rendezvous-chat>`: the chat of a room as one element. Texts are set as text, never as HTML. */
import { createChat, type Chat, type ChatSnapshot } from '../chat/chat.ts';
import type { ChatRoomState, PendingMessage } from '../chat/state.ts';
import type { Chat as Wire } from '../wire.generated.ts';
import { element, placeChildren, setText } from './dom.ts';
import { chatStyles } from './styles.ts';
import { TicketElement } from './ticket-element.ts';
import type { ElementWords } from './words.ts';

/** Within this distance of the end the list follows new messages, and of its top it asks for older ones (px). */
const EDGE_PX = 48;

/** `<rendezvous-chat>`: the chat of a room, by `ticket-url` or `getTicket`, and of the newest room without `room`. */
export class RendezvousChatElement extends TicketElement {
  #chat: Chat | null = null;
  #view: ChatView | null = null;
  readonly #drawVisible = (): void => this.draw();

  /** For all that the element has no control for. */
  get chat(): Chat | null {
    return this.#chat;
  }

  protected start(): void {
    const room = this.getAttribute('room');
    const chat = createChat({ ticket: this.requestTicket, ...(room === null ? {} : { room }) });
    this.#chat = chat;
    this.#view ??= new ChatView(this, () => this.#chat);
    chat.on('message', (message) => this.tell('message', message));
    chat.on('removed', (removed) => this.tell('removed', removed));
    chat.on('error', (error) => this.tell('error', error));
    let { unread } = chat.getSnapshot();
    chat.subscribe(() => {
      this.draw();
      if (chat.getSnapshot().unread === unread) return;
      unread = chat.getSnapshot().unread;
      this.tell('unread', { count: unread });
    });
    document.addEventListener('visibilitychange', this.#drawVisible);
    this.draw();
  }

  protected stop(): void {
    document.removeEventListener('visibilitychange', this.#drawVisible);
    this.#chat?.close();
    this.#chat = null;
  }

  protected draw(): void {
    if (this.#chat !== null) this.#view?.draw(this.#chat.getSnapshot(), this.words, this.language);
  }
}

/** The parts within the shadow root. */
class ChatView {
  readonly #list = element('ol', { part: 'messages', role: 'log', tabindex: '0' });
  readonly #status = element('p', { part: 'status', class: 'status', role: 'status' });
  readonly #input = element('textarea', { part: 'input', rows: '1', dir: 'auto', enterkeyhint: 'send' });
  readonly #send = element('button', { part: 'button send', type: 'submit', class: 'primary' });
  readonly #chat: () => Chat | null;
  #drawn: { room: ChatRoomState; words: ElementWords } | null = null;
  #lines: ReadonlyMap<Wire.Message | PendingMessage, HTMLLIElement> = new Map();
  /** The language and the names that stand in the lines. */
  #spoken = '';

  constructor(host: HTMLElement, chat: () => Chat | null) {
    this.#chat = chat;
    const form = element('form', { part: 'composer' }, this.#input, this.#send);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.#input.addEventListener('keydown', (event) => {
      // The Enter that ends a composition, as of Korean, sends nothing: some browsers tell it by the code alone.
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      this.#submit();
    });
    this.#input.addEventListener('input', () => chat()?.sendTyping());
    this.#list.addEventListener('scroll', () => this.#handleScroll());
    const shadow = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
    shadow.adoptedStyleSheets = chatStyles();
    shadow.replaceChildren(element('div', { part: 'root', class: 'root' }, this.#list, this.#status, form));
  }

  draw({ room, status, refusal }: ChatSnapshot, words: ElementWords, language: string): void {
    const closed = status === 'refused' || room.removed !== null;
    this.#list.ariaLabel = words.messages;
    this.#input.ariaLabel = words.write;
    this.#input.placeholder = words.write;
    this.#input.disabled = closed;
    this.#send.disabled = closed;
    setText(this.#send, words.send);
    setText(this.#status, closed ? `${words.chatClosed}${refusal === null ? '' : ` (${refusal.code})`}` : status === 'lost' ? words.chatDown : '');
    if (this.#drawn?.room.messages !== room.messages || this.#drawn.room.pending !== room.pending || this.#drawn.words !== words) this.#drawLines(room, words, language);
    this.#drawn = { room, words };
    if (document.visibilityState === 'visible' && this.#atEnd) this.#chat()?.markRead();
  }

  get #atEnd(): boolean {
    return this.#list.scrollHeight - this.#list.scrollTop - this.#list.clientHeight < EDGE_PX;
  }

  /** A line that is there already stays as it is: what is read to somebody is what came, and the place in a long history is kept. */
  #drawLines(room: ChatRoomState, words: ElementWords, language: string): void {
    const follow = this.#atEnd || room.pending.length > (this.#drawn?.room.pending.length ?? 0);
    const edge = this.#list.getBoundingClientRect().top;
    const looked = follow ? undefined : [...this.#list.children].find((line) => line.getBoundingClientRect().bottom > edge);
    const before = looked?.getBoundingClientRect().top ?? 0;
    const time = new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
    const names = new Map(room.members.map(({ user_id, name }) => [user_id, name]));
    const spoken = `${language} ${JSON.stringify([...names])}`;
    const known = spoken === this.#spoken ? this.#lines : new Map<Wire.Message | PendingMessage, HTMLLIElement>();
    this.#spoken = spoken;
    this.#lines = new Map<Wire.Message | PendingMessage, HTMLLIElement>([
      ...room.messages.map((one) => [one, known.get(one) ?? messageLine(one, room.me, names, words, time)] as const),
      ...room.pending.map((one) => [one, known.get(one) ?? this.#pendingLine(one, words)] as const),
    ]);
    placeChildren(this.#list, this.#lines.size === 0 ? [element('li', { class: 'empty' }, words.nothingYet)] : [...this.#lines.values()]);
    if (follow) this.#list.scrollTop = this.#list.scrollHeight;
    // Above and below: what comes must not move what is looked at.
    else if (looked?.isConnected) this.#list.scrollTop += looked.getBoundingClientRect().top - before;
  }

  #pendingLine({ clientId, body, state }: PendingMessage, words: ElementWords): HTMLLIElement {
    const line = element('li', { class: 'mine', part: 'message mine' }, element('p', { class: 'body', dir: 'auto' }, body), element('p', { class: 'meta' }, state === 'failed' ? words.notSent : words.sending));
    if (state === 'failed') {
      const retry = element('button', { type: 'button', part: 'button retry' }, words.retry);
      retry.addEventListener('click', () => this.#chat()?.retry(clientId));
      line.append(retry);
    }
    return line;
  }

  #submit(): void {
    const text = this.#input.value.trim();
    if (text !== '' && this.#chat()?.send(text)) this.#input.value = '';
    this.#input.focus();
  }

  #handleScroll(): void {
    const chat = this.#chat();
    if (chat === null) return;
    if (this.#list.scrollTop < EDGE_PX) chat.loadOlder();
    if (this.#atEnd && document.visibilityState === 'visible') chat.markRead();
  }
}

function messageLine({ from, body, sent_at, seq }: Wire.Message, me: string, names: ReadonlyMap<string, string>, words: ElementWords, time: Intl.DateTimeFormat): HTMLLIElement {
  const mine = from === me;
  const text = body === null ? element('p', { class: 'body gone' }, words.deleted) : element('p', { class: 'body', dir: 'auto' }, body);
  const writer = mine ? [] : [element('bdi', {}, names.get(from) ?? ''), ' · '];
  const meta = element('p', { class: 'meta' }, ...writer, element('time', { datetime: new Date(sent_at).toISOString() }, time.format(sent_at)));
  return element('li', { class: mine ? 'mine' : 'theirs', part: mine ? 'message mine' : 'message', 'data-seq': String(seq) }, text, meta);
}
