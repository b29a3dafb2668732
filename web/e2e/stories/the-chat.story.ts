/** The chat before, during and after. */
import { expect, test } from '../support/story.ts';

test('[END-13] messages before, during and after the session reach the other side', async ({ pair, stack }) => {
  const { ann, bo, annAt, boAt } = await pair({ startsInMs: 4_000, countdown_ms: 2_000, duration_ms: 6_000 });
  await annAt.open(ann);
  await annAt.reaches('lobby');
  await annAt.write('before: 안녕하세요');
  await expect(annAt.message('before:')).toHaveAttribute('data-state', 'sent');
  await boAt.open(bo);
  await expect(boAt.get('unread').first()).toHaveText('1');

  for (const person of [annAt, boAt]) await person.reaches('live');
  await boAt.write('during <b>bold</b>');
  await expect(annAt.message('during <b>bold</b>')).toBeVisible();

  for (const person of [annAt, boAt]) await person.reaches('ended');
  await expect(boAt.message('before:')).toBeVisible();
  await annAt.write('after');
  await expect(boAt.message('after')).toBeVisible();
  await expect(annAt.message('after')).toHaveAttribute('data-state', 'read');

  await stack.kill('chat');
  await stack.ready('chat');
  await annAt.page.reload();
  await boAt.page.reload();
  for (const person of [annAt, boAt]) {
    for (const text of ['before:', 'during', 'after']) await expect(person.message(text)).toHaveCount(1);
  }
});

test('[END-14] a message written while chat is down is delivered once when it is back', async ({ pair, stack }) => {
  const { ann, bo, annAt, boAt } = await pair({ startsInMs: 60_000, lobby_ms: 120_000 });
  await annAt.open(ann);
  await boAt.open(bo);
  for (const person of [annAt, boAt]) await person.reaches('lobby');
  await annAt.write('first');
  await expect(annAt.message('first')).toHaveAttribute('data-state', /sent|read/);
  await stack.kill('chat');
  await annAt.write('second');
  await expect(annAt.message('second')).toBeVisible();
  await stack.ready('chat');
  await expect(annAt.message('second')).toHaveAttribute('data-state', /sent|read/, { timeout: 20_000 });
  if (!(await boAt.get('chat-input').isVisible())) await boAt.get('chat-toggle').click();
  await expect(boAt.message('second')).toHaveCount(1);
});

test('[END-15] Enter that ends a composition sends nothing', async ({ pair }) => {
  const { ann, annAt } = await pair({ startsInMs: 60_000, lobby_ms: 120_000 });
  await annAt.open(ann);
  await annAt.reaches('lobby');
  if (!(await annAt.get('chat-input').isVisible())) await annAt.get('chat-toggle').click();
  const input = annAt.get('chat-input');
  await input.fill('한');
  await input.dispatchEvent('keydown', { key: 'Enter', isComposing: true, keyCode: 229, bubbles: true, cancelable: true });
  await expect(annAt.get('chat-message')).toHaveCount(0);
  await input.press('Enter');
  await expect(annAt.get('chat-message')).toHaveCount(1);
});
