/** How somebody keeps another one away, as it is drawn and sent. */
import { ApiError, type BlockView } from '@rendezvous/client';
import type { MatchingClient } from '@rendezvous/client/scheduler';
import { render } from 'svelte/server';
import { describe, expect, test } from 'vitest';
import { PERSON_SCENES } from '../gallery/person-scenes.ts';
import { words } from '../src/i18n/index.ts';
import { Safety } from '../src/person/safety.svelte.ts';

function drawn(name: keyof typeof PERSON_SCENES): string {
  const { screen, props } = PERSON_SCENES[name]();
  return render(screen, { props }).body;
}

const count = (html: string, testId: string): number => html.split(`data-testid="${testId}"`).length - 1;
const BLOCK: BlockView = { user_id: 'bo', name: 'Bo', created_at: 1 };

describe('somebody one is matched with', () => {
  test('[WEB-95] can be blocked and reported, each asked for in a dialog that says what it does', () => {
    const html = drawn('person-home');
    const matches = count(html, 'match');
    for (const part of ['open-safety', 'safety-dialog', 'block', 'report-submit']) expect(count(html, part), part).toBe(matches);
    expect(html).toContain(words.matching.blockLead('Bo'));
    for (const reason of Object.values(words.matching.reasons)) expect(html).toContain(reason);
  });

  test('[WEB-95] is gone from the page once blocked, also if it cannot be loaded anew', async () => {
    const asked: string[] = [];
    const client = { block: async (id: string) => void asked.push(id), report: async (report: object) => void asked.push(JSON.stringify(report)) };
    const safety = new Safety(client as unknown as MatchingClient, async () => (asked.push('gone'), Promise.reject(new ApiError(0, {}))));
    await safety.block('bo');
    await safety.report({ user_id: 'bo', reason: 'spam' });
    expect(asked).toEqual(['bo', 'gone', '{"user_id":"bo","reason":"spam"}', 'gone']);
  });
});

describe('blocks', () => {
  test('[WEB-96] stand on the account page, each with a button that lifts it', () => {
    expect(count(drawn('account'), 'block-of')).toBe(1);
    expect(drawn('account')).toContain(words.matching.unblockOf('Cal'));
    expect(drawn('account-unconfirmed')).toContain(words.matching.noBlocks);
  });

  test('[WEB-96] are loaded to the last page, and one that is lifted leaves', async () => {
    const pages: Record<string, object> = { first: { items: [BLOCK], next_cursor: 'next' }, next: { items: [{ ...BLOCK, user_id: 'cal' }] } };
    const lifted: string[] = [];
    const client = { blocks: async (cursor = 'first') => pages[cursor], unblock: async (id: string) => void lifted.push(id) };
    const safety = new Safety(client as unknown as MatchingClient, async () => undefined);
    await safety.loadBlocks();
    expect(safety.blocks?.map((block) => block.user_id)).toEqual(['bo', 'cal']);
    await safety.unblock('bo');
    expect([safety.blocks?.map((block) => block.user_id), lifted]).toEqual([['cal'], ['bo']]);
  });
});
