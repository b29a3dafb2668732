/**
 * Rendezvous for your back end: book sessions, make tickets, verify webhooks.
 *
 * @module @rendezvous/server
 */
export { Rendezvous } from './client.ts';
export { RendezvousError, type RendezvousErrorParts } from './error.ts';
export { Matches, Rooms } from './rooms.ts';
export { type RevisionOptions, Sessions } from './sessions.ts';
export type { Call, CallOptions, ClientOptions } from './transport.ts';
export type * from './types.ts';
export { type GettableHeaders, type VerifyOptions, verifyWebhook, type WebhookHeaders } from './verify-webhook.ts';
export { Webhooks } from './webhooks.ts';
