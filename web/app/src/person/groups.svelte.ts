/** The groups of the person who is logged in, and what they do with them. */
import type { GroupView, ListedGroup } from '@rendezvous/client';
import type { GroupsClient } from '@rendezvous/client/scheduler';

export interface GroupsModel {
  /** The newest first; null until they are known. */
  readonly groups: readonly ListedGroup[] | null;
  /** Those whose members were asked for, by their ids. */
  readonly opened: Readonly<Record<string, GroupView>>;
}

/** Each fails as the request behind it. No-ops in the gallery. */
export interface GroupsActions {
  open(id: string): Promise<unknown>;
  make(userIds: readonly string[], name: string): Promise<unknown>;
  rename(id: string, name: string): Promise<unknown>;
  add(id: string, userId: string): Promise<unknown>;
  remove(id: string, userId: string): Promise<unknown>;
  close(id: string): Promise<unknown>;
}

export class Groups implements GroupsModel, GroupsActions {
  groups = $state.raw<readonly ListedGroup[] | null>(null);
  opened = $state.raw<Readonly<Record<string, GroupView>>>({});
  readonly #client: GroupsClient;

  constructor(client: GroupsClient) {
    this.#client = client;
  }

  async load(): Promise<void> {
    await this.#list();
    const there = new Set(this.groups?.map(({ id }) => id));
    await Promise.all(Object.keys(this.opened).map((id) => (there.has(id) ? this.open(id) : this.#forget(id))));
  }

  async open(id: string): Promise<void> {
    this.#put(await this.#client.group(id));
  }

  async make(userIds: readonly string[], name: string): Promise<void> {
    this.#put(await this.#client.makeGroup(userIds, name === '' ? undefined : name));
    await this.#list();
  }

  async rename(id: string, name: string): Promise<void> {
    this.#put(await this.#client.nameGroup(id, name === '' ? null : name));
    await this.#list();
  }

  async add(id: string, userId: string): Promise<void> {
    this.#put(await this.#client.addMembers(id, [userId]));
    await this.#list();
  }

  async remove(id: string, userId: string): Promise<void> {
    await this.#client.removeMember(id, userId);
    await this.load();
  }

  async close(id: string): Promise<void> {
    await this.#client.closeGroup(id);
    await this.load();
  }

  async #list(): Promise<void> {
    this.groups = (await this.#client.groups()).items;
  }

  #put(group: GroupView): void {
    this.opened = { ...this.opened, [group.id]: group };
  }

  #forget(id: string): void {
    const { [id]: _, ...others } = this.opened;
    this.opened = others;
  }
}
