/** The links in a message. Only whole addresses of the web are any, shown as they were written. Pure. */

export interface TextPart {
  readonly text: string;
  /** Where it leads; null for text. */
  readonly href: string | null;
}

const ADDRESS = /https?:\/\/[^\s<>"\u2066-\u2069\u202a-\u202e]+/gi;

/** What ends a sentence and not an address. */
const TRAILING = /[.,;:!?'"”’…。、」』)\]}]+$/u;

/** In the order of the text; together they are the text. */
export function textParts(text: string): readonly TextPart[] {
  const parts: TextPart[] = [];
  let from = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = withoutTrailing(match[0]);
    if (!URL.canParse(address)) continue;
    if (match.index > from) parts.push({ text: text.slice(from, match.index), href: null });
    parts.push({ text: address, href: new URL(address).href });
    from = match.index + address.length;
  }
  return from < text.length || parts.length === 0 ? [...parts, { text: text.slice(from), href: null }] : parts;
}

/** A bracket that the address has opened belongs to it. */
function withoutTrailing(address: string): string {
  const tail = TRAILING.exec(address)?.[0] ?? '';
  const bare = address.slice(0, address.length - tail.length);
  const closing = tail.startsWith(')') && bare.split('(').length > bare.split(')').length ? ')' : '';
  return bare + closing;
}
