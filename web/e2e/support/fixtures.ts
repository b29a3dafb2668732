/** Playwright fixtures: a stack per test file, an application with an API key, and the pages of two participants. */
import { type BrowserContext, test as base } from '@playwright/test';
import { Application, type Booking, type BookingOverrides } from './application.ts';
import { ParticipantPage } from './participant-page.ts';
import { Stack } from './stack.ts';

interface Fixtures {
  /** Ann and Bo in two browser contexts, each with the booking's link not yet opened. */
  pair: (overrides: BookingOverrides) => Promise<Booking & { annPage: ParticipantPage; boPage: ParticipantPage }>;
  /** Registers something that is stopped after the test, whether it passes or fails. */
  stopAfter: <Resource extends { stop(): Promise<void> }>(resource: Resource) => Resource;
  /** Opens a page in a context that the test has created; problems that it reports fail the test. */
  openPage: (context: BrowserContext, name: string) => Promise<ParticipantPage>;
  /** Closes whatever a story opened: all share one browser, and a call that goes on slows down those after it. */
  closedContexts: void;
}

interface WorkerFixtures {
  /** After `up`, for every story of a file: `test.use({ stackArguments: [...] })`. */
  stackArguments: string[];
  /** Settings of the stack, as environment variables. */
  stackEnvironment: Record<string, string>;
  stack: Stack;
  application: Application;
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  stackArguments: [[], { option: true, scope: 'worker' }],
  stackEnvironment: [{}, { option: true, scope: 'worker' }],
  stack: [
    async ({ stackArguments, stackEnvironment }, use) => {
      const stack = await Stack.start(stackEnvironment, stackArguments);
      await use(stack);
      await stack.stop();
    },
    { scope: 'worker', timeout: 60_000 },
  ],
  application: [
    async ({ stack }, use) => {
      await use(await Application.of(stack));
    },
    { scope: 'worker' },
  ],
  closedContexts: [
    async ({ browser }, use) => {
      await use();
      await Promise.all(browser.contexts().map((context) => context.close()));
    },
    { auto: true },
  ],
  stopAfter: async ({}, use) => {
    const resources: { stop(): Promise<void> }[] = [];
    await use((resource) => {
      resources.push(resource);
      return resource;
    });
    for (const resource of resources.reverse()) await resource.stop();
  },
  openPage: async ({}, use, info) => {
    const pages: ParticipantPage[] = [];
    await use(async (context, name) => {
      const page = await ParticipantPage.in(context, name);
      pages.push(page);
      return page;
    });
    const problems = pages.flatMap((one) => one.problems.map((text) => `${one.name}: ${text}`));
    if (info.status === 'passed' && problems.length > 0) throw new Error(`the pages reported:\n${problems.join('\n')}`);
  },
  pair: async ({ browser, application, openPage }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async (overrides) => {
      const booking = await application.book(overrides);
      const pages: ParticipantPage[] = [];
      for (const name of ['Ann', 'Bo']) {
        const context = await browser.newContext({ locale: 'en-GB' });
        contexts.push(context);
        pages.push(await openPage(context, name));
      }
      return { ...booking, annPage: pages[0]!, boPage: pages[1]! };
    });
    await Promise.all(contexts.map((context) => context.close()));
  },
});

/** At the end of a test: counts it as skipped if the machine was too slow for some of its checks. In CI it fails then. */
export function skipIfUnchecked(missed: readonly string[]): void {
  if (missed.length === 0) return;
  const reason = `not checked: ${missed.join(', ')}`;
  if (process.env['CI']) throw new Error(reason);
  test.skip(true, reason);
}

export { expect } from '@playwright/test';
