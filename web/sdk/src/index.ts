/** `@rendezvous/client`: a session in a page. Chat, media servers, elements and the scheduler's API are entries of their own. */
export { createSession, Session, type SessionChat, type SessionOptions } from './session/session.ts';
export { SESSION_EVENTS, type SessionEvents, type SessionPhase, type SessionSnapshot } from './session/snapshot.ts';
export type { PeerMedia } from './session/media-status.ts';
export type { Refusal } from './session/refusal.ts';
export type { GetTicket, Ticket } from './session/ticket.ts';
export { pauseOf, type Pause, type PeerLine } from './session/peer-line.ts';
export { BEFORE_JOIN } from './signaling/session.ts';
export type { EndedStage, Peer, PeerPresence, SessionStage, SessionState, TimelineEntry } from './signaling/session.ts';
export type { DeviceState, EnabledMedia, TrackKind } from './media/local.ts';
export type { MediaConnectionState, MediaPlugin } from './media/transport.ts';
export type { SocketStatus } from './socket/reconnecting-socket.ts';
export { TooLargeError } from './socket/frame.ts';
export { ServerClock } from './clock/server-clock.ts';
export { ApiError } from './scheduler/api-error.ts';
export * from './wire.generated.ts';
