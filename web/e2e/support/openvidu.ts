/**
 * A fake OpenVidu 2 server (there is no package of the real one): its documented REST API, the JSON-RPC that `openvidu-browser` uses,
 * and a page of the same browser as media node, which forwards streams.
 */
import type { Browser, Page, WebSocketRoute } from '@playwright/test';
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const SECRET = 'MY_SECRET';

interface Request {
  id: number;
  method: string;
  params?: Record<string, unknown>;
}

/** Created by REST with a token that is valid once; `socket` is set while it is in use. */
interface Connection {
  id: string;
  session: string;
  token: string;
  data: string;
  socket: WebSocketRoute | null;
  published: object | null;
}

export class OpenVidu {
  readonly #mediaNode: Page;
  readonly #rest: Server;
  readonly #connections = new Map<string, Connection>();
  readonly #sessions = new Set<string>();

  private constructor(node: Page, rest: Server) {
    this.#mediaNode = node;
    this.#rest = rest;
    rest.on('request', (request: IncomingMessage, response: ServerResponse) => void this.#serveRest(request, response));
  }

  static async start(browser: Browser): Promise<OpenVidu> {
    const node = await (await browser.newContext()).newPage();
    await node.evaluate(initMediaNode);
    const rest = createServer();
    await new Promise<void>((done) => rest.listen(0, '127.0.0.1', done));
    return new OpenVidu(node, rest);
  }

  /** Environment variables for the stack. */
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
    return this.#participants.length;
  }

  /** Handles the WebSockets of a page. */
  async serve(page: Page): Promise<void> {
    await page.routeWebSocket(new RegExp(`^wss://${this.#host}/`), (socket) => this.#handleSocket(socket));
  }

  async stop(): Promise<void> {
    this.#rest.closeAllConnections();
    await new Promise((done) => this.#rest.close(done));
  }

  get #host(): string {
    return `127.0.0.1:${(this.#rest.address() as AddressInfo).port}`;
  }

  get #participants(): (Connection & { socket: WebSocketRoute })[] {
    return [...this.#connections.values()].filter((one): one is Connection & { socket: WebSocketRoute } => one.socket !== null);
  }

  async #serveRest(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = (chunks.length === 0 ? {} : JSON.parse(Buffer.concat(chunks).toString())) as Record<string, string>;
    const authorized = request.headers.authorization === `Basic ${Buffer.from(`OPENVIDUAPP:${SECRET}`).toString('base64')}`;
    const [status, answer] = authorized ? this.#handleRest(`${request.method}`, `${request.url}`.replace('/openvidu/api/sessions', ''), body) : [401];
    response.writeHead(status, { 'content-type': 'application/json' }).end(answer === undefined ? '' : JSON.stringify(answer));
  }

  #handleRest(method: string, path: string, body: Record<string, string>): [number, object?] {
    const [session = '', , connection] = path.split('/').slice(1);
    if (path === '' && method === 'GET') return [200, { numberOfElements: this.#sessions.size, content: this.sessions.map((id) => ({ id })) }];
    if (path === '') return this.#createSession(body['customSessionId'] ?? '');
    if (!this.#sessions.has(session)) return [404];
    if (path.includes('/connection')) return this.#handleConnection(method, session, connection, body);
    this.#sessions.delete(session);
    for (const { id } of this.#participants) this.#evict(id);
    return [204];
  }

  #createSession(id: string): [number, object?] {
    if (this.#sessions.has(id)) return [409];
    this.#sessions.add(id);
    return [200, { id, object: 'session', customSessionId: id }];
  }

  #handleConnection(method: string, session: string, id: string | undefined, body: Record<string, string>): [number, object?] {
    if (method === 'GET') return [200, { content: [...this.#connections.values()].filter((one) => one.session === session).map(connectionResource) }];
    if (method === 'DELETE') return this.#evict(id ?? '') ? [204] : [404];
    const token = `wss://${this.#host}?sessionId=${session}&token=tok_${crypto.randomUUID()}&role=PUBLISHER&version=2.32.0`;
    const created: Connection = { id: `con_${crypto.randomUUID()}`, session, token, data: body['data'] ?? '', socket: null, published: null };
    this.#connections.set(created.id, created);
    return [200, connectionResource(created)];
  }

  #evict(id: string): boolean {
    const connection = this.#connections.get(id);
    if (connection?.socket) notify(connection.socket, 'participantEvicted', { connectionId: id, reason: 'forceDisconnectByServer' });
    return connection !== undefined;
  }

  #handleSocket(socket: WebSocketRoute): void {
    let participant: Connection | null = null;
    socket.onMessage((text) => {
      const request = JSON.parse(String(text)) as Request;
      void this.#handleRequest(socket, request, participant).then((result) => {
        if (request.method === 'joinRoom') participant = this.#connections.get((result as { id: string }).id) ?? null;
        if (participant !== null && request.method === 'leaveRoom') this.#handleLeave(participant);
        socket.send(JSON.stringify({ id: request.id, jsonrpc: '2.0', result: { ...result, sessionId: 'rpc' } }));
        if (participant !== null && request.method === 'publishVideo') this.#notifyOthers(participant, 'participantPublished', participantInfo(participant));
      });
    });
    socket.onClose(() => participant !== null && this.#handleLeave(participant));
  }

  async #handleRequest(socket: WebSocketRoute, { method, params = {} }: Request, participant: Connection | null): Promise<object> {
    switch (method) {
      case 'ping':
        return { value: 'pong' };
      case 'joinRoom':
        return this.#join(socket, params);
      case 'publishVideo':
        return this.#publish(participant!, params);
      case 'receiveVideoFrom':
        return { sdpAnswer: await this.#negotiate('subscribe', String(params['sender']), `${participant!.id} ${String(params['sender'])}`, params['sdpOffer']) };
      case 'onIceCandidate':
        await this.#mediaNode.evaluate(addCandidate, { of: String(params['endpointName']), by: participant!.id, ...params } as never);
        return {};
      default:
        return {};
    }
  }

  #join(socket: WebSocketRoute, params: Record<string, unknown>): object {
    const participant = [...this.#connections.values()].find(({ token }) => token === params['token']);
    if (participant === undefined || participant.socket !== null) throw new Error('no such token, or one that was used');
    const others = this.#participants.map(participantInfo);
    participant.socket = socket;
    this.#notifyOthers(participant, 'participantJoined', participantInfo(participant));
    return { ...participantInfo(participant), value: others, session: participant.session, finalUserId: participant.data, role: 'PUBLISHER', record: false, mediaServer: 'kurento', version: '2.32.0', videoSimulcast: false, life: 1 };
  }

  async #publish(participant: Connection, params: Record<string, unknown>): Promise<object> {
    const id = `str_${participant.id}`;
    const { sdpOffer, ...stream } = params;
    const sdpAnswer = await this.#negotiate('publish', id, id, sdpOffer);
    participant.published = { ...stream, id, createdAt: Date.now() };
    return { id, createdAt: Date.now(), sdpAnswer };
  }

  #negotiate(role: 'publish' | 'subscribe', stream: string, endpoint: string, sdp: unknown): Promise<string> {
    return this.#mediaNode.evaluate(answerOffer, { role, stream, endpoint, sdp: String(sdp) });
  }

