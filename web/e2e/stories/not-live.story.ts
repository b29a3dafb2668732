/** What a page says when something is not as it should be: a message refused, a line that breaks, a reminder that is in the way. */
import { expect, test } from '../support/fixtures.ts';
import type { ParticipantPage } from '../support/participant-page.ts';

/** From the frame that tells of a closed socket to the screen, and from the last frame of a picture (ms). */
const SHOWN_WITHIN_MS = 1_000;

const CALL = { startsInMs: 500, countdown_ms: 1_000, duration_ms: 60_000 };

test('[END-37] a message that cannot be sent says why, and can be edited and sent', async ({ pair }) => {
  const { ann, annPage } = await pair({ startsInMs: 60_000, lobby_ms: 120_000 });
  await annPage.open(ann);
  await annPage.reachesPhase('lobby');
  await annPage.write(`long ${'가'.repeat(6_000)}`);
  const failed = annPage.message('long ');
  await expect(failed).toHaveAttribute('data-state', 'failed');
  await expect(failed.getByTestId('chat-refusal')).toContainText('too long');
  await expect(failed.getByTestId('chat-retry'), 'a retry cannot help').toHaveCount(0);
  const input = annPage.get('chat-input');
  await input.fill('and this');
  await failed.getByTestId('chat-edit').click();
  await expect(failed).toHaveCount(0);
  await expect(input).toBeFocused();
  await expect(input).toHaveValue(/^long 가+\nand this$/);
  await input.fill('short enough');
  await annPage.get('chat-send').click();
  await expect(annPage.message('short enough')).toHaveAttribute('data-state', /sent|read/);
  for (const blank of ['\u2800', '\u3164\u200b', ' \n']) {
    await input.fill(blank);
    await expect(annPage.get('chat-send'), JSON.stringify(blank)).toBeDisabled();
  }
});

test('[END-38] a picture that stands still and a closed socket show within a second; time goes on, or stands still', async ({ pair }) => {
  const running = await pair(CALL);
  await bothLive(running);
  const { annPage, boPage } = running;
  await watchLine(annPage);
  await boPage.page.evaluate(() => {
    for (const connection of window.instrumentation.connections) for (const sender of connection.getSenders()) if (sender.track?.kind === 'video') void sender.replaceTrack(null);
  });
  await expect(annPage.get('dropped')).toHaveAttribute('data-line', 'frozen');
  await expect(annPage.get('remote-video')).toHaveAttribute('data-dimmed', 'true');
  await expect(annPage.get('dropped-clock')).toContainText('Time goes on');
  await boPage.page.close();
  await showsDropped(annPage);
  await expect(annPage.get('dropped-clock')).toContainText('Time goes on');
  await expect(annPage.get('remote-video')).toHaveAttribute('data-dimmed', 'true');

  const pausing = await pair({ ...CALL, on_loss: 'pause', max_pause_ms: 30_000 });
  await bothLive(pausing);
  await watchLine(pausing.annPage);
  await pausing.boPage.page.close();
  await showsDropped(pausing.annPage);
  await expect(pausing.annPage.get('dropped-clock')).toContainText(/Time stands still, .*0:\d\d.* left\. We wait until .*\d\d:\d\d:\d\d/);
  const { frame } = await pausing.annPage.gets('paused');
  expect(frame['remaining_ms']).toEqual(expect.any(Number));
});

test('[END-39] a reminder is in nobody’s way, and goes by itself or by its button', async ({ pair }) => {
  const { ann, bo, annPage, boPage } = await pair({ startsInMs: 90_000, lobby_ms: 30_000, remind_before_ms: [88_000] });
  await annPage.page.setViewportSize({ width: 390, height: 844 });
  await annPage.open(ann);
  await boPage.open(bo);
  const reminder = annPage.get('reminder');
  await expect(reminder).toBeVisible();
  // It stays while somebody points at it.
  await reminder.hover();
  await boPage.write('on the phone');
  await expect(annPage.get('unread')).toBeVisible();
  const [box, header] = await Promise.all([reminder.boundingBox(), annPage.page.locator('header').first().boundingBox()]);
  expect(box!.y, 'below the header').toBeGreaterThanOrEqual(header!.y + header!.height);
  const onTop = await annPage.get('unread').evaluate((one) => {
    const { left, top, width, height } = one.getBoundingClientRect();
    return one.contains(document.elementFromPoint(left + width / 2, top + height / 2));
  });
  expect(onTop, 'the unread badge is not covered').toBe(true);
  await boPage.get('reminder-close').click();
  await expect(boPage.get('reminder')).toHaveCount(0);
  await annPage.page.mouse.move(0, 800);
  await expect(reminder, 'goes by itself').toHaveCount(0);
  expect(await annPage.root.getAttribute('data-phase'), 'not because the room is open').toBe('early');
});

async function bothLive({ ann, bo, annPage, boPage }: { ann: string; bo: string; annPage: ParticipantPage; boPage: ParticipantPage }): Promise<void> {
  await annPage.open(ann);
  await boPage.open(bo);
  for (const person of [annPage, boPage]) await person.reachesPhase('live');
  for (const person of [annPage, boPage]) await person.videoAdvances();
}

/** Notes by the machine's clock when each state of the peer's line is first shown. */
async function watchLine({ page }: ParticipantPage): Promise<void> {
  await page.evaluate(() => {
    const seen: Record<string, number> = {};
    Object.assign(window, { linesSeen: seen });
    new MutationObserver(() => {
      const line = document.querySelector('[data-testid="dropped"]')?.getAttribute('data-line');
      if (line) seen[line] ??= performance.timeOrigin + performance.now();
    }).observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ['data-line'] });
  });
}

async function showsDropped(person: ParticipantPage): Promise<void> {
  const { at } = await person.gets('peer_lost');
  await expect(person.get('dropped')).toHaveAttribute('data-line', 'dropped');
  const shown = await person.page.evaluate(() => (window as unknown as { linesSeen: Record<string, number> }).linesSeen['dropped']!);
  test.info().annotations.push({ type: 'shown after peer_lost', description: `${Math.round(shown - at)} ms` });
  expect(shown - at).toBeLessThan(SHOWN_WITHIN_MS);
}
