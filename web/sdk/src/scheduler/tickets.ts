/** Caches tickets over reloads, so that a page can reconnect while the scheduler is down. */
import type { ServerClock } from '../clock/server-clock.ts';
import type { TicketSource } from '../socket/reconnecting-socket.ts';
import type { KeptValues } from '../storage.ts';
import type { TicketResponse } from '../wire.generated.ts';
import { ApiError } from './api-error.ts';

/** A ticket that expires within this is not used (ms). */
const EXPIRY_MARGIN_MS = 2_000;

/** Tickets for a socket: kept by `storage` under `key` while they count, and asked for anew where they do not. */
export function ticketSource(
  requestTicket: () => Promise<TicketResponse>,
  storage: KeptValues,
  key: string,
  clock: ServerClock,
): TicketSource {
  return async (mode) => {
    const cached = storage.get<TicketResponse>(key);
    const usable = cached !== null && cached.expires_at > clock.now() + EXPIRY_MARGIN_MS;
    if (mode === 'same' && usable) return cached;
    try {
      const fresh = await requestTicket();
      storage.set(key, fresh);
      return fresh;
    } catch (error) {
      if (usable && error instanceof ApiError && error.isTransient) return cached;
      throw error;
    }
  };
}
