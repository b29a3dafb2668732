/**
 * Typed events, and an immutable state that can be watched: `subscribe` and `getSnapshot` are what React's `useSyncExternalStore`
 * takes, a Svelte rune or a plain script calls the same.
 */

/** Something that tells of typed events: `Events` is the event of each type. */
export class Emitter<Events extends object> {
  readonly #handlers = new Map<keyof Events, Set<(event: never) => void>>();

  /** Calls `handler` with each event of that type, until the returned function is called. */
  on<Type extends keyof Events>(type: Type, handler: (event: Events[Type]) => void): () => void {
    const handlers = this.#handlers.get(type) ?? new Set();
    this.#handlers.set(type, handlers);
    handlers.add(handler);
    return () => void handlers.delete(handler);
  }

  protected emit<Type extends keyof Events>(type: Type, event: Events[Type]): void {
    for (const handler of [...(this.#handlers.get(type) ?? [])]) guarded(() => (handler as (event: Events[Type]) => void)(event));
  }
}

/** A state of which a new object is made at each change, and events of what has happened to it. */
export class Observable<State extends object, Events extends object> extends Emitter<Events> {
  #state: State;
  readonly #listeners = new Set<() => void>();

  constructor(state: State) {
    super();
    this.#state = state;
  }

  /** Calls `listener` after each change, until the returned function is called. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  /** The same object until something has changed. */
  readonly getSnapshot = (): State => this.#state;

  protected update(change: Partial<State>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of [...this.#listeners]) guarded(() => listener());
  }
}

/** What a page's own function throws is the page's, and ends nothing here. */
function guarded(call: () => void): void {
  try {
    call();
  } catch (error) {
    reportError(error);
  }
}
