/** A real mail server on loopback, `aiosmtpd`, and the mails that it took. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { until } from './waiting.ts';

const SCRIPT = fileURLToPath(new URL('../../../tools/testkit/smtp_server.py', import.meta.url));

/** A line of `smtp_server.py`. */
export interface Mail {
  readonly to: readonly string[];
  /** By their names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The part that is plain text. */
  readonly body: string;
}

export class MailServer {
  readonly #process: ChildProcessByStdio<Writable, Readable, null>;
  readonly #mails: Mail[] = [];
  #port = '';

  private constructor() {
    this.#process = spawn('/usr/bin/python3', [SCRIPT, 'take'], { stdio: ['pipe', 'pipe', 'ignore'] });
  }

  /** Undefined where aiosmtpd is not installed; throws in CI. */
  static async start(): Promise<MailServer | undefined> {
    const server = new MailServer();
    const lines = createInterface(server.#process.stdout);
    const [first] = await Promise.race([once(lines, 'line') as Promise<[string]>, once(lines, 'close').then((): [undefined] => [undefined])]);
    if (first === undefined && process.env['CI']) throw new Error('aiosmtpd is not installed: run scripts/install-test-deps.sh');
    if (first === undefined) return undefined;
    server.#port = first;
    lines.on('line', (line) => server.#mails.push(JSON.parse(line) as Mail));
    return server;
  }

  /** Settings with which a stack sends its mails here. */
  get environment(): Record<string, string> {
    return { RENDEZVOUS_EMAIL_URL: `smtp://127.0.0.1:${this.#port}`, RENDEZVOUS_EMAIL_FROM: 'Meet <meet@example.net>' };
  }

  /** The first mail to that address of which this holds. */
  async mail(to: string, wanted: (mail: Mail) => boolean): Promise<Mail> {
    return until(`a mail to ${to}`, () => this.#mails.find((mail) => mail.to.includes(to) && wanted(mail)));
  }

  async stop(): Promise<void> {
    const gone = once(this.#process, 'exit');
    this.#process.stdin.end();
    await gone;
  }
}
