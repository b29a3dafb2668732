/** Of which kinds a person is told beside the list, as they choose them: a few that belong together at once. Pure. */
import type { NotificationKind } from '@rendezvous/client';

/** What stands together on the account page, in its order. */
export const KIND_GROUPS = ['start', 'change', 'proposal', 'gift', 'message'] as const;

export type KindGroup = (typeof KIND_GROUPS)[number];

/** `null` where there is nothing to choose: it stands in the list alone. */
const GROUP_OF: Readonly<Record<NotificationKind, KindGroup | null>> = {
  session_reminder: 'start',
  session_opened: 'start',
  session_scheduled: 'change',
  session_rescheduled: 'change',
  session_cancelled: 'change',
  session_missed: null,
  proposal_received: 'proposal',
  proposal_answered: 'proposal',
  match_created: 'gift',
  gift_received: 'gift',
  message_unread: 'message',
};

const ALL = Object.keys(GROUP_OF) as NotificationKind[];

/** Which groups are chosen whole; all are where nothing was chosen. */
export function chosenGroups(kinds: readonly NotificationKind[] | undefined): Record<KindGroup, boolean> {
  const isChosen = (group: KindGroup): boolean => of(group).every((kind) => kinds?.includes(kind) ?? true);
  return Object.fromEntries(KIND_GROUPS.map((group) => [group, isChosen(group)])) as Record<KindGroup, boolean>;
}

/** What `kinds` becomes by this choice; null stands for every kind, also for those that are still to come. A group that was not touched stays as it was, also in part. */
export function chosenKinds(before: readonly NotificationKind[] | undefined, groups: Readonly<Record<KindGroup, boolean>>): NotificationKind[] | null {
  const was = chosenGroups(before);
  const stays = (kind: NotificationKind): boolean => before?.includes(kind) ?? true;
  const kinds = ALL.filter((kind) => {
    const group = GROUP_OF[kind];
    return group === null || groups[group] === was[group] ? stays(kind) : groups[group];
  });
  return kinds.length === ALL.length ? null : kinds;
}

const of = (group: KindGroup): NotificationKind[] => ALL.filter((kind) => GROUP_OF[kind] === group);
