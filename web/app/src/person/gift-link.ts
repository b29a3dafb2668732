/** What the link of a gift to an address shows: the gift, sealed, to whoever has the link. */
import { ApiError, type GiftView } from '@rendezvous/client';
import type { MatchingClient } from '@rendezvous/client/scheduler';
import { dropMailToken } from './mail-token.ts';

export type GiftLinkState =
  | { readonly is: 'opening' }
  | { readonly is: 'sealed'; readonly gift: GiftView }
  | { readonly is: 'over' }
  | { readonly is: 'unanswered' };

export async function openGiftLink(client: Pick<MatchingClient, 'claimGift'>, token: string): Promise<GiftLinkState> {
  try {
    return { is: 'sealed', gift: await client.claimGift(token) };
  } catch (error) {
    if (!(error instanceof ApiError) || error.isTransient) return { is: 'unanswered' };
    dropMailToken('gift');
    return { is: 'over' };
  }
}
