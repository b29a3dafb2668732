/** Waiting for something to become true, with a bound. */

const LOOK_EVERY_MS = 20;

/** Looks until `look` gives something, and fails with `what` when `limitMs` is over. */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | false> | T | undefined | false,
  limitMs = 15_000,
): Promise<T> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`${what}: not within ${limitMs} ms`);
    await new Promise((done) => setTimeout(done, LOOK_EVERY_MS));
  }
}
