/** An example of `web/examples`, served by its own server on an origin of its own. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Stack } from './stack.ts';
import { until } from './waiting.ts';

const EXAMPLES = fileURLToPath(new URL('../../examples/', import.meta.url));

export class Example {
  readonly origin: string;
  readonly #process: ChildProcess;

  private constructor(origin: string, process: ChildProcess) {
    this.origin = origin;
    this.#process = process;
  }

  /** With an application of its own; `environment` as the server reads it. */
  static async start(stack: Stack, name: string, environment: Record<string, string> = {}): Promise<Example> {
    const key = await stack.createKey(`example-${name}-${crypto.randomUUID().slice(0, 8)}`);
    const child = spawn(process.execPath, [`${EXAMPLES}${name}/server.mjs`], {
      env: { ...process.env, RENDEZVOUS_URL: stack.webUrl, RENDEZVOUS_KEY: key, PORT: '0', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (said += text));
    const origin = await until('the example is served', async () => {
      if (child.exitCode !== null) throw new Error(said);
      return /http:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0];
    });
    return new Example(origin, child);
  }

  /** Before it is served, as its head says; with the development build of its libraries, which mounts twice in React's strict mode. */
  static async build(name: string): Promise<void> {
    await promisify(execFile)('npm', ['run', 'build', '--silent'], { cwd: `${EXAMPLES}${name}`, env: { ...process.env, NODE_ENV: 'development' } });
  }

  async stop(): Promise<void> {
    const gone = new Promise((done) => this.#process.once('exit', done));
    this.#process.kill('SIGTERM');
    await gone;
  }
}
