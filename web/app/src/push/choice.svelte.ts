/** Whether this browser shows pushes to whom the page is of, and what its person decides. */
import { PushClient, type PushOptions, type PushState } from '@rendezvous/client/scheduler';
import { workerAddress } from './worker.ts';

/** `unknown` until the browser and the server have said. `told`: just now, by the button. */
export type PushChoiceState = PushState | 'unknown' | 'asking' | 'told' | 'failed';

export interface PushModel {
  readonly state: PushChoiceState;
  allow(): Promise<void>;
}

export class PushChoice implements PushModel {
  state = $state<PushChoiceState>('unknown');
  #client: PushClient | null = null;

  /** `scope` is a path below the base: each has a subscription of its own. */
  async open(base: string, scope: string, { access, owner }: Pick<PushOptions, 'access' | 'owner'>): Promise<void> {
    this.#client = new PushClient({ base: base.slice(0, -1), access, owner, worker: workerAddress(base), scope: base + scope });
    this.state = await this.#client.state().catch(() => 'unavailable' as const);
  }

  async allow(): Promise<void> {
    if (this.#client === null || this.state === 'asking') return;
    this.state = 'asking';
    const state = await this.#client.subscribe().catch(() => 'failed' as const);
    this.state = state === 'on' ? 'told' : state;
  }

  /** Also where the network is gone: what is left of it ends with the login. */
  async forget(): Promise<void> {
    await this.#client?.unsubscribe().catch(() => undefined);
  }
}
