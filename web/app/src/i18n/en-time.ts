/** How a time stands in an English sentence. */

/** By a clock of 24 hours or of 12, as this language's regions write it. */
const TIME_ALONE = /^\u2068?\d{1,2}[:.]\d{2}([.:]\d{2})?(\s?[ap]\.?m\.?)?\u2069?$/i;

/** `at 13:56`, and with a day `on January 16 at 13:56`; what is put into a sentence is isolated (`index.ts`). */
export function at(time: string): string {
  return `${TIME_ALONE.test(time) ? 'at' : 'on'} ${time}`;
}
