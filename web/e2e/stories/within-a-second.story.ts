/** The first second of a live session. */
import { expect, test } from '../support/fixtures.ts';

const FIRST_SECOND_MS = 1_000;

test('[END-4] picture and sound are there within a second of live, and not before', async ({ pair }) => {
  const { ann, bo, annPage, boPage } = await pair({ startsInMs: 5_000, countdown_ms: 3_000, duration_ms: 6_000 });
  await annPage.page.addInitScript(sampleRemoteVideo);
  await boPage.page.addInitScript(sampleRemoteVideo);
  await annPage.open(ann);
  await boPage.open(bo);
  for (const person of [annPage, boPage]) await person.reachesPhase('ended', 40_000);
  for (const person of [annPage, boPage]) {
    const seen = await person.page.evaluate(() => (window as unknown as SampledWindow).videoSamples);
    const live = await person.page.evaluate(
      () => window.instrumentation.phases.find((one) => one.phase === 'live')!.at,
    );
    const firstLight = seen.find((one) => one.brightness > 5)?.at;
    const firstChange = seen.find((one, index) => index > 0 && one.at > firstLight! && one.digest !== seen[index - 1]!.digest)?.at;
    expect(firstLight, `${person.name} sees light`).toBeDefined();
    expect(firstLight! - live, `${person.name}: light after live`).toBeGreaterThanOrEqual(-50);
    expect(firstLight! - live, `${person.name}: light after live`).toBeLessThanOrEqual(FIRST_SECOND_MS);
    expect(firstChange! - live, `${person.name}: a moving picture`).toBeLessThanOrEqual(FIRST_SECOND_MS);
  }
});

interface SampledWindow extends Window {
  videoSamples: { at: number; brightness: number; digest: number }[];
}

/** Init script: samples the remote video every 40 ms. */
function sampleRemoteVideo(): void {
  const page = window as unknown as SampledWindow;
  page.videoSamples = [];
  const canvas = new OffscreenCanvas(32, 24);
  const context = canvas.getContext('2d', { willReadFrequently: true })!;
  setInterval(() => {
    const video = document.querySelector<HTMLVideoElement>('[data-testid="remote-video"]');
    if (!video || video.videoWidth === 0) return;
    context.drawImage(video, 0, 0, 32, 24);
    const pixels = context.getImageData(0, 0, 32, 24).data;
    let sum = 0;
    let digest = 0;
    for (let index = 0; index < pixels.length; index += 4) {
      sum += pixels[index]! + pixels[index + 1]! + pixels[index + 2]!;
      digest = (digest * 31 + pixels[index]! * 7 + pixels[index + 1]!) % 1_000_003;
    }
    page.videoSamples.push({ at: performance.timeOrigin + performance.now(), brightness: sum / (pixels.length / 4) / 3, digest });
  }, 40);
}
