/**
 * Text of other people within a sentence of ours. A name may run from right to left, or hold characters that turn the direction of
 * what follows: isolated, it leaves the text around it as it is (Unicode Standard Annex 9). In markup the element `bdi` does the same.
 */

const FIRST_STRONG_ISOLATE = '\u2068';
const POP_DIRECTIONAL_ISOLATE = '\u2069';

/** Embeddings, overrides and isolates: any of them could end or outlast the isolation around it. */
const DIRECTION_CONTROLS = /[\u202a-\u202e\u2066-\u2069]/g;

/** For what stands within other text where there is no markup: sentences, `aria-label`, `title`, the title of the page. */
export function isolate(text: string): string {
  return text === '' ? '' : FIRST_STRONG_ISOLATE + withoutDirectionControls(text) + POP_DIRECTIONAL_ISOLATE;
}

export function withoutDirectionControls(text: string): string {
  return text.replace(DIRECTION_CONTROLS, '');
}

/** The same texts, in which every string that is put into a sentence is isolated. */
export function isolating<Texts extends object>(texts: Texts): Texts {
  const entries = Object.entries(texts).map(([key, text]) => [key, isolatingText(text)]);
  return Object.fromEntries(entries) as Texts;
}

function isolatingText(text: unknown): unknown {
  if (typeof text === 'function') return (...parts: unknown[]): unknown => text(...parts.map(isolatedPart));
  return typeof text === 'object' && text !== null ? isolating(text) : text;
}

function isolatedPart(part: unknown): unknown {
  return typeof part === 'string' ? isolate(part) : part;
}
