/** What becomes of the link of a gift to an address. */
import { ApiError, type MatchingClient } from '@rendezvous/sdk';
import { dropMailToken } from './mail-token.ts';

export type ClaimState = 'opening' | 'out' | 'claimed' | 'unverified' | 'other' | 'over' | 'unanswered';

/** Takes the gift with the login of this browser. Until it is taken the token stays, for another login or a confirmed address. */
export async function claimGift(client: Pick<MatchingClient, 'claimGift'>, token: string, isVerified: boolean): Promise<ClaimState> {
  try {
    await client.claimGift(token);
  } catch (error) {
    return stateOf(error, isVerified);
  }
  dropMailToken('gift');
  return 'claimed';
}

function stateOf(error: unknown, isVerified: boolean): ClaimState {
  if (!(error instanceof ApiError) || error.isTransient) return 'unanswered';
  if (error.status === 401) return 'out';
  // To whom it is not for it is not there: an address that is not confirmed is nobody's.
  if (!isVerified) return 'unverified';
  return error.status === 403 ? 'other' : 'over';
}
