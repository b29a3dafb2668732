/**
 * JSON in `sessionStorage`: it survives a reload and is not shared between tabs, so two links in one browser are two participants.
 * Where the browser forbids storage, nothing is kept.
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
      // Quota exceeded or forbidden: not kept.
    }
  }

  remove(key: string): void {
    try {
      sessionStorage.removeItem(this.#prefix + key);
    } catch {
      // Forbidden: there is nothing to remove.
    }
  }
}
