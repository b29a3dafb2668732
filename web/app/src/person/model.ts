/** The view model of the pages of a person, provided by `Account` and by the gallery. */
import type { ChangeMe, ChangePassword, LoginView, Signup, User } from '@rendezvous/client';

export type AccountState =
  | { readonly is: 'opening'; readonly retrying: boolean }
  | { readonly is: 'out' }
  | { readonly is: 'in'; readonly user: User }
  | { readonly is: 'erased' };

/** What became of the link that confirms an address. */
export type VerificationState = 'confirming' | 'confirmed' | 'over' | 'out' | 'unanswered';

export interface AccountModel {
  readonly state: AccountState;
  /** Null until they are known. */
  readonly logins: readonly LoginView[] | null;
}

/** Each fails as the request behind it. No-ops in the gallery. */
export interface AccountActions {
  signUp(form: Pick<Signup, 'email' | 'password' | 'name' | 'invite'>): Promise<unknown>;
  logIn(email: string, password: string): Promise<unknown>;
  logOut(): Promise<unknown>;
  change(changes: ChangeMe): Promise<unknown>;
  changePassword(form: ChangePassword): Promise<unknown>;
  endLogin(id: string): Promise<unknown>;
  /** The address of the feed, which is shown this once. */
  createCalendar(): Promise<string>;
  revokeCalendar(): Promise<unknown>;
  download(): Promise<unknown>;
  erase(password: string): Promise<unknown>;
  requestVerification(): Promise<unknown>;
  requestReset(email: string): Promise<unknown>;
  /** With the token of a mail. */
  setPassword(token: string, password: string): Promise<unknown>;
}
