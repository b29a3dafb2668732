/**
 * A session in an `<iframe>` of a page that runs none of its code.
 *
 * @module @rendezvous/client/embed
 */
export { embedSession, EmbeddedSession, type EmbedOptions } from './embed.ts';
export { EmbedError, type EmbedErrorCode } from './embed-address.ts';
export type { EmbeddedProblem, EmbedEvents } from './messages.ts';
