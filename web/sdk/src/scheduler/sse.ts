/** A parser of server-sent events (HTML standard, 9.2.6). Pure. */

/** Text without a line end is cut after this many characters. */
const MAX_EVENT_LENGTH = 65_536;

/** Returns a function that takes chunks of text; `onEvent` is called for each complete event with data. */
export function sseParser(onEvent: (data: string) => void): (chunk: string) => void {
  let rest = '';
  let data: string[] = [];
  return (chunk) => {
    const lines = (rest + chunk).split(/\r\n|\n|\r(?!$)/);
    rest = (lines.pop() ?? '').slice(0, MAX_EVENT_LENGTH);
    for (const line of lines) {
      if (line === '') {
        if (data.length > 0) onEvent(data.join('\n'));
        data = [];
      } else if (line.startsWith('data:')) {
        data.push(line.slice(line.startsWith('data: ') ? 6 : 5));
      }
    }
  };
}
