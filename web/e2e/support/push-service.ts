/**
 * A push service on this machine, and the browser's half of Web Push by packages that have nothing to do with ours: `http_ece` decrypts
 * (RFC 8188, RFC 8291), `jose` verifies who signed (RFC 8292).
 */
import { type ECDH, createECDH, randomBytes } from 'node:crypto';
import { type IncomingHttpHeaders, type IncomingMessage, type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BrowserContext } from '@playwright/test';
import ece from 'http_ece';
import { type JWTPayload, importJWK, jwtVerify } from 'jose';
import type { PushMessage } from '../../sdk/src/wire.generated.ts';
import { until } from './waiting.ts';

export interface Push {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export class PushService {
  readonly #server: Server;
  readonly #pushes = new Map<string, Push[]>();

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<PushService> {
    const server = createServer();
    const service = new PushService(server);
    server.on('request', async (request, response) => {
      const path = request.url ?? '/';
      const push = { headers: request.headers, body: await bodyOf(request) };
      service.#pushes.set(path, [...(service.#pushes.get(path) ?? []), push]);
      response.writeHead(201).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return service;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The first push to that browser of whose message this holds, decrypted. */
  async message(browser: SubscribedBrowser, wanted: (message: PushMessage) => boolean): Promise<{ push: Push; text: string; message: PushMessage }> {
    return until(`a push to ${browser.path}`, () => {
      const pushes = this.#pushes.get(browser.path) ?? [];
      const read = pushes.map((push) => {
        const text = browser.decrypt(push);
        return { push, text, message: JSON.parse(text) as PushMessage };
      });
      return read.find(({ message }) => wanted(message));
    });
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** The keys that a browser would have: a machine without a network can't subscribe at its vendor's push service. */
export class SubscribedBrowser {
  readonly path = `/${crypto.randomUUID()}`;
  readonly #keys: ECDH = createECDH('prime256v1');
  readonly #auth = randomBytes(16);

  constructor() {
    this.#keys.generateKeys();
  }

  /** From now on `PushManager` in this context gives these keys. Everything else is the browser's own. */
  async subscribesAt(context: BrowserContext, service: PushService): Promise<void> {
    await context.grantPermissions(['notifications']);
    const json = {
      endpoint: service.url + this.path,
      expirationTime: null,
      keys: { p256dh: this.#keys.getPublicKey('base64url'), auth: this.#auth.toString('base64url') },
    };
    await context.addInitScript((subscription) => {
      let held: object | null = null;
      Object.assign(PushManager.prototype, {
        getSubscription: async () => held,
        subscribe: async ({ applicationServerKey }: { applicationServerKey: Uint8Array }) => {
          const unsubscribe = async (): Promise<boolean> => ((held = null), true);
          return (held = { options: { applicationServerKey: applicationServerKey.buffer }, toJSON: () => subscription, unsubscribe });
        },
      });
    }, json);
  }

  decrypt({ body }: Push): string {
    return ece.decrypt(body, { version: 'aes128gcm', privateKey: this.#keys, authSecret: this.#auth.toString('base64url') }).toString('utf8');
  }
}

/** What the token of a push claims, once it is found to be signed by the key that browsers subscribed with. */
export async function verifiedClaims({ headers }: Push, publicKey: string, audience: string): Promise<JWTPayload> {
  const [, token = '', key = ''] = /^vapid t=([^,]+), k=(.+)$/.exec(headers.authorization ?? '') ?? [];
  if (key !== publicKey) throw new Error(`signed with ${key}`);
  const point = Buffer.from(key, 'base64url');
  const jwk = { kty: 'EC', crv: 'P-256', x: point.subarray(1, 33).toString('base64url'), y: point.subarray(33).toString('base64url') };
  const { payload } = await jwtVerify(token, await importJWK(jwk, 'ES256'), { audience, algorithms: ['ES256'] });
  return payload;
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
