/** The page object of a participant. */
import { type BrowserContext, type CDPSession, type Locator, type Page, expect } from '@playwright/test';
import { installInstrumentation } from './instrumentation.ts';
import { until } from './waiting.ts';

/** A frame of one of the page's WebSockets, and when the browser sent or received it, by the machine's clock (ms). */
export interface SeenFrame {
  at: number;
  frame: { type: string } & Record<string, unknown>;
}

/** No event has a page ask for the time sooner than this after it has (ms). */
const MEASURE_INTERVAL_MS = 1_000;

export class ParticipantPage {
  readonly page: Page;
  readonly name: string;
  readonly received: SeenFrame[] = [];
  readonly sent: SeenFrame[] = [];
  readonly problems: string[] = [];

  private constructor(page: Page, network: CDPSession, name: string) {
    this.page = page;
    this.name = name;
    this.#listen(network);
    page.on('pageerror', (error) => this.problems.push(String(error)));
    page.on('console', (message) => {
      if (/Content Security Policy|Trusted/i.test(message.text())) this.problems.push(message.text());
    });
  }

  static async in(context: BrowserContext, name: string): Promise<ParticipantPage> {
    const page = await context.newPage();
    await page.addInitScript(installInstrumentation);
    const network = await context.newCDPSession(page);
    await network.send('Network.enable');
    return new ParticipantPage(page, network, name);
  }

  async open(link: string): Promise<void> {
    await this.page.goto(link);
  }

  /** Has the page ask for the server's time, as when its window is gone back to, unless it has asked since this was called. */
  async measuresTime(): Promise<void> {
    await this.page.waitForTimeout(MEASURE_INTERVAL_MS);
    await this.page.evaluate(() => dispatchEvent(new Event('focus')));
  }

  get root(): Locator {
    return this.page.locator('[data-phase]').first();
  }

  get(testId: string | RegExp): Locator {
    return this.page.getByTestId(testId);
  }

  async reachesPhase(phase: string, limitMs = 30_000): Promise<void> {
    await expect(this.root, `${this.name} reachesPhase ${phase}`).toHaveAttribute('data-phase', phase, { timeout: limitMs });
  }

  /** When each number of the countdown and of the time left was first shown. */
  async figures(): Promise<Map<string, number>> {
    const seen = await this.page.evaluate(() => window.instrumentation.figures);
    return new Map(seen.map(({ figure, at }) => [figure, at]));
  }

  /** The first frame of a type on any of the page's sockets. */
  async gets(type: string, limitMs = 20_000): Promise<SeenFrame> {
    return until(`${this.name} gets ${type}`, () => this.received.find((one) => one.frame.type === type), limitMs);
  }

  /** The `welcome` frames of signaling, in order. */
  get welcomes(): SeenFrame[] {
    return this.received.filter(({ frame }) => frame.type === 'welcome' && 'resume_token' in frame);
  }

  /** Sums of the inbound RTP statistics of all connections. */
  async inbound(): Promise<{ framesDecoded: number; audioEnergy: number }> {
    return this.page.evaluate(async () => {
      const sums = { framesDecoded: 0, audioEnergy: 0 };
      for (const connection of window.instrumentation.connections) {
        for (const report of (await connection.getStats()).values()) {
          if (report.type !== 'inbound-rtp') continue;
          sums.framesDecoded += report.framesDecoded ?? 0;
          sums.audioEnergy += report.totalAudioEnergy ?? 0;
        }
      }
      return sums;
    });
  }

  /** Waits for a pong of signaling: every frame that the server sent before it has been received then. */
  async nextPong(limitMs = 20_000): Promise<void> {
    const seen = this.received.length;
    const isPong = ({ frame }: SeenFrame) => frame.type === 'pong' && 'sent_at' in frame;
    await until(`${this.name} gets a pong`, () => this.received.slice(seen).some(isPong), limitMs);
  }

  /** Waits until the remote video changes and audio arrives, over whichever connection is current. */
  async seesAndHears(): Promise<void> {
    const { digest } = await until(`${this.name} sees`, async () => {
      const picture = await this.remoteVideo();
      return picture.brightness > 5 && picture.audible ? picture : undefined;
    });
    await until(`${this.name}'s picture moves`, async () => (await this.remoteVideo()).digest !== digest);
    let least = await this.inbound();
    await until(`${this.name} sees and hears more`, async () => {
      const now = await this.inbound();
      // A connection that was closed meanwhile takes its counts with it.
      least = { framesDecoded: Math.min(least.framesDecoded, now.framesDecoded), audioEnergy: Math.min(least.audioEnergy, now.audioEnergy) };
      return now.framesDecoded > least.framesDecoded + 5 && now.audioEnergy > least.audioEnergy;
    });
  }

