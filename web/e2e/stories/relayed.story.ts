/** Relay-only sessions: no participant learns the other's address. */
import type { Browser, BrowserContext } from '@playwright/test';
import { Application } from '../support/application.ts';
import { Coturn } from '../support/coturn.ts';
import { expect, test } from '../support/fixtures.ts';
import type { ParticipantPage } from '../support/participant-page.ts';
import { Stack } from '../support/stack.ts';

/** Both browsers are on this machine, so the relays must be allowed to send to it. */
const LOOPBACK = '127.0.0.0/8';

type OpenPage = (context: BrowserContext, name: string) => Promise<ParticipantPage>;

test('[END-28] a relay-only session goes through the relay that is built in, and neither page sees another kind of address', async ({ browser, stopAfter, openPage }) => {
  const stack = stopAfter(await Stack.start({ RENDEZVOUS_TURN_ALLOW_PEERS: LOOPBACK }));
  await meetThroughRelay(stack, browser, openPage);
});

test('[END-29] the same goes through coturn, with the configuration that is printed for it', async ({ browser, stopAfter, openPage }) => {
  const started = await Coturn.start(LOOPBACK);
  test.skip(started === undefined, 'coturn is not installed');
  const coturn = stopAfter(started!);
  const stack = stopAfter(await Stack.start(coturn.settings));
  await meetThroughRelay(stack, browser, openPage);
});

async function meetThroughRelay(stack: Stack, browser: Browser, openPage: OpenPage): Promise<void> {
  const overrides = { ice: 'relay', startsInMs: 500, countdown_ms: 1_000, duration_ms: 60_000 } as const;
  const booking = await (await Application.of(stack)).book(overrides);
  const ann = await openPage(await browser.newContext({ locale: 'en-GB' }), 'Ann');
  const bo = await openPage(await browser.newContext({ locale: 'en-GB' }), 'Bo');
  await ann.open(booking.ann);
  await bo.open(booking.bo);
  for (const person of [ann, bo]) await person.reachesPhase('live', 40_000);
  for (const person of [ann, bo]) {
    await person.seesAndHears();
    expect(await selectedCandidateTypes(person), `candidate types of ${person.name}`).toEqual({ local: 'relay', remote: 'relay' });
    const candidates = remoteCandidates(person);
    expect(candidates.length, 'candidates').toBeGreaterThan(0);
    for (const candidate of candidates) {
      expect(candidate).toMatch(/ typ relay /);
      expect(candidate).not.toMatch(/raddr (?!0\.0\.0\.0|::)/);
    }
  }
}

/** All candidates that the page received, trickled or in a description. */
function remoteCandidates(person: ParticipantPage): string[] {
  return person.received.flatMap(({ frame }) => {
    if (frame.type === 'candidate') return [(frame['candidate'] as { candidate?: string } | null)?.candidate ?? ''].filter((one) => one !== '');
    return typeof frame['sdp'] === 'string' ? frame['sdp'].split('\r\n').filter((line) => line.startsWith('a=candidate')) : [];
  });
}

/** The candidate types of the selected candidate pair. */
function selectedCandidateTypes(person: ParticipantPage): Promise<{ local: string; remote: string } | null> {
  return person.page.evaluate(async () => {
    const { connections } = window.instrumentation;
    const reports = new Map<string, Record<string, unknown>>(await connections.at(-1)!.getStats() as never);
    const transport = [...reports.values()].find(({ type }) => type === 'transport');
    const pair = reports.get(String(transport?.['selectedCandidatePairId']));
    const kind = (end: string) => String(reports.get(String(pair?.[end]))?.['candidateType']);
    return pair === undefined ? null : { local: kind('localCandidateId'), remote: kind('remoteCandidateId') };
  });
}
