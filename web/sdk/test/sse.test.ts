import { describe, expect, test } from 'vitest';
import { sseParser } from '../src/scheduler/sse.ts';

function events(...chunks: readonly string[]): string[] {
  const seen: string[] = [];
  const parse = sseParser((data) => seen.push(data));
  for (const chunk of chunks) parse(chunk);
  return seen;
}

describe('server-sent events', () => {
  test('[WEB-25] an event is complete at its empty line, however the chunks fall', () => {
    const text = 'id: 1\nevent: notification\ndata: {"a":1}\n\n: keep-alive\n\ndata: two\ndata: lines\n\n';
    expect(events(text)).toEqual(['{"a":1}', 'two\nlines']);
    expect(events(...text)).toEqual(['{"a":1}', 'two\nlines']);
  });

  test('[WEB-25] carriage returns end lines too', () => {
    expect(events('data: a\r', '\n\r\ndata: b\r\n\r\n')).toEqual(['a', 'b']);
  });

  test('[WEB-25] an event without its end is not told', () => {
    expect(events('data: half')).toEqual([]);
  });
});
