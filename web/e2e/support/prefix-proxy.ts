/** An HTTP proxy that serves several services under paths of one address, and takes the path away, as nginx does with `proxy_pass …/;`. */
import { type IncomingMessage, type Server, createServer, request } from 'node:http';
import { type AddressInfo, type Socket, connect } from 'node:net';

export class PrefixProxy {
  readonly #server: Server;
  /** Ports on loopback, by the path before which they stand: `/meet`. */
  readonly #ports = new Map<string, number>();
  /** Requests below none of the paths: whoever makes one has lost the path. */
  readonly strays: string[] = [];

  private constructor(server: Server) {
    this.#server = server;
    server.on('request', (incoming, response) => {
      const target = this.#target(incoming);
      if (target === null) return response.writeHead(404).end();
      const { method, headers } = incoming;
      const upstream = request({ port: target.port, path: target.path, method, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      upstream.on('error', () => response.destroy());
      response.on('close', () => upstream.destroy());
      return incoming.pipe(upstream);
    });
    server.on('upgrade', (incoming, socket: Socket, head) => this.#upgrade(incoming, socket, head));
  }

  static async start(): Promise<PrefixProxy> {
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return new PrefixProxy(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  forward(path: string, port: number): void {
    this.#ports.set(path, port);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }

  #target(incoming: IncomingMessage): { port: number; path: string } | null {
    const url = incoming.url ?? '/';
    for (const [path, port] of this.#ports) {
      if (url.startsWith(`${path}/`)) return { port, path: url.slice(path.length) };
    }
    this.strays.push(url);
    return null;
  }

  #upgrade(incoming: IncomingMessage, socket: Socket, head: Buffer): void {
    const target = this.#target(incoming);
    if (target === null) return void socket.destroy();
    const upstream = connect(target.port, '127.0.0.1', () => {
      const headers = incoming.rawHeaders.reduce((text, part, at) => text + part + (at % 2 === 0 ? ': ' : '\r\n'), '');
      upstream.write(`GET ${target.path} HTTP/1.1\r\n${headers}\r\n`);
      upstream.write(head);
      upstream.pipe(socket).pipe(upstream);
    });
    for (const [one, other] of [[socket, upstream], [upstream, socket]] as const) {
      one.on('error', () => undefined);
      one.on('close', () => other.destroy());
    }
  }
}
