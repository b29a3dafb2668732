/** Gifts, matches, proposals and blocks of a person with an account, by the cookie of their login. */
import type { BlockView, FoundPerson, GiftView, MatchView, Page, Propose, ProposalView, SendGift } from '../wire.generated.ts';
import { requestJson } from './request.ts';

/** What somebody has done. */
export interface Report {
  readonly user_id: string;
  /** In which it was. */
  readonly session_id?: string;
  /** What it is about, in a word or two. */
  readonly reason: string;
  readonly text?: string;
}

/** How two people find each other and a time to meet. Each method rejects with an `ApiError`. */
export class MatchingClient {
  readonly #base: string;

  /** `base`: the path below which the scheduler's API lies, without a slash at its end. */
  constructor(base: string) {
    this.#base = base;
  }

  /** People who let themselves be found, by two characters of their name or more. */
  people(query: string): Promise<Page<FoundPerson>> {
    return this.#send('GET', `/v1/users?query=${encodeURIComponent(query)}`);
  }

  /** Those that the person got, or gave; the newest first. */
  gifts(box: 'received' | 'sent'): Promise<Page<GiftView>> {
    return this.#send('GET', `/v1/gifts?box=${box}`);
  }

  /** To a person or to an address, sealed until its time. Two special ones that cross make a match. */
  sendGift(gift: SendGift): Promise<GiftView> {
    return this.#send('POST', '/v1/gifts', gift);
  }

  /** What the link of a gift to an address shows: the gift, sealed. It comes to the account that confirms the address. */
  claimGift(token: string): Promise<GiftView> {
    return this.#send('POST', '/v1/gifts/claim', { token });
  }

  /** While it is sealed. */
  async takeBackGift(id: string): Promise<void> {
    await this.#send('DELETE', `/v1/gifts/${encodeURIComponent(id)}`);
  }

  /** Opens a sealed gift before its time, once a day. Fails with `no_peeks_left`. */
  peek(id: string): Promise<GiftView> {
    return this.#send('POST', `/v1/gifts/${encodeURIComponent(id)}/peek`, {});
  }

  /** With whom the person is matched, and when they meet. */
  matches(): Promise<Page<MatchView>> {
    return this.#send('GET', '/v1/matches');
  }

  /** For both, and without asking the other one. Done again it changes nothing. */
  async endMatch(id: string): Promise<void> {
    await this.#send('DELETE', `/v1/matches/${encodeURIComponent(id)}`);
  }

  /** Takes the place of the proposal that is open, whoever made it. */
  propose(matchId: string, proposal: Propose): Promise<ProposalView> {
    return this.#send('POST', `/v1/matches/${encodeURIComponent(matchId)}/proposals`, proposal);
  }

  /** Books the session. Fails with `conflict` if the proposal is open no more, with `busy` if either has another session then. */
  accept(proposalId: string, startsAt: number): Promise<ProposalView> {
    return this.#send('POST', `/v1/proposals/${encodeURIComponent(proposalId)}/accept`, { starts_at: startsAt });
  }

  /** As the one who was asked. */
  decline(proposalId: string): Promise<ProposalView> {
    return this.#send('POST', `/v1/proposals/${encodeURIComponent(proposalId)}/decline`, {});
  }

  /** As the one who asked. */
  withdraw(proposalId: string): Promise<ProposalView> {
    return this.#send('POST', `/v1/proposals/${encodeURIComponent(proposalId)}/withdraw`, {});
  }

  /** By the ids of those who are blocked; `cursor` is the `next_cursor` of the page before. */
  blocks(cursor?: string): Promise<Page<BlockView>> {
    return this.#send('GET', `/v1/blocks${cursor === undefined ? '' : `?cursor=${encodeURIComponent(cursor)}`}`);
  }

  /** Ends a match with them, too. Done again it changes nothing, as is `unblock`. */
  async block(userId: string): Promise<void> {
    await this.#send('PUT', `/v1/blocks/${encodeURIComponent(userId)}`);
  }

  /** What `block` has ended stays ended. */
  async unblock(userId: string): Promise<void> {
    await this.#send('DELETE', `/v1/blocks/${encodeURIComponent(userId)}`);
  }

  /** Tells the operators of somebody, and blocks them; nobody else learns of it. */
  async report(report: Report): Promise<void> {
    await this.#send('POST', '/v1/reports', report);
  }

  #send<T>(method: string, path: string, body?: object): Promise<T> {
    return requestJson(method, this.#base + path, body === undefined ? {} : { body });
  }
}