  #handleLeave(participant: Connection): void {
    if (this.#connections.delete(participant.id)) this.#notifyOthers(participant, 'participantLeft', { connectionId: participant.id, reason: 'disconnect' });
  }

  #notifyOthers(participant: Connection, method: string, params: object): void {
    for (const other of this.#participants) if (other.id !== participant.id) notify(other.socket, method, params);
  }
}

/** The JSON-RPC representation. */
function participantInfo({ id, published }: Connection): object {
  const about = { id, createdAt: Date.now(), metadata: '' };
  return published === null ? about : { ...about, streams: [published] };
}

/** The REST representation. */
function connectionResource({ id, token, data, socket }: Connection): object {
  return { id, object: 'connection', type: 'WEBRTC', status: socket === null ? 'pending' : 'active', token, serverData: data, activeAt: Date.now() };
}

function notify(socket: WebSocketRoute, method: string, params: object): void {
  socket.send(JSON.stringify({ jsonrpc: '2.0', method, params }));
}

interface NodeWindow extends Window {
  endpoints: Map<string, RTCPeerConnection>;
  streams: Map<string, MediaStreamTrack[]>;
}

function initMediaNode(): void {
  const page = window as unknown as NodeWindow;
  page.endpoints = new Map();
  page.streams = new Map();
}

/** In the page of the media node: receives a stream, or sends one to a subscriber. The answer has all candidates. */
async function answerOffer({ role, stream, endpoint, sdp }: { role: string; stream: string; endpoint: string; sdp: string }): Promise<string> {
  const page = window as unknown as NodeWindow;
  const connection = new RTCPeerConnection();
  page.endpoints.set(endpoint, connection);
  await connection.setRemoteDescription({ type: 'offer', sdp });
  if (role === 'publish') {
    const tracks = connection.getReceivers().map(({ track }) => track);
    page.streams.set(stream, tracks);
    // Chromium forwards received audio only while it is played.
    const player = Object.assign(new Audio(), { muted: true, srcObject: new MediaStream(tracks) });
    void player.play().catch(() => undefined);
  }
  for (const { sender, receiver } of connection.getTransceivers()) {
    const track = page.streams.get(stream)?.find(({ kind }) => kind === receiver.track.kind);
    if (role === 'subscribe' && track !== undefined) await sender.replaceTrack(track);
  }
  for (const transceiver of connection.getTransceivers()) transceiver.direction = role === 'subscribe' ? 'sendonly' : 'recvonly';
  const gathered = new Promise((done) => (connection.onicegatheringstatechange = () => connection.iceGatheringState === 'complete' && done(null)));
  await connection.setLocalDescription();
  await gathered;
  return connection.localDescription!.sdp;
}

/** In the page of the media node. A client names its own endpoint by its connection id, others by the stream id. */
async function addCandidate({ of, by, candidate, sdpMid, sdpMLineIndex }: { of: string; by: string; candidate: string; sdpMid: string; sdpMLineIndex: number }): Promise<void> {
  const page = window as unknown as NodeWindow;
  const endpoint = page.endpoints.get(of === by ? `str_${by}` : `${by} ${of}`) ?? page.endpoints.get(`${by} str_${of}`);
  await endpoint?.addIceCandidate({ candidate, sdpMid, sdpMLineIndex }).catch(() => undefined);
}
