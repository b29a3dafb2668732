/** Single keys that do what a button of the session does. Pure. */

export const HOTKEYS = { m: 'mute', v: 'camera', c: 'chat', f: 'fullscreen', '?': 'help' } as const;

export type HotkeyAction = (typeof HOTKEYS)[keyof typeof HOTKEYS];

/** The fields of a KeyboardEvent that `hotkeyOf` needs. */
export interface HotkeyPress {
  readonly key: string;
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly repeat: boolean;
  readonly isComposing: boolean;
  readonly target: unknown;
}

/** Where keys are text, or choose something. */
const TYPING = 'input, textarea, select, [contenteditable], dialog';

/** Null for everything else, and always while somebody types. On a keyboard of another script the place of the key counts. */
export function hotkeyOf({ key, code, ctrlKey, metaKey, altKey, repeat, isComposing, target }: HotkeyPress): HotkeyAction | null {
  if (ctrlKey || metaKey || altKey || repeat || isComposing || isTyping(target)) return null;
  const letter = /^[\x20-\x7e]$/.test(key) ? key.toLowerCase() : code.replace(/^Key/, '').toLowerCase();
  return letter in HOTKEYS ? HOTKEYS[letter as keyof typeof HOTKEYS] : null;
}

function isTyping(target: unknown): boolean {
  return typeof target === 'object' && target !== null && 'closest' in target && (target as Element).closest(TYPING) !== null;
}
