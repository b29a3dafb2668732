/** The matches and gifts of the person who is logged in, and what they do with them. */
import type { FoundPerson, GiftView, MatchView, SendGift } from '@rendezvous/client';
import { MatchingClient } from '@rendezvous/client/scheduler';

export interface MatchingModel {
  /** Null until they are known, as with the gifts. */
  readonly matches: readonly MatchView[] | null;
  readonly received: readonly GiftView[] | null;
  readonly sent: readonly GiftView[] | null;
}

/** Each fails as the request behind it. No-ops in the gallery. */
export interface MatchingActions {
  findPeople(query: string): Promise<readonly FoundPerson[]>;
  give(gift: SendGift): Promise<unknown>;
  takeBack(giftId: string): Promise<unknown>;
  peek(giftId: string): Promise<unknown>;
  endMatch(id: string): Promise<unknown>;
  propose(matchId: string, times: number[]): Promise<unknown>;
  accept(proposalId: string, startsAt: number): Promise<unknown>;
  decline(proposalId: string): Promise<unknown>;
  withdraw(proposalId: string): Promise<unknown>;
}

export class Matching implements MatchingModel, MatchingActions {
  matches = $state.raw<readonly MatchView[] | null>(null);
  received = $state.raw<readonly GiftView[] | null>(null);
  sent = $state.raw<readonly GiftView[] | null>(null);
  readonly #client: MatchingClient;

  constructor(client: MatchingClient) {
    this.#client = client;
  }

  async loadMatches(): Promise<void> {
    this.matches = (await this.#client.matches()).items;
  }

  async loadGifts(): Promise<void> {
    const [received, sent] = await Promise.all([this.#client.gifts('received'), this.#client.gifts('sent')]);
    this.received = received.items;
    this.sent = sent.items;
  }

  async findPeople(query: string): Promise<readonly FoundPerson[]> {
    return (await this.#client.people(query)).items;
  }

  async give(gift: SendGift): Promise<void> {
    await this.#client.sendGift(gift);
    await this.loadGifts();
  }

  async takeBack(giftId: string): Promise<void> {
    await this.#client.takeBackGift(giftId);
    await this.loadGifts();
  }

  async peek(giftId: string): Promise<void> {
    await this.#client.peek(giftId);
    await this.loadGifts();
  }

  async endMatch(id: string): Promise<void> {
    await this.#client.endMatch(id);
    await this.loadMatches();
  }

  async propose(matchId: string, times: number[]): Promise<void> {
    await this.#client.propose(matchId, { times });
    await this.loadMatches();
  }

  async accept(proposalId: string, startsAt: number): Promise<void> {
    await this.#client.accept(proposalId, startsAt);
    await this.loadMatches();
  }

  async decline(proposalId: string): Promise<void> {
    await this.#client.decline(proposalId);
    await this.loadMatches();
  }

  async withdraw(proposalId: string): Promise<void> {
    await this.#client.withdraw(proposalId);
    await this.loadMatches();
  }
}
