/** How a time stands in an English sentence. */

/** `at 13:56`, and with a day `on January 16 at 13:56`; what is put into a sentence is isolated (`index.ts`). */
export function at(time: string): string {
  return `${/^\u2068?\d{1,2}:\d{2}\u2069?$/.test(time) ? 'at' : 'on'} ${time}`;
}
