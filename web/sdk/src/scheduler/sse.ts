/** Server-sent events (HTML standard, 9.2.6) from chunks of text: the data of each event. Pure. */

/** An event longer than this is not ours; its data is dropped (characters). */
const LONGEST_EVENT = 65_536;

/** Gives a function that takes chunks as they come and calls back once per event that has data. */
export function sseParser(event: (data: string) => void): (chunk: string) => void {
  let rest = '';
  let data: string[] = [];
  return (chunk) => {
    const lines = (rest + chunk).split(/\r\n|\n|\r(?!$)/);
    rest = (lines.pop() ?? '').slice(0, LONGEST_EVENT);
    for (const line of lines) {
      if (line === '') {
        if (data.length > 0) event(data.join('\n'));
        data = [];
      } else if (line.startsWith('data:')) {
        data.push(line.slice(line.startsWith('data: ') ? 6 : 5));
      }
    }
  };
}
