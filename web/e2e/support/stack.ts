/** `rendezvous up` on free ports, with a temporary data directory. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePorts } from './ports.ts';
import { until } from './waiting.ts';

export type ServiceName = 'scheduler' | 'signaling' | 'chat';

const READY_LIMIT_MS = 30_000;
const STOP_LIMIT_MS = 12_000;
const run = promisify(execFile);

export class Stack {
  readonly dataDir: string;
  readonly ports: Record<ServiceName, number>;
  readonly #process: ChildProcess;
  readonly #log: string[] = [];

  private constructor(dataDir: string, ports: Record<ServiceName, number>, process: ChildProcess) {
    this.dataDir = dataDir;
    this.ports = ports;
    this.#process = process;
    for (const stream of [process.stdout, process.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => this.#log.push(text));
    }
  }

  /** `environment` may depend on the ports, as public addresses do; `args` are those after `up`. */
  static async start(
    environment: Record<string, string> | ((ports: Record<ServiceName, number>) => Record<string, string>) = {},
    args: readonly string[] = [],
  ): Promise<Stack> {
    const [scheduler, signaling, chat] = await freePorts(3);
    const ports = { scheduler: scheduler!, signaling: signaling!, chat: chat! };
    const dataDir = await mkdtemp(join(tmpdir(), 'rendezvous-e2e-'));
    const child = spawn(binary(), ['up', '--data-dir', dataDir, ...args], {
      env: { ...process.env, ...listenAddresses(ports), ...(typeof environment === 'function' ? environment(ports) : environment) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const stack = new Stack(dataDir, ports, child);
    for (const service of ['scheduler', 'signaling', 'chat'] as const) await stack.ready(service);
    return stack;
  }

  get webUrl(): string {
    return `http://127.0.0.1:${this.ports.scheduler}`;
  }

  get log(): string {
    return this.#log.join('');
  }

  async ready(service: ServiceName): Promise<void> {
    const url = `http://127.0.0.1:${this.ports[service]}/health/ready`;
    await until(`${service} is ready\n${this.log}`, async () => (await statusOf(url)) === 200, READY_LIMIT_MS);
  }

  /** Creates an API key with the command line, while the services run. */
  async createKey(name: string): Promise<string> {
    const { stdout } = await run(binary(), ['keys', 'create', '--name', name, '--data-dir', this.dataDir]);
    return stdout.trim();
  }

  /** `kill -9` of one service; the supervisor starts it again by itself. */
  async kill(service: ServiceName): Promise<void> {
    process.kill(await this.pidOf(service), 'SIGKILL');
  }

  /** SIGTERM to one service, as a deployment does; the supervisor restarts it. */
  async terminate(service: ServiceName): Promise<void> {
    process.kill(await this.pidOf(service), 'SIGTERM');
  }

  /** SIGSTOP: the supervisor sees a running process. Returns a function that resumes it. */
  async freeze(service: ServiceName): Promise<() => void> {
    const pid = await this.pidOf(service);
    process.kill(pid, 'SIGSTOP');
    return () => process.kill(pid, 'SIGCONT');
  }

  async pidOf(service: ServiceName): Promise<number> {
    return until(`a process of ${service}`, async () => {
      for (const entry of await readdir('/proc')) {
        if (/^\d+$/.test(entry) && (await isChild(entry, this.#process.pid, service))) return Number(entry);
      }
      return undefined;
    });
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      const gone = new Promise((done) => this.#process.once('exit', done));
      this.#process.kill('SIGTERM');
      const late = setTimeout(() => this.#process.kill('SIGKILL'), STOP_LIMIT_MS);
      await gone;
      clearTimeout(late);
    }
    await rm(this.dataDir, { recursive: true, force: true });
  }
}

export function binary(): string {
  const named = process.env['RENDEZVOUS_BIN'];
  if (!named || !existsSync(named)) throw new Error('RENDEZVOUS_BIN names no binary: run `make e2e`.');
  return named;
}

function listenAddresses(ports: Record<ServiceName, number>): Record<string, string> {
  return {
    RENDEZVOUS_SCHEDULER_LISTEN: `127.0.0.1:${ports.scheduler}`,
    RENDEZVOUS_SIGNALING_LISTEN: `127.0.0.1:${ports.signaling}`,
    RENDEZVOUS_CHAT_LISTEN: `127.0.0.1:${ports.chat}`,
  };
}

async function statusOf(url: string): Promise<number | undefined> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(2_000) })).status;
  } catch {
    return undefined;
  }
}

async function isChild(pid: string, parent: number | undefined, service: ServiceName): Promise<boolean> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    const parentPid = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    const args = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0');
    return parentPid === parent && args.includes(service);
  } catch {
    return false; // The process ended meanwhile.
  }
}
