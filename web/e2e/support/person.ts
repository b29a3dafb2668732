/** One of the two, in a page of theirs. */
import { type BrowserContext, type CDPSession, type Locator, type Page, expect } from '@playwright/test';
import { type ProbeWindow, installProbe } from './probe.ts';
import { until } from './waiting.ts';

/** A frame of one of the page's sockets, and when the browser took it, by the machine's clock in milliseconds. */
export interface SeenFrame {
  at: number;
  frame: { type: string } & Record<string, unknown>;
}

export class Person {
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

  static async in(context: BrowserContext, name: string): Promise<Person> {
    const page = await context.newPage();
    await page.addInitScript(installProbe);
    const network = await context.newCDPSession(page);
    await network.send('Network.enable');
    return new Person(page, network, name);
  }

  async open(link: string): Promise<void> {
    await this.page.goto(link);
  }

  get root(): Locator {
    return this.page.locator('[data-phase]').first();
  }

  get(testId: string): Locator {
    return this.page.getByTestId(testId);
  }

  async reaches(phase: string, limitMs = 30_000): Promise<void> {
    await expect(this.root, `${this.name} reaches ${phase}`).toHaveAttribute('data-phase', phase, { timeout: limitMs });
  }

  /** When the page showed a phase for the first time, by the machine's clock. */
  async sawPhaseAt(phase: string): Promise<number> {
    const at = await this.page.evaluate(
      (wanted) => (window as unknown as ProbeWindow).probe.phases.find((one) => one.phase === wanted)?.at,
      phase,
    );
    if (at === undefined) throw new Error(`${this.name} never showed ${phase}`);
    return at;
  }

  /** When each figure of the countdown and of the time left was first shown. */
  async figures(): Promise<Map<string, number>> {
    const seen = await this.page.evaluate(() => (window as unknown as ProbeWindow).probe.figures);
    return new Map(seen.map(({ figure, at }) => [figure, at]));
  }

  /** The first frame of a type that came on any of the page's sockets. */
  async gets(type: string, limitMs = 20_000): Promise<SeenFrame> {
    return until(`${this.name} gets ${type}`, () => this.received.find((one) => one.frame.type === type), limitMs);
  }

  /** What signaling answered to each coming, the last one at the end. */
  get welcomes(): SeenFrame[] {
    return this.received.filter(({ frame }) => frame.type === 'welcome' && 'resume_token' in frame);
  }

  /** Counters of what is coming in from the other one. */
  async inbound(): Promise<{ framesDecoded: number; audioEnergy: number }> {
    return this.page.evaluate(async () => {
      const sums = { framesDecoded: 0, audioEnergy: 0 };
      for (const connection of (window as unknown as ProbeWindow).probe.connections) {
        for (const report of (await connection.getStats()).values()) {
          if (report.type !== 'inbound-rtp') continue;
          sums.framesDecoded += report.framesDecoded ?? 0;
          sums.audioEnergy += report.totalAudioEnergy ?? 0;
        }
      }
      return sums;
    });
  }

  /** The other one's picture moves and their sound is there, over whatever connection there is by now. */
  async seesAndHears(): Promise<void> {
    const { digest } = await until(`${this.name} sees`, async () => {
      const picture = await this.remotePicture();
      return picture.brightness > 5 && picture.audible ? picture : undefined;
    });
    await until(`${this.name}'s picture moves`, async () => (await this.remotePicture()).digest !== digest);
    let least = await this.inbound();
    await until(`${this.name} sees and hears more`, async () => {
      const now = await this.inbound();
      // What was counted on a connection that is gone does not count any more.
      least = { framesDecoded: Math.min(least.framesDecoded, now.framesDecoded), audioEnergy: Math.min(least.audioEnergy, now.audioEnergy) };
      return now.framesDecoded > least.framesDecoded + 5 && now.audioEnergy > least.audioEnergy;
    });
  }

  /** What the remote picture shows: how bright it is, and a digest that changes with it. */
  async remotePicture(): Promise<{ brightness: number; digest: number; audible: boolean }> {
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

  /** Camera and microphone tracks that are still on. */
  async openTracks(): Promise<number> {
    return this.page.evaluate(
      () => (window as unknown as ProbeWindow).probe.tracks.filter((track) => track.readyState === 'live').length,
    );
  }

  /** PeerConnections that are not closed. */
  async openConnections(): Promise<number> {
    return this.page.evaluate(
      () =>
        (window as unknown as ProbeWindow).probe.connections.filter((one) => one.connectionState !== 'closed').length,
    );
  }

  async hangsUpByItself(limitMs = 5_000): Promise<void> {
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

  /** The browser's own times: what this process adds while both share two cores is no lateness of a service. */
  #listen(network: CDPSession): void {
    const wallMinusMonotonic = new Map<string, number>();
    network.on('Network.webSocketWillSendHandshakeRequest', ({ requestId, timestamp, wallTime }) => {
      wallMinusMonotonic.set(requestId, wallTime - timestamp);
    });
    const remember = (list: SeenFrame[], requestId: string, timestamp: number, text: string) => {
      const at = (timestamp + (wallMinusMonotonic.get(requestId) ?? Number.NaN)) * 1_000;
      list.push({ at, frame: JSON.parse(text) as SeenFrame['frame'] });
    };
    network.on('Network.webSocketFrameReceived', ({ requestId, timestamp, response }) => {
      if (response.opcode === 1) remember(this.received, requestId, timestamp, response.payloadData);
    });
    network.on('Network.webSocketFrameSent', ({ requestId, timestamp, response }) => {
      if (response.opcode === 1) remember(this.sent, requestId, timestamp, response.payloadData);
    });
  }
}
