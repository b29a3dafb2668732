/** A mail server on this machine that takes every mail and keeps it, as it was sent (RFC 5321). */
import { type AddressInfo, type Server, type Socket, createServer } from 'node:net';
import { until } from './waiting.ts';

export interface Mail {
  readonly to: string;
  readonly headers: ReadonlyMap<string, string>;
  /** The part that is plain text. */
  readonly text: string;
}

export class MailSink {
  readonly #server: Server;
  readonly #mails: Mail[] = [];
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<MailSink> {
    const server = createServer();
    const sink = new MailSink(server);
    server.on('connection', (socket) => sink.#serve(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return sink;
  }

  /** Settings with which a stack sends its mails here. */
  get environment(): Record<string, string> {
    const { port } = this.#server.address() as AddressInfo;
    return { RENDEZVOUS_EMAIL_URL: `smtp://127.0.0.1:${port}`, RENDEZVOUS_EMAIL_FROM: 'Meet <meet@example.net>' };
  }

  /** The first mail to that address of which this holds. */
  async mail(to: string, wanted: (mail: Mail) => boolean): Promise<Mail> {
    return until(`a mail to ${to}`, () => this.#mails.find((mail) => mail.to === to && wanted(mail)));
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => undefined);
    socket.write('220 sink\r\n');
    let [buffered, to, isText] = ['', '', false];
    socket.setEncoding('latin1').on('data', (bytes: string) => {
      buffered += bytes;
      for (;;) {
        const end = buffered.indexOf(isText ? '\r\n.\r\n' : '\r\n');
        if (end === -1) return;
        const said = buffered.slice(0, end);
        buffered = buffered.slice(end + (isText ? 5 : 2));
        const verb = said.slice(0, 4).toUpperCase();
        if (isText) this.#mails.push(mailOf(to, said));
        if (!isText && verb === 'RCPT') to = /<(.*)>/.exec(said)?.[1] ?? '';
        isText = !isText && verb === 'DATA';
        socket.write(isText ? '354 go on\r\n' : verb === 'QUIT' ? '221 bye\r\n' : '250 ok\r\n');
      }
    });
  }
}

function mailOf(to: string, raw: string): Mail {
  const { headers, body } = partOf(raw);
  return { to, headers, text: plainText(headers, body) };
}

function partOf(raw: string): { headers: Map<string, string>; body: string } {
  const end = raw.indexOf('\r\n\r\n');
  const lines = raw.slice(0, end).replace(/\r\n[ \t]+/g, ' ').split('\r\n');
  const headers = lines.map((line): [string, string] => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]);
  return { headers: new Map(headers), body: raw.slice(end + 4) };
}

/** Of a part and all within it; empty where there is none. */
function plainText(headers: ReadonlyMap<string, string>, body: string): string {
  const type = headers.get('content-type') ?? 'text/plain';
  const boundary = /boundary="?([^";]+)"?/.exec(type)?.[1];
  if (boundary !== undefined) {
    const parts = body.split(`--${boundary}`).slice(1, -1).map((part) => partOf(part.replace(/^\r\n/, '')));
    return parts.map((part) => plainText(part.headers, part.body)).join('');
  }
  if (!type.startsWith('text/plain')) return '';
  switch (headers.get('content-transfer-encoding')) {
    case 'base64':
      return Buffer.from(body, 'base64').toString('utf8');
    case 'quoted-printable': {
      const whole = body.replace(/=\r\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
      return Buffer.from(whole, 'latin1').toString('utf8');
    }
    default:
      return Buffer.from(body, 'latin1').toString('utf8');
  }
}
