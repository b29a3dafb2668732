/**
 * The chat of a room, and the list of a person's rooms.
 *
 * @module @rendezvous/client/chat
 */
export { Chat, createChat, type ChatEvents, type ChatOptions, type ChatSnapshot } from './chat.ts';
export type { ConnectionRejection, TicketSource } from '../socket/reconnecting-socket.ts';
export { RoomsClient, type RoomsOptions } from './rooms-client.ts';
export { NO_ROOMS, applyToList, byActivity, unreadTotal, type RoomListState } from './room-list.ts';
export { emptyChatRoom, notReadBy, olderQuery, readByOthers, unreadCount, type ChatRoomState, type CountedUnread, type MessageRefusal, type PendingMessage } from './state.ts';
