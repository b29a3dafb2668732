/** Groups of a person with an account, by the cookie of their login. */
import type { GroupView, ListedGroup, Page } from '../wire.generated.ts';
import { requestJson } from './request.ts';

/** Groups that the person is in, or makes. Each method rejects with an `ApiError`. */
export class GroupsClient {
  readonly #base: string;

  /** `base`: the path below which the scheduler's API lies, without a slash at its end. */
  constructor(base: string) {
    this.#base = base;
  }

  /** Those that the person is in, the newest first; `cursor` is the `next_cursor` of the page before. */
  groups(cursor?: string): Promise<Page<ListedGroup>> {
    return this.#send('GET', `/v1/rooms${cursor === undefined ? '' : `?cursor=${encodeURIComponent(cursor)}`}`);
  }

  /** One group with all who are in it. */
  group(id: string): Promise<GroupView> {
    return this.#send('GET', path(id));
  }

  /** Of people with whom the person is matched; the person themselves may be among them, and owns the group in any case. */
  makeGroup(userIds: readonly string[], name?: string): Promise<GroupView> {
    return this.#send('POST', '/v1/rooms', { participants: participants(userIds), ...(name === undefined ? {} : { name }) });
  }

  /** Null takes the name away. For owners, as all that follows. */
  nameGroup(id: string, name: string | null): Promise<GroupView> {
    return this.#send('PATCH', path(id), { name });
  }

  /** Fails with `room_full`. Whoever is in it stays as they are. */
  addMembers(id: string, userIds: readonly string[]): Promise<GroupView> {
    return this.#send('POST', `${path(id)}/members`, { participants: participants(userIds) });
  }

  /** Oneself, too: that is leaving, and anybody's to do. */
  async removeMember(id: string, userId: string): Promise<void> {
    await this.#send('DELETE', `${path(id)}/members/${encodeURIComponent(userId)}`);
  }

  /** For all who are in it: its room takes no more messages. */
  async closeGroup(id: string): Promise<void> {
    await this.#send('DELETE', path(id));
  }

  #send<T>(method: string, path: string, body?: object): Promise<T> {
    return requestJson(method, this.#base + path, body === undefined ? {} : { body });
  }
}

function path(id: string): string {
  return `/v1/rooms/${encodeURIComponent(id)}`;
}

function participants(userIds: readonly string[]): object[] {
  return userIds.map((user_id) => ({ user_id }));
}
