/** When two people are told how much time is left, scaled to the whole of it. The last warning, 10 s before the end, is the server's. Pure. */

/** How much is left at each warning (ms), the first one first. */
const WARNINGS_MS = [300_000, 60_000] as const;

/** How long a warning is shown (ms). */
const SHOWN_MS = 6_000;

/** The warning that is to be shown, as what was left when it came (ms); null for none. There is none in the second half of a session. */
export function warningAt(leftMs: number, wholeMs: number): number | null {
  return WARNINGS_MS.find((warning) => warning <= wholeMs / 2 && leftMs <= warning && leftMs > warning - SHOWN_MS) ?? null;
}
