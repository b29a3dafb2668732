/** The offer of pushes, as it is drawn. */
import { render } from 'svelte/server';
import { describe, expect, test } from 'vitest';
import PushOptIn from '../src/components/PushOptIn.svelte';
import { words } from '../src/i18n/index.ts';
import type { PushChoiceState } from '../src/push/choice.svelte.ts';
import { textOf } from './rendered.ts';

const drawn = (state: PushChoiceState): string => render(PushOptIn, { props: { push: { state, allow: async () => undefined } } }).body;

describe('the offer of pushes', () => {
  test.each(['unknown', 'unavailable', 'denied', 'on'] as const)('[WEB-108] nothing is drawn where it is %s', (state) => {
    expect(drawn(state)).not.toContain('data-testid');
  });

  test('[WEB-108] it is one sentence and one button, and says what came of it', () => {
    for (const state of ['off', 'failed'] as const) expect(textOf(drawn(state), 'push-allow'), state).toBe(words.push.allow);
    expect(drawn('off')).toContain(words.push.reason);
    expect(drawn('failed')).toContain(words.push.failed);
    expect(drawn('asking')).toContain('disabled');
    expect(drawn('told')).toContain(words.push.done);
    expect(drawn('told')).not.toContain('<button');
  });
});
