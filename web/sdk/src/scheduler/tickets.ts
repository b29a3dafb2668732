/**
 * Tickets at hand. A ticket outlives the scheduler that signed it, so whoever holds one comes back while the
 * scheduler is down, also over a reload.
 */
import type { ServerClock } from '../clock/server-clock.ts';
import type { TicketSource } from '../socket/link.ts';
import type { TabStorage } from '../storage.ts';
import type { TicketResponse } from '../wire.generated.ts';
import { ApiError } from './api-error.ts';

/** A ticket about to expire is not worth a connection (ms). */
const EXPIRY_MARGIN_MS = 2_000;

export function ticketSource(
  ask: () => Promise<TicketResponse>,
  storage: TabStorage,
  key: string,
  clock: ServerClock,
): TicketSource {
  return async (which) => {
    const kept = storage.get<TicketResponse>(key);
    const good = kept !== null && kept.expires_at > clock.now() + EXPIRY_MARGIN_MS;
    if (which === 'same' && good) return kept;
    try {
      const fresh = await ask();
      storage.set(key, fresh);
      return fresh;
    } catch (error) {
      if (good && error instanceof ApiError && error.passes) return kept;
      throw error;
    }
  };
}