  /** Waits until at least `frames` more video frames are decoded. */
  async videoAdvances(frames = 5): Promise<void> {
    const before = await this.inbound();
    await until(`${this.name}'s video advances`, async () => (await this.inbound()).framesDecoded > before.framesDecoded + frames);
  }

  /** Mean brightness of the remote video, and a digest of its pixels. */
  async remoteVideo(): Promise<{ brightness: number; digest: number; audible: boolean }> {
    return this.page.evaluate(() => {
      const video = document.querySelector<HTMLVideoElement>('[data-testid="remote-video"]');
      const nothing = { brightness: 0, digest: 0, audible: false };
      if (!video || video.videoWidth === 0) return nothing;
      const canvas = new OffscreenCanvas(64, 48);
      const context = canvas.getContext('2d');
      if (!context) return nothing;
      context.drawImage(video, 0, 0, 64, 48);
      const pixels = context.getImageData(0, 0, 64, 48).data;
      let sum = 0;
      let digest = 0;
      for (let index = 0; index < pixels.length; index += 4) {
        const light = pixels[index]! + pixels[index + 1]! + pixels[index + 2]!;
        sum += light;
        digest = (digest * 31 + light) % 1_000_003;
      }
      return { brightness: sum / (pixels.length / 4) / 3, digest, audible: !video.muted && video.volume > 0 };
    });
  }

  /** Whether each track of an RTCRtpSender is enabled, and the phase that the page showed at that instant. */
  async sentTracks(): Promise<{ phase: string | null; enabled: boolean[] }> {
    return this.page.evaluate(() => {
      // The page shadows the property on its tracks.
      const enabled = Object.getOwnPropertyDescriptor(MediaStreamTrack.prototype, 'enabled')!.get!;
      const senders = window.instrumentation.connections.flatMap((one) => one.getSenders());
      const tracks = senders.flatMap(({ track }) => (track === null ? [] : [track]));
      const phase = document.querySelector('[data-phase]')?.getAttribute('data-phase') ?? null;
      return { phase, enabled: tracks.map((track) => enabled.call(track) as boolean) };
    });
  }

  /** Camera and microphone tracks that are not stopped. */
  async openTracks(): Promise<number> {
    return this.page.evaluate(
      () => window.instrumentation.localTracks.filter((track) => track.readyState === 'live').length,
    );
  }

  /** PeerConnections that are not closed. */
  async openConnections(): Promise<number> {
    return this.page.evaluate(
      () =>
        window.instrumentation.connections.filter((one) => one.connectionState !== 'closed').length,
    );
  }

  async closesMedia(limitMs = 5_000): Promise<void> {
    await until(
      `${this.name}'s page closes its media`,
      async () => (await this.openTracks()) === 0 && (await this.openConnections()) === 0,
      limitMs,
    );
  }

  async write(text: string): Promise<void> {
    const input = this.get('chat-input');
    if (!(await input.isVisible())) await this.get('chat-toggle').click();
    await input.fill(text);
    await this.get('chat-send').click();
  }

  message(text: string): Locator {
    return this.get('chat-message').filter({ hasText: text });
  }

  /** Uses the timestamps of the browser, since this process may be delayed on a busy machine. */
  #listen(network: CDPSession): void {
    const wallMinusMonotonic = new Map<string, number>();
    network.on('Network.webSocketWillSendHandshakeRequest', ({ requestId, timestamp, wallTime }) => {
      wallMinusMonotonic.set(requestId, wallTime - timestamp);
    });
    const record = (list: SeenFrame[], requestId: string, timestamp: number, text: string) => {
      const at = (timestamp + (wallMinusMonotonic.get(requestId) ?? Number.NaN)) * 1_000;
      list.push({ at, frame: JSON.parse(text) as SeenFrame['frame'] });
    };
    network.on('Network.webSocketFrameReceived', ({ requestId, timestamp, response }) => {
      if (response.opcode === 1) record(this.received, requestId, timestamp, response.payloadData);
    });
    network.on('Network.webSocketFrameSent', ({ requestId, timestamp, response }) => {
      if (response.opcode === 1) record(this.sent, requestId, timestamp, response.payloadData);
    });
  }
}
