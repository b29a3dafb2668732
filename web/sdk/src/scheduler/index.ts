/**
 * The scheduler's API as participants and people with an account use it.
 *
 * @module @rendezvous/client/scheduler
 */
export { SchedulerClient } from './client.ts';
export { AccountClient } from './account-client.ts';
export { GroupsClient } from './groups-client.ts';
export { MatchingClient, type Report } from './matching-client.ts';
export { PushClient, type PushOptions, type PushState } from './push.ts';
export { NotificationFeed, type NotificationFeedOptions } from './notification-feed.ts';
export { ApiError } from './api-error.ts';
export { ticketSource } from './tickets.ts';
export { TabStorage, type KeptValues } from '../storage.ts';
