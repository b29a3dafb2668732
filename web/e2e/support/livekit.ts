/** A real LiveKit server on loopback, with a key of its own. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { freePorts } from './ports.ts';
import { until } from './waiting.ts';

const INSTALL = fileURLToPath(new URL('../../../scripts/install-livekit.sh', import.meta.url));
const READY_LIMIT_MS = 20_000;
const KEY = 'e2e';
const SECRET = 'a secret of the browser stories, 32 bytes and more';

export class LiveKit {
  readonly key = KEY;
  readonly secret = SECRET;
  readonly port: number;
  readonly #process: ChildProcess;
  readonly #log: string[] = [];

  private constructor(port: number, process: ChildProcess) {
    this.port = port;
    this.#process = process;
    for (const stream of [process.stdout, process.stderr]) stream?.setEncoding('utf8').on('data', (text: string) => this.#log.push(text));
  }

  static async start(): Promise<LiveKit> {
    const binary = execFileSync(INSTALL, { encoding: 'utf8' }).trim();
    const [port, tcp, udp] = await freePorts(3);
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
      'logging:',
      '  level: warn',
    ].join('\n');
    const livekit = new LiveKit(port!, spawn(binary, ['--config-body', config], { stdio: ['ignore', 'pipe', 'pipe'] }));
    const answers = async () => (await fetch(livekit.url).catch(() => undefined))?.ok;
    await until(`LiveKit answers`, answers, READY_LIMIT_MS).catch((error: Error) => Promise.reject(new Error(`${error.message}\n${livekit.#log.join('')}`)));
    return livekit;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** The rooms that there are, by its own API. */
  async rooms(): Promise<string[]> {
    const { rooms } = (await this.#ask('ListRooms', {})) as { rooms?: { name: string }[] };
    return (rooms ?? []).map(({ name }) => name);
  }

  /** Puts somebody out, as an operator of LiveKit's would. */
  async remove(room: string, identity: string): Promise<void> {
    await this.#ask('RemoveParticipant', { room, identity });
  }

  async stop(): Promise<void> {
    const gone = new Promise((done) => this.#process.once('exit', done));
    this.#process.kill('SIGKILL');
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

  /** Lets somebody in. */
  token(room: string, identity: string): string {
    return this.#sign({ sub: identity, name: identity, video: { room, roomJoin: true, canPublish: true, canSubscribe: true } });
  }
}
