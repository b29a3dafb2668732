const POLL_INTERVAL_MS = 20;

/** Polls until the result is neither undefined nor false. Throws with `what` after `limitMs`. */
export async function until<T>(
  what: string,
  poll: () => Promise<T | undefined | false> | T | undefined | false,
  limitMs = 30_000,
): Promise<T> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const found = await poll();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`${what}: not within ${limitMs} ms`);
    await new Promise((done) => setTimeout(done, POLL_INTERVAL_MS));
  }
}
