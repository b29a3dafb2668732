/**
 * The public API: `SignalingClient`, `MediaConnection`, `LocalMedia`, `ChatClient`, `SchedulerClient`, `AccountClient`,
 * `MatchingClient`, `GroupsClient`, `PushClient`, and the wire types.
 */
export * from './wire.generated.ts';
export { ServerClock } from './clock/server-clock.ts';
export { ClockMonitor } from './clock/monitor.ts';
export { BEFORE_JOIN, afterCountdown, applyFrame, endSession, localDeadline } from './signaling/session.ts';
export type { EndedStage, TimelineEntry, Peer, PeerPresence, SessionState, SessionStage } from './signaling/session.ts';
export { SignalingClient } from './signaling/client.ts';
export { LocalMedia, type DeviceState, type TrackKind, type EnabledMedia } from './media/local.ts';
export { MediaConnection, type MediaConnectionOptions } from './media/connection.ts';
export type { MediaConnectionState } from './media/transport.ts';
export { NO_VIDEO, watchVideo, type VideoProgress } from './media/video-progress.ts';
export { ChatClient } from './chat/client.ts';
export { RoomsClient } from './chat/rooms-client.ts';
export { NO_ROOMS, applyToList, byActivity, unreadTotal, type RoomListState } from './chat/room-list.ts';
export { emptyChatRoom, notReadBy, olderQuery, readByOthers, unreadCount, type MessageRefusal, type PendingMessage, type ChatRoomState } from './chat/state.ts';
export { SchedulerClient } from './scheduler/client.ts';
export { AccountClient } from './scheduler/account-client.ts';
export { GroupsClient } from './scheduler/groups-client.ts';
export { MatchingClient, type Report } from './scheduler/matching-client.ts';
export { PushClient, type PushOptions, type PushState } from './scheduler/push.ts';
export { NotificationFeed } from './scheduler/notification-feed.ts';
export { ApiError } from './scheduler/api-error.ts';
export { ticketSource } from './scheduler/tickets.ts';
export { TabStorage } from './storage.ts';
export type { SocketStatus, ConnectionRejection } from './socket/reconnecting-socket.ts';
