/** A real coturn on loopback, with the configuration that `rendezvous turn-config` prints. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePorts } from './ports.ts';
import { binary } from './stack.ts';
import { until } from './waiting.ts';

const SECRET = 'a-secret-of-the-browser-stories-of-32-bytes-and-more';
const run = promisify(execFile);

export class Coturn {
  readonly #dir: string;
  readonly #port: number;
  #process: ChildProcess | undefined;

  private constructor(dir: string, port: number) {
    this.#dir = dir;
    this.#port = port;
  }

  /** Allows relaying to `allowed`, a private network. Undefined where coturn is not installed; throws in CI. */
  static async start(allowed: string): Promise<Coturn | undefined> {
    const there = await run('turnserver', ['--version']).then(
      () => true,
      (error: { code?: unknown }) => error.code !== 'ENOENT',
    );
    if (!there && process.env['CI']) throw new Error('coturn is not installed: run scripts/install-test-deps.sh');
    if (!there) return undefined;
    const [port] = await freePorts(1);
    const coturn = new Coturn(await mkdtemp(join(tmpdir(), 'rendezvous-coturn-')), port!);
    await coturn.#start(allowed);
    return coturn;
  }

  /** Environment variables for the stack. */
  get settings(): Record<string, string> {
    const at = `127.0.0.1:${this.#port}`;
    return { RENDEZVOUS_TURN_URLS: `turn:${at}?transport=udp,turn:${at}?transport=tcp`, RENDEZVOUS_TURN_SECRETS: SECRET };
  }

  async stop(): Promise<void> {
    const gone = new Promise((done) => this.#process?.once('exit', done));
    this.#process?.kill('SIGKILL');
    await gone;
    await rm(this.#dir, { recursive: true, force: true });
  }

  async #start(allowed: string): Promise<void> {
    const settings = { RENDEZVOUS_TURN_LISTEN: `127.0.0.1:${this.#port}`, RENDEZVOUS_TURN_ALLOW_PEERS: allowed, RENDEZVOUS_TURN_SECRETS: SECRET };
    const { stdout } = await run(binary(), ['turn-config', '--data-dir', this.#dir], { env: { ...process.env, ...settings } });
    const file = join(this.#dir, 'turnserver.conf');
    await writeFile(file, stdout, { mode: 0o600 });
    this.#process = spawn('turnserver', ['-c', file, '--log-file', 'stdout', '--pidfile', join(this.#dir, 'pid')], { stdio: 'ignore' });
    await until('coturn listens', () => accepts(this.#port));
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true));
    socket.on('error', () => resolve(false)).on('connect', () => socket.destroy());
  });
}
