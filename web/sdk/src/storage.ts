/**
 * What a tab remembers over a reload. `sessionStorage` is per tab, so two links in one browser are two people.
 * A browser that forbids storage costs the reload, nothing else.
 */
export class TabStorage {
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
      // Full or forbidden: the page goes on without memory.
    }
  }

  remove(key: string): void {
    try {
      sessionStorage.removeItem(this.#prefix + key);
    } catch {
      // Forbidden: nothing was kept either.
    }
  }
}
