/** The names of a session's events, apart from what tells them: who only passes them on needs nothing else of a session. */
import type { SessionEvents } from './snapshot.ts';

/** Every type of event, for who passes all of them on. */
export const SESSION_EVENTS: readonly (keyof SessionEvents)[] = ['waiting', 'countdown', 'live', 'warning', 'paused', 'ended', 'peer', 'data', 'error'];
