/**
 * An OpenVidu 2 server, for there is no package of the real one: the REST bodies and statuses that it documents, JSON-RPC as
 * `openvidu-browser` sends it, and one page of the same browser in place of the media node, which takes and gives streams.
 */
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page, WebSocketRoute } from '@playwright/test';

const SECRET = 'MY_SECRET';

interface Request {
  id: number;
  method: string;
  params?: Record<string, unknown>;
}

/** Made by REST with a token that is good for one coming, and then taken. */
interface Connection {
  id: string;
  session: string;
  token: string;
  data: string;
  socket: WebSocketRoute | null;
  published: object | null;
}

export class OpenVidu {
  readonly #node: Page;
  readonly #rest: Server;
  readonly #connections = new Map<string, Connection>();
  readonly #sessions = new Set<string>();

  private constructor(node: Page, rest: Server) {
    this.#node = node;
    this.#rest = rest;
    rest.on('request', (request: IncomingMessage, response: ServerResponse) => void this.#answerRest(request, response));
  }

  static async start(browser: Browser): Promise<OpenVidu> {
    const node = await (await browser.newContext()).newPage();
    await node.evaluate(mediaNode);
    const rest = createServer();
    await new Promise<void>((done) => rest.listen(0, '127.0.0.1', done));
    return new OpenVidu(node, rest);
  }

  /** What a stack is told of it. */
  get settings(): Record<string, string> {
    return {
      RENDEZVOUS_OPENVIDU_URL: `http://${this.#host}`,
      RENDEZVOUS_OPENVIDU_SECRET: SECRET,
      RENDEZVOUS_OPENVIDU_WEBHOOK_AUTHORIZATION: 'Basic of-its-webhooks',
    };
  }

  get sessions(): readonly string[] {
    return [...this.#sessions];
  }

  get connected(): number {
    return this.#guests.length;
  }

  /** Serves the clients of a page. */
  async serve(page: Page): Promise<void> {
    await page.routeWebSocket(new RegExp(`^wss://${this.#host}/`), (socket) => this.#client(socket));
  }

  async stop(): Promise<void> {
    this.#rest.closeAllConnections();
    await new Promise((done) => this.#rest.close(done));
  }

  get #host(): string {
    return `127.0.0.1:${(this.#rest.address() as AddressInfo).port}`;
  }

  get #guests(): (Connection & { socket: WebSocketRoute })[] {
    return [...this.#connections.values()].filter((one): one is Connection & { socket: WebSocketRoute } => one.socket !== null);
  }

  async #answerRest(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = (chunks.length === 0 ? {} : JSON.parse(Buffer.concat(chunks).toString())) as Record<string, string>;
    const known = request.headers.authorization === `Basic ${Buffer.from(`OPENVIDUAPP:${SECRET}`).toString('base64')}`;
    const [status, answer] = known ? this.#rested(`${request.method}`, `${request.url}`.replace('/openvidu/api/sessions', ''), body) : [401];
    response.writeHead(status, { 'content-type': 'application/json' }).end(answer === undefined ? '' : JSON.stringify(answer));
  }

  #rested(method: string, path: string, body: Record<string, string>): [number, object?] {
    const [session = '', , connection] = path.split('/').slice(1);
    if (path === '' && method === 'GET') return [200, { numberOfElements: this.#sessions.size, content: this.sessions.map((id) => ({ id })) }];
    if (path === '') return this.#open(body['customSessionId'] ?? '');
    if (!this.#sessions.has(session)) return [404];
    if (path.includes('/connection')) return this.#connection(method, session, connection, body);
    this.#sessions.delete(session);
    for (const { id } of this.#guests) this.#evict(id);
    return [204];
  }

  #open(id: string): [number, object?] {
    if (this.#sessions.has(id)) return [409];
    this.#sessions.add(id);
    return [200, { id, object: 'session', customSessionId: id }];
  }

  #connection(method: string, session: string, id: string | undefined, body: Record<string, string>): [number, object?] {
    if (method === 'GET') return [200, { content: [...this.#connections.values()].filter((one) => one.session === session).map(rested) }];
    if (method === 'DELETE') return this.#evict(id ?? '') ? [204] : [404];
    const token = `wss://${this.#host}?sessionId=${session}&token=tok_${crypto.randomUUID()}&role=PUBLISHER&version=2.32.0`;
    const made: Connection = { id: `con_${crypto.randomUUID()}`, session, token, data: body['data'] ?? '', socket: null, published: null };
    this.#connections.set(made.id, made);
    return [200, rested(made)];
  }

  #evict(id: string): boolean {
    const connection = this.#connections.get(id);
    if (connection?.socket) notify(connection.socket, 'participantEvicted', { connectionId: id, reason: 'forceDisconnectByServer' });
    return connection !== undefined;
  }

  /** Puts out whoever is in, as an operator of OpenVidu's would. */
  evictAll(): void {
    for (const { id } of this.#guests) this.#evict(id);
  }

  #client(socket: WebSocketRoute): void {
    let guest: Connection | null = null;
    socket.onMessage((text) => {
      const request = JSON.parse(String(text)) as Request;
      void this.#answer(socket, request, guest).then((result) => {
        if (request.method === 'joinRoom') guest = this.#connections.get((result as { id: string }).id) ?? null;
        if (guest !== null && request.method === 'leaveRoom') this.#left(guest);
        socket.send(JSON.stringify({ id: request.id, jsonrpc: '2.0', result: { ...result, sessionId: 'rpc' } }));
        if (guest !== null && request.method === 'publishVideo') this.#tellOthers(guest, 'participantPublished', described(guest));
      });
    });
    socket.onClose(() => guest !== null && this.#left(guest));
  }

  async #answer(socket: WebSocketRoute, { method, params = {} }: Request, guest: Connection | null): Promise<object> {
    switch (method) {
      case 'ping':
        return { value: 'pong' };
      case 'joinRoom':
        return this.#join(socket, params);
      case 'publishVideo':
        return this.#publish(guest!, params);
      case 'receiveVideoFrom':
        return { sdpAnswer: await this.#negotiate('give', String(params['sender']), `${guest!.id} ${String(params['sender'])}`, params['sdpOffer']) };
      case 'onIceCandidate':
        await this.#node.evaluate(addCandidate, { of: String(params['endpointName']), by: guest!.id, ...params } as never);
        return {};
      default:
        return {};
    }
  }

  #join(socket: WebSocketRoute, params: Record<string, unknown>): object {
    const guest = [...this.#connections.values()].find(({ token }) => token === params['token']);
    if (guest === undefined || guest.socket !== null) throw new Error('no such token, or one that was used');
    const others = this.#guests.map(described);
    guest.socket = socket;
    this.#tellOthers(guest, 'participantJoined', described(guest));
    return { ...described(guest), value: others, session: guest.session, finalUserId: guest.data, role: 'PUBLISHER', record: false, mediaServer: 'kurento', version: '2.32.0', videoSimulcast: false, life: 1 };
  }

  async #publish(guest: Connection, params: Record<string, unknown>): Promise<object> {
    const id = `str_${guest.id}`;
    const { sdpOffer, ...stream } = params;
    const sdpAnswer = await this.#negotiate('take', id, id, sdpOffer);
    guest.published = { ...stream, id, createdAt: Date.now() };
    return { id, createdAt: Date.now(), sdpAnswer };
  }

  #negotiate(what: 'take' | 'give', stream: string, endpoint: string, sdp: unknown): Promise<string> {
    return this.#node.evaluate(answerOffer, { what, stream, endpoint, sdp: String(sdp) });
  }

  #left(guest: Connection): void {
    if (this.#connections.delete(guest.id)) this.#tellOthers(guest, 'participantLeft', { connectionId: guest.id, reason: 'disconnect' });
  }

  #tellOthers(guest: Connection, method: string, params: object): void {
    for (const other of this.#guests) if (other.id !== guest.id) notify(other.socket, method, params);
  }
}

/** As the clients of others are told of it. */
function described({ id, published }: Connection): object {
  const about = { id, createdAt: Date.now(), metadata: '' };
  return published === null ? about : { ...about, streams: [published] };
}

/** As REST tells of it. */
function rested({ id, token, data, socket }: Connection): object {
  return { id, object: 'connection', type: 'WEBRTC', status: socket === null ? 'pending' : 'active', token, serverData: data, activeAt: Date.now() };
}

function notify(socket: WebSocketRoute, method: string, params: object): void {
  socket.send(JSON.stringify({ jsonrpc: '2.0', method, params }));
}

interface NodeWindow extends Window {
  endpoints: Map<string, RTCPeerConnection>;
  streams: Map<string, MediaStreamTrack[]>;
}

function mediaNode(): void {
  const page = window as unknown as NodeWindow;
  page.endpoints = new Map();
  page.streams = new Map();
}

/** In the node's page: takes a stream, or gives one that it has. Its answer has every candidate in it. */
async function answerOffer({ what, stream, endpoint, sdp }: { what: string; stream: string; endpoint: string; sdp: string }): Promise<string> {
  const page = window as unknown as NodeWindow;
  const connection = new RTCPeerConnection();
  page.endpoints.set(endpoint, connection);
  await connection.setRemoteDescription({ type: 'offer', sdp });
  if (what === 'take') {
    const tracks = connection.getReceivers().map(({ track }) => track);
    page.streams.set(stream, tracks);
    // A browser forwards only sound that it plays.
    const player = Object.assign(new Audio(), { muted: true, srcObject: new MediaStream(tracks) });
    void player.play().catch(() => undefined);
  }
  for (const { sender, receiver } of connection.getTransceivers()) {
    const track = page.streams.get(stream)?.find(({ kind }) => kind === receiver.track.kind);
    if (what === 'give' && track !== undefined) await sender.replaceTrack(track);
  }
  for (const transceiver of connection.getTransceivers()) transceiver.direction = what === 'give' ? 'sendonly' : 'recvonly';
  const gathered = new Promise((done) => (connection.onicegatheringstatechange = () => connection.iceGatheringState === 'complete' && done(null)));
  await connection.setLocalDescription();
  await gathered;
  return connection.localDescription!.sdp;
}

/** In the node's page. A client names its own endpoint by its connection, another's by the stream. */
async function addCandidate({ of, by, candidate, sdpMid, sdpMLineIndex }: { of: string; by: string; candidate: string; sdpMid: string; sdpMLineIndex: number }): Promise<void> {
  const page = window as unknown as NodeWindow;
  const endpoint = page.endpoints.get(of === by ? `str_${by}` : `${by} ${of}`) ?? page.endpoints.get(`${by} str_${of}`);
  await endpoint?.addIceCandidate({ candidate, sdpMid, sdpMLineIndex }).catch(() => undefined);
}
