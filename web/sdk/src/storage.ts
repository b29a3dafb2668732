/** What is kept by name. */
export interface KeptValues {
  /** Null where nothing is kept under that name. */
  get<T>(key: string): T | null;
  /** What has a JSON; it may be that it is not kept. */
  set(key: string, value: unknown): void;
}

/** For as long as the page lives. */
export class PageStorage implements KeptValues {
  readonly #values = new Map<string, unknown>();

  get<T>(key: string): T | null {
    return (this.#values.get(key) as T | undefined) ?? null;
  }

  set(key: string, value: unknown): void {
    this.#values.set(key, value);
  }
}

/**
 * JSON in `sessionStorage`: it survives a reload and is not shared between tabs, so two links in one browser are two participants.
 * Where the browser forbids storage, nothing is kept.
 */
export class TabStorage implements KeptValues {
  readonly #prefix: string;

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  get<T>(key: string): T | null {
    try {
      const text = sessionStorage.getItem(this.#prefix + key);
      return text === null ? null : (JSON.parse(text) as T);
    } catch {
      return null;
    }
  }

  set(key: string, value: unknown): void {
    try {
      sessionStorage.setItem(this.#prefix + key, JSON.stringify(value));
    } catch {
      // Quota exceeded or forbidden: not kept.
    }
  }

  /** What is kept under that name, if anything is. */
  remove(key: string): void {
    try {
      sessionStorage.removeItem(this.#prefix + key);
    } catch {
      // Forbidden: there is nothing to remove.
    }
  }

  /** Whatever is kept under the prefix. */
  clear(): void {
    try {
      const keys = Array.from({ length: sessionStorage.length }, (_, index) => sessionStorage.key(index));
      for (const key of keys) if (key?.startsWith(this.#prefix)) sessionStorage.removeItem(key);
    } catch {
      // Forbidden: there is nothing to remove.
    }
  }
}
