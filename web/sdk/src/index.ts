/**
 * A session in a page. Chat, media servers, elements, frames and the scheduler's API are entries of their own.
 *
 * @module @rendezvous/client
 */
export { createSession, Session, type SessionChat, type SessionOptions } from './session/session.ts';
export { SESSION_EVENTS } from './session/event-types.ts';
export type { SessionEvents, SessionPhase, SessionSnapshot } from './session/snapshot.ts';
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
// The name is also that of the state of a session in a page.
export type { SessionState as BookingState } from './wire.generated.ts';
