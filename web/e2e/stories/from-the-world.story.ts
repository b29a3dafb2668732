/** What comes from outside: names and messages of strangers, links that mail programs have rewritten, a path in front of everything. */
import { Application } from '../support/application.ts';
import { expect, test } from '../support/fixtures.ts';
import { PrefixProxy } from '../support/prefix-proxy.ts';
import { Stack } from '../support/stack.ts';

const SCRIPTS = ['<img src=x onerror=steal()>', '"><script>steal()</script>', 'javascript:steal()//', '{@html steal()}'];

/** Right to left, and a control that would turn the rest of the sentence. */
const HEBREW = 'שלום';

test('[END-34] scripts and directions in names and messages stay text, and no page violates its policy', async ({ pair, stack, browser }) => {
  const names = [`${SCRIPTS[0]}`, HEBREW] as const;
  const { session, ann, bo, annPage, boPage } = await pair({
    startsInMs: 60_000,
    lobby_ms: 120_000,
    participants: names.map((name, at) => ({ external_id: `${at}-${crypto.randomUUID()}`, name })),
  });
  const [annName, boName] = session.participants.map(({ name }) => name);
  await annPage.open(ann);
  await boPage.open(bo);
  for (const person of [annPage, boPage]) await person.reachesPhase('lobby');
  await expect.poll(() => boPage.page.title()).toContain(`\u2068${annName}\u2069`);
  await expect.poll(() => annPage.page.title()).toContain(`\u2068${boName}\u2069`);

  const written = [...SCRIPTS, `${HEBREW} 14:00\u202etxt.exe`, 'one\u2028two\u0085three\u0000'];
  for (const text of written) await annPage.write(text);
  if (!(await boPage.get('chat-input').isVisible())) await boPage.get('chat-toggle').click();
  for (const text of SCRIPTS) await expect(boPage.get('chat-body').filter({ hasText: text })).toHaveCount(1);
  for (const person of [annPage, boPage]) {
    const bodies = await person.get('chat-body').allTextContents();
    expect(bodies.at(-2), `${person.name}: no override`).toBe(`${HEBREW} 14:00txt.exe`);
    expect(bodies.at(-1), `${person.name}: line breaks, no controls`).toBe('one\ntwo\nthree');
    expect(await person.page.evaluate(() => 'stolen' in window || document.querySelectorAll('script:not([src])').length > 0)).toBe(false);
  }
  // How a sentence runs on the screen: the name from the right, our words around it from the left.
  const isolated = await boPage.get('chat').locator('bdi').first().evaluate((one) => getComputedStyle(one).unicodeBidi);
  expect(isolated).toBe('isolate');

  const plain = await browser.newPage();
  for (const path of ['/', '/nowhere', '/docs']) {
    const response = await plain.goto(`${stack.webUrl}${path}`);
    expect(response?.headers()['content-security-policy'], path).toContain("require-trusted-types-for 'script'");
    const taken = await plain.evaluate(() => {
      try {
        document.createElement('div').innerHTML = '<b>text</b>';
        return true;
      } catch {
        return false;
      }
    });
    expect(taken, `${path} makes markup of text`).toBe(false);
  }
  await plain.close();
});

test('[END-35] a join link survives mail programs, and any other address gets a page', async ({ pair, stack }) => {
  const { ann, annPage } = await pair({ startsInMs: 60_000, lobby_ms: 120_000 });
  const token = new URL(ann).hash.slice(1);
  const [page, root] = [annPage.page, stack.webUrl];
  const written = [
    `${root}/join%23${token}`,
    `${root}/join/#${token}`,
    `${root}/JOIN#${token}`,
    `${root}/join/%23${token}).`,
    `${root}/join#${token}.`,
    `${root}/join#${token}%20`,
    `${root}/join?utm_source=mail#${token}&utm_medium=x`,
  ];
  for (const link of written) {
    await page.goto('about:blank');
    await page.evaluate(() => undefined);
    await annPage.open(link);
    await annPage.reachesPhase('lobby');
    expect(page.url(), link.replace(token, 'TOKEN')).toBe(`${root}/join`);
    await page.evaluate(() => sessionStorage.clear());
  }
  expect(stack.log, 'no token in a log').not.toContain(token);

  const missing = await page.goto(`${root}/no/such/page`);
  expect(missing?.status()).toBe(404);
  await expect(annPage.get('notice')).toHaveAttribute('data-reason', 'not_here');
  await annPage.get('home-link').click();
  await expect(annPage.get('home')).toBeVisible();
  await annPage.get('link').fill(`Your link: ${root}/join/#${token}.`);
  await annPage.get('open-link').click();
  await annPage.reachesPhase('lobby');
});

test('[END-36] everything works below a path, behind a proxy that takes it away', async ({ browser, stopAfter, openPage }) => {
  const proxy = stopAfter(await PrefixProxy.start());
  const stack = stopAfter(
    await Stack.start((ports) => ({
      RENDEZVOUS_SCHEDULER_PUBLIC_URL: `${proxy.url}/meet`,
      RENDEZVOUS_SIGNALING_PUBLIC_URL: `${proxy.url}/meet-signal`,
      RENDEZVOUS_CHAT_PUBLIC_URL: `${proxy.url}/deep/chat/`,
      RENDEZVOUS_SCHEDULER_INTERNAL_URL: `http://127.0.0.1:${ports.scheduler}`,
      RENDEZVOUS_SIGNALING_INTERNAL_URL: `http://127.0.0.1:${ports.signaling}`,
      RENDEZVOUS_CHAT_INTERNAL_URL: `http://127.0.0.1:${ports.chat}`,
    })),
  );
  proxy.forward('/meet', stack.ports.scheduler);
  proxy.forward('/meet-signal', stack.ports.signaling);
  proxy.forward('/deep/chat', stack.ports.chat);
  const { ann, bo } = await (await Application.of(stack)).book({ startsInMs: 4_000, countdown_ms: 1_000, duration_ms: 60_000 });
  expect(ann.startsWith(`${proxy.url}/meet/join#`), ann.split('#')[0]).toBe(true);
  const annPage = await openPage(await browser.newContext({ locale: 'en-GB' }), 'Ann');
  const boPage = await openPage(await browser.newContext({ locale: 'en-GB' }), 'Bo');
  await annPage.open(`${proxy.url}/meet/some/where`);
  await annPage.get('home-link').click();
  expect(annPage.page.url()).toBe(`${proxy.url}/meet/`);
  await annPage.get('link').fill(ann);
  await annPage.get('open-link').click();
  await boPage.open(bo.replace('/join#', '/join/%23'));
  for (const person of [annPage, boPage]) await person.reachesPhase('live');
  for (const person of [annPage, boPage]) await person.videoAdvances();
  expect(annPage.page.url()).toBe(`${proxy.url}/meet/join`);
  await annPage.write('below a path');
  await boPage.get('chat-toggle').click();
  await expect(boPage.message('below a path')).toBeVisible();
  await annPage.page.reload();
  await annPage.reachesPhase('live');
  expect(proxy.strays, 'requests that lost the path').toEqual([]);
});
