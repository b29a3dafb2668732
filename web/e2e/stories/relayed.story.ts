/** Sessions that show no address: everything goes through a relay. */
import type { Browser, BrowserContext } from '@playwright/test';
import { Application } from '../support/application.ts';
import { Coturn } from '../support/coturn.ts';
import type { Person } from '../support/person.ts';
import { Stack } from '../support/stack.ts';
import { expect, test } from '../support/story.ts';

/** Both browsers are on this machine, so the relays must reach it. */
const THIS_MACHINE = '127.0.0.0/8';

type Personal = (context: BrowserContext, name: string) => Promise<Person>;

test('[END-28] a relay-only session goes through the relay that is built in, and neither page sees another kind of address', async ({ browser, own, personIn }) => {
  const stack = own(await Stack.start({ RENDEZVOUS_TURN_ALLOW_PEERS: THIS_MACHINE }));
  await meetByRelay(stack, browser, personIn);
});

test('[END-29] the same goes through coturn, with the configuration that is printed for it', async ({ browser, own, personIn }) => {
  const started = await Coturn.start(THIS_MACHINE);
  test.skip(started === undefined, 'coturn is not installed');
  const coturn = own(started!);
  const stack = own(await Stack.start(coturn.settings));
  await meetByRelay(stack, browser, personIn);
});

async function meetByRelay(stack: Stack, browser: Browser, personIn: Personal): Promise<void> {
  const plan = { ice: 'relay', startsInMs: 500, countdown_ms: 1_000, duration_ms: 60_000 } as const;
  const booking = await (await Application.of(stack)).book(plan);
  const ann = await personIn(await browser.newContext({ locale: 'en-GB' }), 'Ann');
  const bo = await personIn(await browser.newContext({ locale: 'en-GB' }), 'Bo');
  await ann.open(booking.ann);
  await bo.open(booking.bo);
  for (const person of [ann, bo]) await person.reaches('live', 40_000);
  for (const person of [ann, bo]) {
    await person.seesAndHears();
    expect(await way(person), `${person.name}'s way`).toEqual({ local: 'relay', remote: 'relay' });
    const seen = addresses(person);
    expect(seen.length, 'candidates').toBeGreaterThan(0);
    for (const candidate of seen) {
      expect(candidate).toMatch(/ typ relay /);
      expect(candidate).not.toMatch(/raddr (?!0\.0\.0\.0|::)/);
    }
  }
}

/** Every candidate that the other one's frames brought, alone or in a description. */
function addresses(person: Person): string[] {
  return person.received.flatMap(({ frame }) => {
    if (frame.type === 'candidate') return [(frame['candidate'] as { candidate?: string } | null)?.candidate ?? ''].filter((one) => one !== '');
    return typeof frame['sdp'] === 'string' ? frame['sdp'].split('\r\n').filter((line) => line.startsWith('a=candidate')) : [];
  });
}

/** The kinds of the two ends of the pair that carries the media. */
function way(person: Person): Promise<{ local: string; remote: string } | null> {
  return person.page.evaluate(async () => {
    const { connections } = (window as unknown as { probe: { connections: RTCPeerConnection[] } }).probe;
    const reports = new Map<string, Record<string, unknown>>(await connections.at(-1)!.getStats() as never);
    const transport = [...reports.values()].find(({ type }) => type === 'transport');
    const pair = reports.get(String(transport?.['selectedCandidatePairId']));
    const kind = (end: string) => String(reports.get(String(pair?.[end]))?.['candidateType']);
    return pair === undefined ? null : { local: kind('localCandidateId'), remote: kind('remoteCandidateId') };
  });
}
