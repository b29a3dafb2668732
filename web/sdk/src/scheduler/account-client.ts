/**
 * The scheduler's HTTP API as a person with an account uses it. The credential is a cookie that no script can read: the browser keeps
 * it and sends it to its own origin.
 */
import type { ChangeMe, ChangePassword, ConfirmReset, Login, LoginView, Page, Signup, User } from '../wire.generated.ts';
import { requestJson } from './request.ts';

/** A password is hashed slowly on purpose, and others may be waiting for theirs (ms). */
const PASSWORD_TIMEOUT_MS = 15_000;

/** An export gathers everything that is stored of a person (ms). */
const EXPORT_TIMEOUT_MS = 60_000;

/** An account and its logins, by the cookie of one. Each method rejects with an `ApiError`. */
export class AccountClient {
  readonly #base: string;

  /** `base`: the path below which the scheduler's API lies, without a slash at its end. */
  constructor(base: string) {
    this.#base = base;
  }

  /** Fails with `email_taken`, `weak_password` or fields that are wrong. */
  signUp(form: Signup): Promise<User> {
    return this.#send('POST', '/v1/signup', form, PASSWORD_TIMEOUT_MS);
  }

  /** Fails with `bad_login`, which does not tell whether the address is known. */
  logIn(form: Login): Promise<User> {
    return this.#send('POST', '/v1/login', form, PASSWORD_TIMEOUT_MS);
  }

  /** Ends this browser's login. */
  async logOut(): Promise<void> {
    await this.#send('POST', '/v1/logout', {});
  }

  /** The person who is logged in. Fails with 401 where nobody is. */
  me(): Promise<User> {
    return this.#send('GET', '/v1/me');
  }

  /** What is not named stays as it is. */
  change(changes: ChangeMe): Promise<User> {
    return this.#send('PATCH', '/v1/me', changes);
  }

  /** Ends the other logins. */
  async changePassword(form: ChangePassword): Promise<void> {
    await this.#send('POST', '/v1/me/password', form, PASSWORD_TIMEOUT_MS);
  }

  /** The browsers in which the account is logged in. */
  logins(): Promise<Page<LoginView>> {
    return this.#send('GET', '/v1/me/logins');
  }

  /** Logs another browser out; `id` is of `logins`. */
  async endLogin(id: string): Promise<void> {
    await this.#send('DELETE', `/v1/me/logins/${encodeURIComponent(id)}`);
  }

  /** What the scheduler has stored of the person. */
  export(): Promise<object> {
    return this.#send('GET', '/v1/me/export', undefined, EXPORT_TIMEOUT_MS);
  }

  /** Erases the account in all services. */
  async erase(password: string): Promise<void> {
    await this.#send('DELETE', '/v1/me', { password }, PASSWORD_TIMEOUT_MS);
  }

  /** A new address of the feed of one's sessions, for calendars: a secret. An earlier one is void from then on. */
  createCalendar(): Promise<{ readonly url: string }> {
    return this.#send('POST', '/v1/me/calendar', {});
  }

  /** The address of the feed is void from here on. */
  async revokeCalendar(): Promise<void> {
    await this.#send('DELETE', '/v1/me/calendar');
  }

  /** Sends a mail to the address of the account, or to the new one that waits to be confirmed. */
  async requestVerification(): Promise<void> {
    await this.#send('POST', '/v1/email-verification', {});
  }

  /** Takes the login that asked for the mail. Fails with `bad_token`. */
  async confirmVerification(token: string): Promise<void> {
    await this.#send('POST', '/v1/email-verification/confirm', { token });
  }

  /** Succeeds whether the address is known or not. */
  async requestReset(email: string): Promise<void> {
    await this.#send('POST', '/v1/password-reset', { email });
  }

  /** Fails with `bad_token` or `weak_password`. */
  async confirmReset(form: ConfirmReset): Promise<void> {
    await this.#send('POST', '/v1/password-reset/confirm', form, PASSWORD_TIMEOUT_MS);
  }

  #send<T>(method: string, path: string, body?: object, timeoutMs?: number): Promise<T> {
    return requestJson(method, this.#base + path, { ...(body === undefined ? {} : { body }), ...(timeoutMs === undefined ? {} : { timeoutMs }) });
  }
}
