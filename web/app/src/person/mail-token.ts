/**
 * The token of a link that came by mail: to confirm an address, to set a password, or to see a gift. It stands behind the `#`, where no
 * server reads it, and leaves the address bar as soon as the page has it. Until it is used it stays in the tab's storage, since phones
 * drop a page while its reader looks for a password.
 */
import { TabStorage } from '@rendezvous/client/scheduler';
import { decodedLink } from '../session/join-link.ts';

export type MailTokenKind = 'reset' | 'verify' | 'gift';

const storage = new TabStorage('rendezvous:mail:');

/** In base64url; the lengths tell where each ends, whatever a mail program has written behind it. */
const TOKENS: Readonly<Record<MailTokenKind, RegExp>> = { reset: /[\w-]{43}/, verify: /[\w-]{43}/, gift: /[\w-]{23}\.[\w-]{43}/ };

type Address = Pick<Location, 'pathname' | 'search' | 'hash'>;

/** The token in an address, or in its path or query if a mail program encoded the `#`; null if there is none. Pure. */
export function mailToken(kind: MailTokenKind, { pathname, search, hash }: Address): string | null {
  for (const part of [hash, pathname, search]) {
    const plain = decodedLink(part).replace(/\s+/g, '');
    const [token] = TOKENS[kind].exec(plain) ?? [];
    if (token !== undefined) return token;
  }
  return null;
}

/** Takes the token out of the address bar; `page` is the address that stays. */
export function takeMailToken(kind: MailTokenKind, page: string): string | null {
  const token = mailToken(kind, location);
  if (location.pathname !== page || location.search !== '' || location.hash !== '') history.replaceState(null, '', page);
  if (token !== null) storage.set(kind, token);
  return storage.get<string>(kind);
}

/** It was used, or never will work. */
export function dropMailToken(kind: MailTokenKind): void {
  storage.remove(kind);
}
