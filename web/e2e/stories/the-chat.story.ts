/** The chat before, during and after a session. */
import { expect, test } from '../support/fixtures.ts';

// The chat is looked at here, and not how long a session is waited for, or lasts.
test.use({ stackArguments: ['--test-clock'] });

test('[END-13] messages before, during and after the session reach the other side', async ({ pair, stack, application }) => {
  const { session, ann, bo, annPage, boPage } = await pair({ startsInMs: 60_000, lobby_ms: 120_000, countdown_ms: 2_000, duration_ms: 60_000 });
  await annPage.open(ann);
  await annPage.reachesPhase('lobby');
  await annPage.write('before: 안녕하세요');
  await expect(annPage.message('before:')).toHaveAttribute('data-state', 'sent');
  await boPage.open(bo);
  await expect(boPage.get('unread').first()).toHaveText('1');
  await application.advanceTo(session.starts_at, annPage, boPage);

  for (const person of [annPage, boPage]) await person.reachesPhase('live');
  await boPage.write('during <b>bold</b>');
  await expect(annPage.message('during <b>bold</b>')).toBeVisible();
  const { frame: live } = await annPage.gets('live');
  await application.advanceTo(live['deadline_at'] as number, annPage, boPage);

  for (const person of [annPage, boPage]) await person.reachesPhase('ended');
  await expect(boPage.message('before:')).toBeVisible();
  await annPage.write('after');
  await expect(boPage.message('after')).toBeVisible();
  await expect(annPage.message('after')).toHaveAttribute('data-state', 'read');

  await stack.kill('chat');
  await stack.ready('chat');
  await annPage.page.reload();
  await boPage.page.reload();
  for (const person of [annPage, boPage]) {
    for (const text of ['before:', 'during', 'after']) await expect(person.message(text)).toHaveCount(1);
  }
});

test('[END-14] a message written while chat is down is delivered once when it is back', async ({ pair, stack }) => {
  const { ann, bo, annPage, boPage } = await pair({ startsInMs: 60_000, lobby_ms: 120_000 });
  await annPage.open(ann);
  await boPage.open(bo);
  for (const person of [annPage, boPage]) await person.reachesPhase('lobby');
  await annPage.write('first');
  await expect(annPage.message('first')).toHaveAttribute('data-state', /sent|read/);
  await stack.kill('chat');
  await annPage.write('second');
  await expect(annPage.message('second')).toBeVisible();
  await stack.ready('chat');
  await expect(annPage.message('second')).toHaveAttribute('data-state', /sent|read/, { timeout: 20_000 });
  if (!(await boPage.get('chat-input').isVisible())) await boPage.get('chat-toggle').click();
  await expect(boPage.message('second')).toHaveCount(1);
});

test('[END-15] Enter that ends a composition sends nothing', async ({ pair }) => {
  const { ann, annPage } = await pair({ startsInMs: 60_000, lobby_ms: 120_000 });
  await annPage.open(ann);
  await annPage.reachesPhase('lobby');
  if (!(await annPage.get('chat-input').isVisible())) await annPage.get('chat-toggle').click();
  const input = annPage.get('chat-input');
  await input.fill('한');
  await input.dispatchEvent('keydown', { key: 'Enter', isComposing: true, keyCode: 229, bubbles: true, cancelable: true });
  await expect(annPage.get('chat-message')).toHaveCount(0);
  await expect(input, 'the text is still there').toHaveValue('한');
  await input.fill('한글');
  await input.press('Enter');
  // Messages are shown in the order of sending: one of the composition would come first.
  await expect(annPage.get('chat-message')).toHaveCount(1);
  await expect(annPage.get('chat-body')).toHaveText(['한글']);
});
