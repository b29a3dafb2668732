/** What a field of the kind `datetime-local` holds, and the instant that it means in the time zone of the browser. Pure. */

/** Null for an empty field, or for what is no time. */
export function instantOf(text: string): number | null {
  const at = new Date(text).getTime();
  return text === '' || Number.isNaN(at) ? null : at;
}

/** `2026-11-21T14:00`. */
export function localText(at: number): string {
  const date = new Date(at);
  const two = (part: number): string => String(part).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}T${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** Of fields in a row: the instants of those that are filled. */
export function instantsOf(texts: readonly string[]): number[] {
  return texts.map(instantOf).filter((at) => at !== null);
}
