/** The example bot of `crates/client`, as a process of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { binary } from './stack.ts';

export class ToneBot {
  readonly #process: ChildProcess;
  #log = '';

  /** Comes to the session of this join link, which it is told by its environment. */
  constructor(link: string) {
    const path = join(dirname(binary()), 'examples', 'tone-bot');
    this.#process = spawn(path, [], { env: { ...process.env, RENDEZVOUS_JOIN_LINK: link }, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (this.#log += text));
    }
    this.#process.on('error', (error) => (this.#log += `${error}: build it with \`cargo build -p rendezvous-client --example tone-bot\``));
  }

  /** What it printed. */
  get log(): string {
    return this.#log;
  }

  get exitCode(): number | null {
    return this.#process.exitCode;
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.pid === undefined) return;
    const gone = new Promise((done) => this.#process.once('exit', done));
    this.#process.kill('SIGKILL');
    await gone;
  }
}
