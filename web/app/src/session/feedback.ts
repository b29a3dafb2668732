/** What a participant thinks of a session that is over. */
import { ApiError } from '@rendezvous/client';

export interface Feedback {
  /** 1 to 5. */
  readonly score: number;
  readonly text?: string;
}

/** False where the server knows nothing of feedback; fails as the request where it refuses this one. */
export async function isTaken(request: Promise<unknown>): Promise<boolean> {
  try {
    await request;
    return true;
  } catch (error) {
    if (error instanceof ApiError && (error.status === 404 || error.status === 405)) return false;
    throw error;
  }
}
