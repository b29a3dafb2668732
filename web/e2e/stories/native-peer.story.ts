/** A page and a program: the example bot of the client in Rust answers with a tone, which the browser hears. */
import { expect, test } from '../support/fixtures.ts';
import type { ParticipantPage } from '../support/participant-page.ts';
import { ToneBot } from '../support/tone-bot.ts';
import { until } from '../support/waiting.ts';

const TONE_HZ = 440;
/** Of an FFT over 8,192 samples at 48 kHz, twice (Hz). */
const RESOLUTION_HZ = 12;

// Whoever comes later offers: each of the two has to be able to.
for (const first of ['the page', 'the bot'] as const) {
  test(`[END-81] a native peer is called from a browser and answers with its tone, ${first} being there first`, async ({ pair, stopAfter }) => {
    const { ann, bo, annPage } = await pair({ startsInMs: 500, countdown_ms: 1_000, duration_ms: 14_000 });
    if (first === 'the page') {
      await annPage.open(ann);
      await annPage.gets('waiting');
    }
    const bot = stopAfter(new ToneBot(bo));
    if (first === 'the bot') {
      await until('the bot waits', () => bot.log.includes('Waiting'));
      await annPage.open(ann);
    }
    await annPage.reachesPhase('live');
    await until(`the tone is heard\n${bot.log}`, async () => Math.abs((await loudestFrequency(annPage)) - TONE_HZ) <= RESOLUTION_HZ);
    // The page's own camera and microphone arrive at the bot.
    for (const kind of ['Audio', 'Video']) await until(`the bot receives ${kind}`, () => bot.log.includes(`receiving ${kind}`));
    // Its time is up, or the other one leaves.
    if (first === 'the bot') await leave(annPage);
    await annPage.reachesPhase('ended');
    await until('the bot goes home', () => bot.exitCode !== null);
    expect(bot.exitCode, bot.log).toBe(0);
    expect(bot.log).toContain(`ended: ${first === 'the bot' ? 'left' : 'completed'}`);
    expect(bot.log, 'its link is a secret').not.toContain(new URL(bo).hash.slice(1));
  });
}

async function leave(person: ParticipantPage): Promise<void> {
  await person.get('leave').click();
  await person.get('leave-confirm').click();
}

/** The frequency at which what the page receives is loudest (Hz); 0 where there is nothing. */
function loudestFrequency(person: ParticipantPage): Promise<number> {
  return person.page.evaluate(async () => {
    const receivers = window.instrumentation.connections.at(-1)?.getReceivers() ?? [];
    const track = receivers.find((receiver) => receiver.track.kind === 'audio' && !receiver.track.muted)?.track;
    if (track === undefined) return 0;
    const context = new AudioContext({ sampleRate: 48_000 });
    try {
      await context.resume();
      const analyser = new AnalyserNode(context, { fftSize: 8_192, smoothingTimeConstant: 0 });
      context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
      await new Promise((done) => setTimeout(done, 400));
      const levels = new Float32Array(analyser.frequencyBinCount);
      analyser.getFloatFrequencyData(levels);
      const loudest = levels.indexOf(Math.max(...levels));
      return (loudest * context.sampleRate) / analyser.fftSize;
    } finally {
      await context.close();
    }
  });
}
