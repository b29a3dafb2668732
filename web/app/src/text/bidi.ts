/** The direction of text (Unicode Standard Annex 9): controls that a line opens are closed in it, overrides are left out. Pure. */

const POP_FORMATTING = '\u202c';
const POP_ISOLATE = '\u2069';

type Opened = 'embedding' | 'override' | 'isolate';

const OPENS: Readonly<Record<string, Opened>> = {
  '\u202a': 'embedding',
  '\u202b': 'embedding',
  '\u202d': 'override',
  '\u202e': 'override',
  '\u2066': 'isolate',
  '\u2067': 'isolate',
  '\u2068': 'isolate',
};

const END: Readonly<Record<Opened, string>> = { embedding: POP_FORMATTING, override: '', isolate: POP_ISOLATE };

/** The text with each line's embeddings and isolates closed in it, without overrides, and without what closes nothing. */
export function balanced(text: string): string {
  const open: Opened[] = [];
  let out = '';
  const closeTo = (left: number): void => {
    while (open.length > left) out += END[open.pop() ?? 'override'];
  };
  for (const character of text) {
    const opened = OPENS[character];
    if (character === '\n') {
      closeTo(0);
      out += character;
    } else if (character === POP_FORMATTING) {
      if (open.length > 0 && open.at(-1) !== 'isolate') closeTo(open.length - 1);
    } else if (character === POP_ISOLATE) {
      const isolate = open.lastIndexOf('isolate');
      if (isolate >= 0) closeTo(isolate);
    } else if (opened === undefined) {
      out += character;
    } else {
      open.push(opened);
      if (opened !== 'override') out += character;
    }
  }
  closeTo(0);
  return out;
}
