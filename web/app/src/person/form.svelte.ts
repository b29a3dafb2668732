/** One form on the page: whether it is being sent, and what the server said of it. */
import { locale, words } from '../i18n/index.ts';
import { emptyFields, refusalOf, type FormRefusal } from './refusal.ts';

export type FormState =
  | { readonly is: 'ready' }
  | { readonly is: 'sending' }
  | { readonly is: 'refused'; readonly refusal: FormRefusal }
  | { readonly is: 'done' };

/** What the components of a form draw. */
export interface FormModel {
  readonly state: FormState;
}

export class Form implements FormModel {
  state = $state.raw<FormState>({ is: 'ready' });

  /**
   * Sends unless a field is empty or the form is on its way. `required` has a value for each required field, `others` names the rest.
   * Null if it was not sent or was refused.
   */
  async send<T>(required: Readonly<Record<string, string>>, request: () => Promise<T>, others: readonly string[] = []): Promise<T | null> {
    if (this.state.is === 'sending') return null;
    const empty = emptyFields(required, words);
    if (empty !== null) {
      this.state = { is: 'refused', refusal: empty };
      return null;
    }
    this.state = { is: 'sending' };
    try {
      const response = await request();
      this.state = { is: 'done' };
      return response;
    } catch (error) {
      this.state = { is: 'refused', refusal: refusalOf(error, [...Object.keys(required), ...others], Date.now(), words, locale) };
      return null;
    }
  }
}

export function fieldError({ state }: FormModel, field: string): string | null {
  return state.is === 'refused' ? (state.refusal.fields[field] ?? null) : null;
}

/** `notices` has words of the form's own, by the code of the refusal. */
export function formNotice({ state }: FormModel, notices: Readonly<Record<string, string>> = {}): string | null {
  if (state.is !== 'refused' || state.refusal.notice === null) return null;
  return notices[state.refusal.code] ?? state.refusal.notice;
}
