/** The token of a join link, however a mail program has written the link. Pure. */

/** Two parts in base64url, of 45 bytes and of a hash. The lengths tell where a token ends, whatever is written behind it. */
const TOKEN = /[\w-]{60}\.[\w-]{43}/;

/** Of another length: taken where nothing stands before it, so that the server decides. */
const OTHER_TOKEN = /^[\w-]{8,}\.[\w-]{8,}/;

/** Links are encoded once by each program that passes them on. */
const MAX_ENCODINGS = 3;

/** `damaged`: something stands where the token should be, and it is none. `none`: nothing does. */
export type JoinLink =
  | { readonly is: 'link'; readonly token: string; readonly address: string }
  | { readonly is: 'damaged' }
  | { readonly is: 'none' };

/**
 * Reads the address of the page. The token stands behind the `#`, or in the path or query if that was encoded. `address` is the
 * path and fragment as they should be: nothing else of the link stays in the address bar.
 */
export function readJoinLink({ pathname, search, hash }: Pick<Location, 'pathname' | 'search' | 'hash'>): JoinLink {
  const fragment = hash.slice(1);
  const token = joinToken(fragment) ?? wholeToken(pathname) ?? wholeToken(search);
  if (token !== null) return { is: 'link', token, address: `${joinPath(pathname)}#${token}` };
  return decodedLink(fragment).trim() === '' ? { is: 'none' } : { is: 'damaged' };
}

/** Without what a mail program has written behind the path, as in `/join%23…`, `/JOIN/` or `/join.`. */
export function joinPath(pathname: string): string {
  const [, base] = /^(.*?\/)join(?![\w-])/i.exec(pathname) ?? [];
  return base === undefined ? pathname : `${base}join`;
}

/** The token of a pasted join link, of its fragment, or of a text with the link in it; null for anything else. */
export function joinToken(text: string): string | null {
  const token = wholeToken(text);
  if (token !== null) return token;
  const plain = decodedLink(text).trim();
  return OTHER_TOKEN.exec(plain.slice(plain.indexOf('#') + 1))?.[0] ?? null;
}

/** First as it stands, then without what line breaks, markup and invisible characters have torn apart. */
function wholeToken(text: string): string | null {
  const plain = decodedLink(text);
  return (TOKEN.exec(plain) ?? TOKEN.exec(joined(plain)))?.[0] ?? null;
}

/** Without the encodings that programs put on a link that they pass on, and without invisible characters. */
export function decodedLink(text: string): string {
  let plain = text;
  for (let round = 0; round < MAX_ENCODINGS; round += 1) plain = plain.replace(/(?:%[0-9a-f]{2})+/gi, decodeEscapes);
  return plain
    .replace(/&#(?:x([0-9a-f]{1,4})|(\d{1,5}));/gi, (_, hex?: string, decimal?: string) => String.fromCharCode(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)))
    .normalize('NFKC')
    .replace(/[\u2010-\u2013\u2212]/g, '-')
    .replace(/[\p{Cf}\u034F\u3164\uFE00-\uFE0F]/gu, '');
}

/** Escapes that are no UTF-8 stay as they are. */
function decodeEscapes(escapes: string): string {
  try {
    return decodeURIComponent(escapes);
  } catch {
    return escapes;
  }
}

/** Soft line breaks of quoted-printable, tags, white space and the backslashes of Markdown. */
function joined(text: string): string {
  return text
    .replace(/=\r?\n/g, '')
    .replace(/=2E/gi, '.')
    .replace(/<[^>]*>/g, '')
    .replace(/[\s\\]+/g, '');
}
