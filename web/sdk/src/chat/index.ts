/** `@rendezvous/client/chat`: the chat of a room, and the list of a person's rooms. */
export { Chat, createChat, type ChatEvents, type ChatOptions, type ChatSnapshot } from './chat.ts';
export { RoomsClient, type RoomsOptions } from './rooms-client.ts';
export { NO_ROOMS, applyToList, byActivity, unreadTotal, type RoomListState } from './room-list.ts';
export { emptyChatRoom, notReadBy, olderQuery, readByOthers, unreadCount, type ChatRoomState, type MessageRefusal, type PendingMessage } from './state.ts';
