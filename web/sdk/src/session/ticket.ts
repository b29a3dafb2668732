/** The page's own function for tickets as what the sockets ask. What it gives is checked: it comes from a server of somebody else. */
import { ApiError } from '../scheduler/api-error.ts';
import type { Problem, TicketResponse } from '../wire.generated.ts';

/** What the page's server got from `POST /v1/sessions/{id}/ticket` or `POST /v1/rooms/ticket`. */
export type Ticket = Pick<TicketResponse, 'ticket' | 'url'> & Partial<TicketResponse>;

/** Asks for a fresh one. A rejection with a `status` of 4xx is final, any other is tried again. */
export type GetTicket = () => Promise<Ticket>;

/** Statuses of 4xx that pass by themselves. */
const PASSING: ReadonlySet<number> = new Set([408, 425, 429]);

export function checkedTicket(getTicket: GetTicket): () => Promise<TicketResponse> {
  return async () => {
    const given: Partial<Ticket & Problem> | null = await Promise.resolve().then(getTicket).catch(asApiError);
    if (typeof given?.ticket === 'string' && typeof given.url === 'string') {
      // Without a time it is used once.
      return { ticket: given.ticket, url: given.url, expires_at: given.expires_at ?? 0 };
    }
    const { status } = given ?? {};
    if (typeof given?.code === 'string' && typeof status === 'number') throw new ApiError(status, given as Problem);
    throw new ApiError(422, { code: 'bad_ticket' });
  };
}

/** Errors of any library that have a `status`, as most have. */
function asApiError(error: unknown): never {
  const { status, code, message } = (error ?? {}) as { status?: unknown; code?: unknown; message?: unknown };
  if (error instanceof ApiError || typeof status !== 'number' || status < 400 || status >= 500 || PASSING.has(status)) throw error;
  throw new ApiError(status, { code: typeof code === 'string' ? code : 'ticket_refused', detail: typeof message === 'string' ? message : 'no ticket' });
}
