/**
 * What this browser remembers of the account that is logged in: that there is one, and its language. Neither is a secret nor a proof:
 * they decide what is drawn first, and the scheduler decides the rest.
 */

const LOGIN = 'rendezvous:login';
const LOCALE = 'rendezvous:locale';

export function rememberLogin(locale: string): void {
  write(LOGIN, 'in');
  write(LOCALE, locale);
}

export function forgetLogin(): void {
  write(LOGIN, null);
  write(LOCALE, null);
}

export function mayBeLoggedIn(): boolean {
  return read(LOGIN) !== null;
}

/** The language of the account; null where none is known. */
export function rememberedLocale(): string | null {
  return read(LOCALE);
}

/** Where the browser forbids storage, nothing is remembered. */
function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function write(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    // Forbidden.
  }
}
