/** The fields of a KeyboardEvent that `isSubmitKey` needs. */
export interface KeyPress {
  readonly key: string;
  readonly isComposing: boolean;
  readonly keyCode: number;
  readonly shiftKey: boolean;
}

/** Some input methods report this `keyCode` instead of `isComposing`. */
const COMPOSING_KEY_CODE = 229;

/** Enter submits, Shift+Enter breaks the line; an Enter that ends a composition (Korean, Japanese, Chinese) does neither. */
export function isSubmitKey({ key, isComposing, keyCode, shiftKey }: KeyPress): boolean {
  return key === 'Enter' && !shiftKey && !isComposing && keyCode !== COMPOSING_KEY_CODE;
}
