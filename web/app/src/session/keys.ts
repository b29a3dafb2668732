/** What a key means while writing. Pure. */

/** The part of a keyboard event that counts. `keyCode` 229 is how some input methods say that they are composing. */
export interface Key {
  readonly key: string;
  readonly isComposing: boolean;
  readonly keyCode: number;
  readonly shiftKey: boolean;
}

const COMPOSING_KEY_CODE = 229;

/** Enter sends; Shift+Enter is a new line; the Enter that ends a composition (Korean, Japanese, Chinese) never sends. */
export function sends({ key, isComposing, keyCode, shiftKey }: Key): boolean {
  return key === 'Enter' && !shiftKey && !isComposing && keyCode !== COMPOSING_KEY_CODE;
}
