/** Which page an address means. The server has the same rule (`scheduler/src/web/paths.rs`); `test/page-paths.json` holds both. Pure. */

const ACCOUNT_PAGES = ['signup', 'login', 'reset', 'verify', 'account', 'gift', 'gifts', 'session'] as const;

/** The pages of people with an account. */
export type AccountPage = (typeof ACCOUNT_PAGES)[number];

/** `embed`: a session in a frame of an application's page. `none`: nothing is here. */
export type PageKind = 'home' | 'join' | 'embed' | AccountPage | 'none';

/** What a mail program appends to the path of a link: a stop, a bracket, a slash, the encoded fragment, but no letter. */
const NAMED = new RegExp(`^(join|${ACCOUNT_PAGES.join('|')})(?![\\p{Alphabetic}\\p{N}_-])`, 'iu');

/** Of an application. Nobody mails that, so it is written in one way. */
const EMBEDDING = /^embed\/[^/]+$/u;

/**
 * `base` begins and ends with a slash; a path that is not below it is taken as it stands. Where there are no accounts, neither are
 * their pages.
 */
export function pageAt(path: string, base: string, hasAccounts: boolean): PageKind {
  const below = path.startsWith(base) ? path.slice(base.length) : path;
  const name = decoded(below).replace(/^\/+/, '');
  if (name === '' || name === 'index.html') return 'home';
  if (EMBEDDING.test(name)) return 'embed';
  const page = NAMED.exec(name)?.[1]?.toLowerCase() as 'join' | AccountPage | undefined;
  return page === undefined || (page !== 'join' && !hasAccounts) ? 'none' : page;
}

/** The address of a join link's page. */
export function joinAddress(base: string, token: string): string {
  return `${base}join#${token}`;
}

/** The id of the session whose page `session/ID` is; null if there is none. */
export function sessionOfPath(path: string, base: string): string | null {
  const below = path.startsWith(base) ? path.slice(base.length) : path;
  return /^\/*session\/([\w-]+)/i.exec(decoded(below))?.[1] ?? null;
}

/** Without percent-encoding; what is no UTF-8 becomes U+FFFD, and a `%` without two digits stays. */
function decoded(path: string): string {
  return path.replace(/(?:%[0-9a-f]{2})+/gi, (escapes) => {
    const bytes = escapes.slice(1).split('%').map((digits) => Number.parseInt(digits, 16));
    return new TextDecoder().decode(Uint8Array.from(bytes));
  });
}
