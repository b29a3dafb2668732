/** Single keys, and reactions. */
import { describe, expect, test } from 'vitest';
import { hotkeyOf, type HotkeyPress } from '../src/session/hotkeys.ts';
import { reactionSign } from '../src/session/reactions.ts';

const PRESS: HotkeyPress = { key: 'm', code: 'KeyM', ctrlKey: false, metaKey: false, altKey: false, repeat: false, isComposing: false, target: { closest: () => null } };

describe('[WEB-169] a key', () => {
  test.each([
    [{}, 'mute'],
    [{ key: 'V', code: 'KeyV' }, 'camera'],
    [{ key: 'ㅊ', code: 'KeyC' }, 'chat'],
    [{ key: 'f', code: 'KeyU' }, 'fullscreen'],
    [{ key: '?', code: 'Slash' }, 'help'],
    [{ key: 'x', code: 'KeyM' }, null],
    [{ key: 'Enter', code: 'Enter' }, null],
    [{ ctrlKey: true }, null],
    [{ metaKey: true }, null],
    [{ altKey: true }, null],
    [{ repeat: true }, null],
    [{ isComposing: true }, null],
    [{ target: { closest: (selector: string) => (selector.includes('textarea') ? {} : null) } }, null],
  ])('pressed as %j is %s: by what it types, else by its place, and never while somebody types', (change, action) => {
    expect(hotkeyOf({ ...PRESS, ...change })).toBe(action);
  });
});

test('[WEB-170] only our own signs are reactions', () => {
  expect(reactionSign({ reaction: '👋' })).toBe('👋');
  for (const strange of [null, {}, '👋', { reaction: 'x'.repeat(99) }, { reaction: ['👋'] }, { reaction: '💣' }]) expect(reactionSign(strange)).toBeNull();
});
