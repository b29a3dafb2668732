/**
 * For a script tag: one file with the elements, `createSession` and `createChat`.
 *
 * @module @rendezvous/client/elements/script
 */
export * from './index.ts';
export { createSession } from '../session/session.ts';
export { createChat } from '../chat/chat.ts';
