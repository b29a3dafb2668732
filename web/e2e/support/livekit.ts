/** A real LiveKit server on loopback. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { freePorts } from './ports.ts';
import { until } from './waiting.ts';

const INSTALL = fileURLToPath(new URL('../../../scripts/install-livekit.sh', import.meta.url));
const READY_LIMIT_MS = 20_000;
const KEY = 'e2e';
const SECRET = 'a-secret-of-the-browser-stories-of-32-bytes-and-more';

export class LiveKit {
  readonly #binary: string;
  readonly #ports: number[];
  readonly #log: string[] = [];
  #process: ChildProcess | undefined;

  private constructor(binary: string, ports: number[]) {
    this.#binary = binary;
    this.#ports = ports;
  }

  /** Doesn't start it yet. Undefined where it is not installed and cannot be built; throws in CI. */
  static async prepare(): Promise<LiveKit | undefined> {
    try {
      return new LiveKit(execFileSync(INSTALL, { encoding: 'utf8' }).trim(), await freePorts(3));
    } catch (error) {
      if (process.env['CI']) throw error;
      return undefined;
    }
  }

  /** Environment variables for the stack. */
  get settings(): Record<string, string> {
    return { RENDEZVOUS_LIVEKIT_URL: this.url, RENDEZVOUS_LIVEKIT_API_KEY: KEY, RENDEZVOUS_LIVEKIT_API_SECRET: SECRET };
  }

  /** Its events are posted to `webhook`. */
  async start(webhook: string): Promise<void> {
    const [port, tcp, udp] = this.#ports;
    const config = [
      `port: ${port}`,
      'bind_addresses: ["127.0.0.1"]',
      'rtc:',
      '  node_ip: 127.0.0.1',
      '  use_external_ip: false',
      '  enable_loopback_candidate: true',
      `  tcp_port: ${tcp}`,
      `  udp_port: ${udp}`,
      'keys:',
      `  ${KEY}: ${SECRET}`,
      'webhook:',
      `  api_key: ${KEY}`,
      `  urls: ["${webhook}"]`,
      'logging:',
      '  level: warn',
    ];
    this.#process = spawn(this.#binary, [], { env: { ...process.env, LIVEKIT_CONFIG: config.join('\n') }, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => this.#log.push(text));
    }
    const answers = async () => (await fetch(this.url).catch(() => undefined))?.ok;
    await until('LiveKit answers', answers, READY_LIMIT_MS).catch((error: Error) => {
      throw new Error(`${error.message}\n${this.#log.join('')}`);
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#ports[0]}`;
  }

  /** Names of the rooms, from its API. */
  async rooms(): Promise<string[]> {
    const { rooms } = (await this.#ask('ListRooms', {})) as { rooms?: { name: string }[] };
    return (rooms ?? []).map(({ name }) => name);
  }

  /** Removes a participant through its API. */
  async remove(room: string, identity: string): Promise<void> {
    await this.#ask('RemoveParticipant', { room, identity });
  }

  async stop(): Promise<void> {
    const child = this.#process;
    if (child === undefined || child.exitCode !== null) return;
    const gone = new Promise((done) => child.once('exit', done));
    child.kill('SIGKILL');
    await gone;
  }

  async #ask(method: string, body: { room?: string; identity?: string }): Promise<unknown> {
    const token = this.#sign({ video: { roomList: true, roomAdmin: true, roomCreate: true, room: body.room } });
    const answer = await fetch(`${this.url}/twirp/livekit.RoomService/${method}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${method}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }

  #sign(claims: object): string {
    const now = Math.floor(Date.now() / 1_000);
    const text = [{ alg: 'HS256', typ: 'JWT' }, { iss: KEY, nbf: now - 5, exp: now + 60, ...claims }]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    return `${text}.${createHmac('sha256', SECRET).update(text).digest('base64url')}`;
  }
}
