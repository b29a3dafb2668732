/** What every story starts from: a stack of its own file, an application, and two people. */
import { type BrowserContext, test as base } from '@playwright/test';
import { Application, type Booking, type Plan } from './application.ts';
import { Person } from './person.ts';
import { Stack } from './stack.ts';

interface Fixtures {
  /** Ann and Bo in two browser contexts, each with the booking's link not yet opened. */
  pair: (plan: Plan) => Promise<Booking & { annAt: Person; boAt: Person }>;
  /** What a story started for itself: it is stopped afterwards, however the story ends. */
  own: <Thing extends { stop(): Promise<void> }>(thing: Thing) => Thing;
  /** A person in a context with options of its own. */
  personIn: (context: BrowserContext, name: string) => Promise<Person>;
}

export const test = base.extend<Fixtures, { stack: Stack; application: Application }>({
  stack: [
    async ({}, use) => {
      const stack = await Stack.start();
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
  own: async ({}, use) => {
    const things: { stop(): Promise<void> }[] = [];
    await use((thing) => {
      things.push(thing);
      return thing;
    });
    for (const thing of things.reverse()) await thing.stop();
  },
  personIn: async ({}, use, info) => {
    const people: Person[] = [];
    await use(async (context, name) => {
      const person = await Person.in(context, name);
      people.push(person);
      return person;
    });
    const problems = people.flatMap((one) => one.problems.map((text) => `${one.name}: ${text}`));
    if (info.status === 'passed' && problems.length > 0) throw new Error(`the pages reported:\n${problems.join('\n')}`);
  },
  pair: async ({ browser, application, personIn }, use) => {
    const contexts: BrowserContext[] = [];
    await use(async (plan) => {
      const booking = await application.book(plan);
      const people: Person[] = [];
      for (const name of ['Ann', 'Bo']) {
        const context = await browser.newContext({ locale: 'en-GB' });
        contexts.push(context);
        people.push(await personIn(context, name));
      }
      return { ...booking, annAt: people[0]!, boAt: people[1]! };
    });
    await Promise.all(contexts.map((context) => context.close()));
  },
});

export { expect } from '@playwright/test';
