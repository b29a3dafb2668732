/** Whom a person has blocked, and how they keep somebody away from them. */
import type { BlockView } from '@rendezvous/client';
import { MatchingClient, type Report } from '@rendezvous/client/scheduler';

export interface SafetyModel {
  /** Null until they are known. */
  readonly blocks: readonly BlockView[] | null;
}

/** Each fails as the request behind it. No-ops in the gallery. */
export interface SafetyActions {
  block(userId: string): Promise<unknown>;
  unblock(userId: string): Promise<unknown>;
  /** Blocks, too. */
  report(report: Report): Promise<unknown>;
}

/** Pages that are asked for at most: more than a person may block. */
const MAX_PAGES = 100;

export class Safety implements SafetyModel, SafetyActions {
  blocks = $state.raw<readonly BlockView[] | null>(null);
  readonly #client: MatchingClient;
  readonly #onBlock: () => Promise<unknown>;

  /** `onBlock`: a block ends a match. */
  constructor(client: MatchingClient, onBlock: () => Promise<unknown>) {
    this.#client = client;
    this.#onBlock = onBlock;
  }

  async loadBlocks(): Promise<void> {
    const blocks: BlockView[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const { items, next_cursor } = await this.#client.blocks(cursor);
      blocks.push(...items);
      if (next_cursor === undefined) break;
      cursor = next_cursor;
    }
    this.blocks = blocks;
  }

  async block(userId: string): Promise<void> {
    await this.#client.block(userId);
    await this.#blocked();
  }

  async unblock(userId: string): Promise<void> {
    await this.#client.unblock(userId);
    this.blocks = this.blocks?.filter((block) => block.user_id !== userId) ?? null;
  }

  async report(report: Report): Promise<void> {
    await this.#client.report(report);
    await this.#blocked();
  }

  /** It is done, whether or not the page can show it now. */
  async #blocked(): Promise<void> {
    await this.#onBlock().catch(() => undefined);
  }
}
