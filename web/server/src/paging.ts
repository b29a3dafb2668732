/** Collections, page by page. */
import type { CallOptions, Transport } from './transport.ts';
import type { Page } from './types.ts';

/** Every item of a collection, each page fetched when it is reached: `for await (const session of …)`. */
export async function* items<Item>(
  transport: Transport,
  path: string,
  query: Readonly<Record<string, unknown>> = {},
  options: CallOptions = {},
): AsyncGenerator<Item, void, undefined> {
  let cursor: string | null | undefined;
  do {
    const page: Page<Item> = await transport.send({ ...options, method: 'GET', path, query: { ...query, cursor }, repeatable: 'yes' });
    yield* page.items;
    cursor = page.next_cursor;
  } while (cursor);
}

/** A path with ids in it, each of which may hold any character. */
export function at(parts: TemplateStringsArray, ...ids: readonly string[]): string {
  return parts.reduce((path, part, index) => path + encodeURIComponent(ids[index - 1] ?? '') + part);
}
