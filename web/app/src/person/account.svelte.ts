/** The account that is logged in in this browser, and what its person does with it. Pages follow each other by their addresses. */
import { ApiError, type ChangeMe, type ChangePassword, type LoginView, type Signup } from '@rendezvous/client';
import { AccountClient } from '@rendezvous/client/scheduler';
import { chooseLocale, language } from '../i18n/index.ts';
import { forgetLogin, rememberLogin } from './device.ts';
import { dropMailToken } from './mail-token.ts';
import type { AccountActions, AccountModel, AccountState, VerificationState } from './model.ts';
import { ownTimeZone } from './time-zones.ts';

/** Delays between attempts while the scheduler is down; the last one repeats (ms). */
const RETRY_MS = [500, 1_000, 2_000, 3_000];

const DOWNLOAD_NAME = 'rendezvous.json';

export class Account implements AccountModel, AccountActions {
  state = $state.raw<AccountState>({ is: 'opening', retrying: false });
  logins = $state.raw<readonly LoginView[] | null>(null);
  readonly #client: AccountClient;
  /** The path below which the app lies. */
  readonly #base: string;
  /** Whatever else of this browser ends with the login. */
  readonly #beforeLogOut: () => Promise<void>;
  #stopped = false;

  constructor(client: AccountClient, base: string, beforeLogOut = (): Promise<void> => Promise.resolve()) {
    this.#client = client;
    this.#base = base;
    this.#beforeLogOut = beforeLogOut;
  }

  /** Asks who is logged in, until there is an answer. */
  async open(): Promise<AccountState> {
    for (let attempt = 0; !this.#stopped; attempt += 1) {
      try {
        const user = await this.#client.me();
        rememberLogin(user.locale);
        return (this.state = { is: 'in', user });
      } catch (error) {
        if (error instanceof ApiError && error.isTransient) {
          this.state = { is: 'opening', retrying: true };
          await new Promise((resolve) => setTimeout(resolve, RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)]));
        } else {
          forgetLogin();
          return (this.state = { is: 'out' });
        }
      }
    }
    return this.state;
  }

  stop(): void {
    this.#stopped = true;
  }

  async loadLogins(): Promise<void> {
    const { items } = await this.#client.logins();
    this.logins = items;
  }

  async signUp(form: Pick<Signup, 'email' | 'password' | 'name' | 'invite'>): Promise<void> {
    const user = await this.#client.signUp({ ...form, locale: language, time_zone: ownTimeZone() });
    rememberLogin(user.locale);
    this.#go(pageAfterLogin(location.search));
  }

  async logIn(email: string, password: string): Promise<void> {
    const user = await this.#client.logIn({ email, password });
    rememberLogin(user.locale);
    this.#go(pageAfterLogin(location.search));
  }

  async logOut(): Promise<void> {
    await this.#beforeLogOut();
    await this.#client.logOut().catch((error: unknown) => {
      // Whoever is not logged in is out.
      if (!(error instanceof ApiError) || error.status !== 401) throw error;
    });
    forgetLogin();
    this.#go('');
  }

  async change(changes: ChangeMe): Promise<void> {
    const user = await this.#client.change(changes);
    this.state = { is: 'in', user };
    rememberLogin(user.locale);
    if (changes.locale !== undefined && chooseLocale([user.locale]) !== language) location.reload();
  }

  async changePassword(form: ChangePassword): Promise<void> {
    await this.#client.changePassword(form);
    await this.loadLogins().catch(() => undefined);
  }

  async endLogin(id: string): Promise<void> {
    await this.#client.endLogin(id);
    this.logins = this.logins?.filter((login) => login.id !== id) ?? null;
  }

  async createCalendar(): Promise<string> {
    return (await this.#client.createCalendar()).url;
  }

  revokeCalendar(): Promise<void> {
    return this.#client.revokeCalendar();
  }

  async download(): Promise<void> {
    const stored = await this.#client.export();
    const address = URL.createObjectURL(new Blob([JSON.stringify(stored, null, 2)], { type: 'application/json' }));
    const link = document.createElement('a');
    link.href = address;
    link.download = DOWNLOAD_NAME;
    link.click();
    URL.revokeObjectURL(address);
  }

  async erase(password: string): Promise<void> {
    await this.#client.erase(password);
    forgetLogin();
    this.state = { is: 'erased' };
  }

  requestVerification(): Promise<void> {
    return this.#client.requestVerification();
  }

  /** Redeems the token of the mail; the person of the login that asked for it becomes known. */
  async confirmAddress(token: string): Promise<VerificationState> {
    try {
      await this.#client.confirmVerification(token);
      dropMailToken('verify');
      return 'confirmed';
    } catch (error) {
      if (!(error instanceof ApiError) || error.isTransient) return 'unanswered';
      dropMailToken('verify');
      return error.status === 401 ? 'out' : 'over';
    }
  }

  requestReset(email: string): Promise<void> {
    return this.#client.requestReset(email);
  }

  async setPassword(token: string, password: string): Promise<void> {
    await this.#client.confirmReset({ token, password }).catch((error: unknown) => {
      if (error instanceof ApiError && error.code === 'bad_token') dropMailToken('reset');
      throw error;
    });
    dropMailToken('reset');
    forgetLogin();
  }

  #go(page: string): void {
    location.assign(this.#base + page);
  }
}

/** `?to=` leads back to where a login was needed; what is no page of a person is not believed. Pure. */
export function pageAfterLogin(search: string): string {
  const to = new URLSearchParams(search).get('to') ?? '';
  return /^(?:account|gifts?|session\/[\w-]+)$/.test(to) ? to : '';
}
