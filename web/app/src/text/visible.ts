/** What of a message can be seen, and how its text is cleaned: the rule of the server (`crates/wire/src/visible_text.rs`). Pure. */
import { balanced } from './bidi.ts';

/**
 * A character that leaves ink of its own: no space, control, joiner or filler, no mark without a letter, none of the few glyphs that
 * are drawn as nothing. Of the format characters those are drawn that stand around digits.
 */
const VISIBLE =
  /[^\p{White_Space}\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cf}\p{Mn}\p{Me}\u{fffc}\u{2800}\u{1d159}\u{13441}\u{13442}]|[\u{600}-\u{605}\u{6dd}\u{70f}\u{890}\u{891}\u{8e2}\u{110bd}\u{110cd}]/u;

const LINE_SEPARATORS = /\r\n?|[\u000b\u000c\u0085\u2028\u2029]/g;
const OTHER_CONTROLS = /[\u0000-\u0008\u000e-\u001f\u007f-\u009f]/g;
/** Half of a character; with the flag `u` whole ones do not match. */
const HALF_SURROGATES = /\p{Surrogate}/gu;

export function isBlank(text: string): boolean {
  return !VISIBLE.test(text);
}

/** As the server will store it, so that the writer sees at once what the reader will. */
export function cleanBody(text: string): string {
  const lines = text.replace(LINE_SEPARATORS, '\n').replace(OTHER_CONTROLS, '').replace(HALF_SURROGATES, '\ufffd');
  return balanced(lines);
}
