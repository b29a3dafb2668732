/** View models of the pages of people with an account. */
import { ApiError, type BlockView, type Chat, type FieldError, type GiftView, type GroupView, type ListedGroup, type LoginView, type MatchView, type Notification, type User } from '@rendezvous/client';
import { emptyChatRoom, type ChatRoomState } from '@rendezvous/client/chat';
import type { Component } from 'svelte';
import { locale, words } from '../src/i18n/index.ts';
import { Form, type FormState } from '../src/person/form.svelte.ts';
import type { GroupChatsActions, GroupChatsModel } from '../src/person/group-chats.svelte.ts';
import type { GroupsActions, GroupsModel } from '../src/person/groups.svelte.ts';
import type { MatchingActions } from '../src/person/matching.svelte.ts';
import type { AccountActions } from '../src/person/model.ts';
import type { NewsActions, NewsModel } from '../src/person/news.svelte.ts';
import { refusalOf } from '../src/person/refusal.ts';
import type { SafetyActions } from '../src/person/safety.svelte.ts';
import type { PushModel } from '../src/push/choice.svelte.ts';
import type { ChatActions } from '../src/session/chat.svelte.ts';
import AccountScreen from '../src/screens/AccountScreen.svelte';
import GiftLinkScreen from '../src/screens/GiftLinkScreen.svelte';
import GiftsScreen from '../src/screens/GiftsScreen.svelte';
import HomeScreen from '../src/screens/HomeScreen.svelte';
import LogInScreen from '../src/screens/LogInScreen.svelte';
import PersonHomeScreen from '../src/screens/PersonHomeScreen.svelte';
import ResetScreen from '../src/screens/ResetScreen.svelte';
import SignUpScreen from '../src/screens/SignUpScreen.svelte';
import VerifyScreen from '../src/screens/VerifyScreen.svelte';

export interface PersonScene {
  readonly screen: Component<Record<string, unknown>>;
  readonly props: Record<string, unknown>;
}

const NOW = new Date(2026, 10, 21, 13, 56, 0).getTime();
const DAY = 86_400_000;

export const USER: User = {
  id: 'ann',
  email: 'ann@example.com',
  email_verified: true,
  name: 'Ann',
  locale: 'en',
  time_zone: 'Europe/Madrid',
  discoverable: false,
  notify: { email: true, push: false, preview: true, quiet: { from: '22:00', to: '08:00' } },
  created_at: NOW - 30 * DAY,
};

const LOGINS: readonly LoginView[] = [
  login('here', true, 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36', NOW),
  login('phone', false, 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1', NOW - 2 * DAY),
  login('else', false, undefined, NOW - 9 * DAY),
];

function login(id: string, current: boolean, user_agent: string | undefined, last_used_at: number): LoginView {
  return { id, current, created_at: NOW - 20 * DAY, last_used_at, expires_at: last_used_at + 30 * DAY, ...(user_agent === undefined ? {} : { user_agent }) };
}

const nothing = async (): Promise<void> => undefined;

const ACTIONS: AccountActions = {
  signUp: nothing,
  logIn: nothing,
  logOut: nothing,
  change: nothing,
  changePassword: nothing,
  endLogin: nothing,
  createCalendar: async () => 'https://meet.example/calendar/4f1c.ics',
  revokeCalendar: nothing,
  download: nothing,
  erase: nothing,
  requestVerification: nothing,
  requestReset: nothing,
  setPassword: nothing,
};

const MATCHING_ACTIONS: MatchingActions = {
  findPeople: async () => [{ id: 'bo', name: 'Bo' }],
  give: nothing,
  takeBack: nothing,
  peek: nothing,
  endMatch: nothing,
  propose: nothing,
  accept: nothing,
  decline: nothing,
  withdraw: nothing,
};

const MATCH: MatchView = { id: 'm1', with: { user_id: 'bo', name: 'Bo' }, room_id: 'r1', created_at: NOW - DAY };
const TIMES = [NOW + 3_600_000, NOW + DAY, NOW + 2 * DAY];
const PROPOSAL = { id: 'p', match_id: 'm', times: TIMES, duration_ms: 60_000, created_at: NOW - 60_000, state: 'open' } as const;

const MATCHES: readonly MatchView[] = [
  { ...MATCH, next_session: { id: 's', state: 'open', lobby_opens_at: NOW - 60_000, starts_at: NOW + 240_000, duration_ms: 60_000 } },
  { ...MATCH, id: 'm2', with: { user_id: 'mina', name: '민아' }, proposal: { ...PROPOSAL, times: [...TIMES], by: 'mina' } },
  { ...MATCH, id: 'm3', with: { user_id: 'omar', name: 'Omar' }, proposal: { ...PROPOSAL, times: [...TIMES], by: 'ann' } },
  { ...MATCH, id: 'm4', with: { user_id: 'dora', name: 'Dora' } },
];

const GIFT: GiftView = { id: 'g1', kind: 'special', state: 'sealed', sent_at: NOW - DAY, opens_at: NOW + DAY, to: { user_id: 'ann', name: 'Ann' } };
const RECEIVED: readonly GiftView[] = [
  GIFT,
  { ...GIFT, id: 'g2', kind: 'plain', state: 'opened', opens_at: NOW - DAY, from: { user_id: 'bo', name: 'Bo' }, letter: 'Got your song.\nIt was in my head all day.' },
];
const SENT: readonly GiftView[] = [{ ...GIFT, id: 'g3', to: { user_id: 'bo', name: 'Bo' }, from: { user_id: 'ann', name: 'Ann' }, letter: 'Two o’clock?', times: TIMES }];

const HIKING: ListedGroup = { id: 'g', name: 'Hiking on Sundays', member_count: 3, role: 'owner', revision: 4 };
const OTHERS: ListedGroup = { id: 'h', member_count: 12, role: 'member', revision: 1 };
const HIKERS: GroupView = {
  id: 'g',
  name: 'Hiking on Sundays',
  members: [
    { user_id: 'ann', name: 'Ann', role: 'owner' },
    { user_id: 'mina', name: '민아', role: 'member' },
    { user_id: 'long', name: 'A name that goes on and on and on, and then some', role: 'member' },
  ],
  revision: 4,
};
const NO_GROUPS: GroupsModel = { groups: [], opened: {} };
const GROUPS: GroupsModel = { groups: [HIKING, OTHERS], opened: { g: HIKERS } };
const GROUPS_ACTIONS: GroupsActions = { open: nothing, make: nothing, rename: nothing, add: nothing, remove: nothing, close: nothing };

const NO_CHATS: GroupChatsModel = { rooms: new Map(), unread: 0, open: null, now: NOW };
const CHATS_ACTIONS: GroupChatsActions = { openChat: () => undefined, closeChat: () => undefined };
const CHAT_ACTIONS: ChatActions = { setDraft: () => undefined, send: () => true, retry: () => undefined, edit: () => undefined, deleteMessage: () => undefined, markRead: () => undefined, loadOlder: () => undefined, sendTyping: () => undefined };
const written = (seq: number, from: string, body: string): Chat.Message => ({ room: 'g', seq, message_id: `m${seq}`, from, client_id: `c${seq}`, body, sent_at: NOW - (10 - seq) * 120_000 });
const HIKERS_MESSAGES = [written(1, 'ann', 'Sunday at nine?'), written(2, 'mina', '좋아요! 어디서 만날까요?'), written(3, 'mina', 'At the gate?'), written(4, 'long', 'I bring tea.')];
const HIKERS_SEEN = HIKERS.members.map(({ user_id, name }, index) => ({ user_id, name, read_seq: index === 2 ? 0 : 3, delivered_seq: 4 }));
const HIKERS_CHAT: ChatRoomState = { ...emptyChatRoom('g', 'ann'), epoch: 'e', lastSeq: 4, minSeq: 1, readSeq: 3, members: HIKERS_SEEN, present: new Set(['mina']), messages: HIKERS_MESSAGES };
const HIKERS_ROOM: Chat.RoomView = { room: 'g', epoch: 'e', kind: 'group', name: 'Hiking on Sundays', role: 'member', last_seq: 4, min_seq: 1, read_seq: 1, unread: 3, read_by: 0, changes: 0, last_message: HIKERS_MESSAGES[3]!, recovered: false, members: HIKERS_SEEN };
const CHATS: GroupChatsModel = { ...NO_CHATS, rooms: new Map([['g', HIKERS_ROOM]]), unread: 3 };
const openChat = (room: ChatRoomState): GroupChatsModel => ({
  ...CHATS,
  open: { id: 'g', name: 'Hiking on Sundays', members: new Map(HIKERS.members.map((one) => [one.user_id, one.name])), chat: { room, status: 'open', typing: false, draft: '' }, chatActions: CHAT_ACTIONS },
});

const NO_NEWS: NewsModel = { unread: [] };
const NEWS: NewsModel = {
  unread: [
    { id: 'n2', kind: 'gift_received', created_at: NOW - 120_000, gift_id: 'g1' },
    { id: 'n1', kind: 'proposal_received', created_at: NOW - DAY, match_id: 'm2', with: '민아' },
  ] satisfies Notification[],
};
const NEWS_ACTIONS: NewsActions = { markRead: () => undefined, markAllRead: () => undefined };

const SAFETY_ACTIONS: SafetyActions = { block: nothing, unblock: nothing, report: nothing };
const BLOCKS: readonly BlockView[] = [{ user_id: 'cal', name: 'Cal', created_at: NOW - 3 * DAY }];

function formIn(state: FormState): Form {
  const form = new Form();
  form.state = state;
  return form;
}

/** A form that the server refused. */
export function refusedForm(fields: readonly string[], code: string, errors: readonly FieldError[] = [], status = 422): Form {
  const problem = { code, errors: [...errors], retry_after_ms: 90_000 } as ConstructorParameters<typeof ApiError>[1];
  return formIn({ is: 'refused', refusal: refusalOf(new ApiError(status, problem), fields, NOW, words, locale) });
}

function scene<Props extends object>(screen: Component<Props>, props: Props): () => PersonScene {
  return () => ({ screen: screen as unknown as PersonScene['screen'], props: props as Record<string, unknown> });
}

const wrong = (field: string, code: string): FieldError => ({ field, code, message: code });

/** Pushes that nobody has decided on. */
const OFFERED: PushModel = { state: 'off', allow: async () => undefined };

export const PERSON_SCENES = {
  home: scene(HomeScreen, { hasAccounts: true }),
  'home-without-accounts': scene(HomeScreen, { hasAccounts: false }),
  'sign-up': scene(SignUpScreen, { mode: 'open', actions: ACTIONS }),
  'sign-up-invited': scene(SignUpScreen, { mode: 'invite', actions: ACTIONS }),
  'sign-up-refused': scene(SignUpScreen, { mode: 'open', actions: ACTIONS, form: refusedForm(['name', 'email', 'password'], 'invalid_field', [wrong('name', 'required'), wrong('email', 'bad_email'), wrong('password', 'weak_password')]) }),
  'log-in': scene(LogInScreen, { actions: ACTIONS }),
  'log-in-refused': scene(LogInScreen, { actions: ACTIONS, form: refusedForm(['email', 'password'], 'bad_login', [], 401) }),
  'log-in-too-often': scene(LogInScreen, { actions: ACTIONS, form: refusedForm(['email', 'password'], 'rate_limited', [], 429) }),
  reset: scene(ResetScreen, { token: null, actions: ACTIONS }),
  'reset-sent': scene(ResetScreen, { token: null, actions: ACTIONS, form: formIn({ is: 'done' }) }),
  'reset-choose': scene(ResetScreen, { token: 't', actions: ACTIONS }),
  'reset-done': scene(ResetScreen, { token: 't', actions: ACTIONS, form: formIn({ is: 'done' }) }),
  'reset-over': scene(ResetScreen, { token: 't', actions: ACTIONS, form: refusedForm(['password'], 'bad_token') }),
  'verify-confirmed': scene(VerifyScreen, { verification: 'confirmed', again: () => undefined }),
  'verify-over': scene(VerifyScreen, { verification: 'over', again: () => undefined }),
  'verify-out': scene(VerifyScreen, { verification: 'out', again: () => undefined }),
  'person-home': scene(PersonHomeScreen, { user: USER, matching: { matches: MATCHES }, matchingActions: MATCHING_ACTIONS, groups: NO_GROUPS, groupsActions: GROUPS_ACTIONS, chats: NO_CHATS, chatsActions: CHATS_ACTIONS, safetyActions: SAFETY_ACTIONS, now: NOW, actions: ACTIONS, news: NEWS, newsActions: NEWS_ACTIONS }),
  'person-home-unconfirmed': scene(PersonHomeScreen, { user: { ...USER, email_verified: false }, matching: { matches: [] }, matchingActions: MATCHING_ACTIONS, groups: NO_GROUPS, groupsActions: GROUPS_ACTIONS, chats: NO_CHATS, chatsActions: CHATS_ACTIONS, safetyActions: SAFETY_ACTIONS, now: NOW, actions: ACTIONS, news: NO_NEWS, newsActions: NEWS_ACTIONS }),
  'person-home-groups': scene(PersonHomeScreen, { user: USER, matching: { matches: MATCHES }, matchingActions: MATCHING_ACTIONS, groups: GROUPS, groupsActions: GROUPS_ACTIONS, chats: CHATS, chatsActions: CHATS_ACTIONS, makingGroup: true, safetyActions: SAFETY_ACTIONS, now: NOW, actions: ACTIONS, news: NO_NEWS, newsActions: NEWS_ACTIONS }),
  'person-home-group-chat': scene(PersonHomeScreen, { user: USER, matching: { matches: MATCHES }, matchingActions: MATCHING_ACTIONS, groups: GROUPS, groupsActions: GROUPS_ACTIONS, chats: openChat(HIKERS_CHAT), chatsActions: CHATS_ACTIONS, safetyActions: SAFETY_ACTIONS, now: NOW, actions: ACTIONS, news: NO_NEWS, newsActions: NEWS_ACTIONS }),
  'person-home-group-removed': scene(PersonHomeScreen, { user: USER, matching: { matches: MATCHES }, matchingActions: MATCHING_ACTIONS, groups: NO_GROUPS, groupsActions: GROUPS_ACTIONS, chats: openChat({ ...HIKERS_CHAT, removed: 'removed', present: new Set() }), chatsActions: CHATS_ACTIONS, safetyActions: SAFETY_ACTIONS, now: NOW, actions: ACTIONS, news: NO_NEWS, newsActions: NEWS_ACTIONS }),
  gifts: scene(GiftsScreen, { user: USER, matching: { received: RECEIVED, sent: SENT }, matchingActions: MATCHING_ACTIONS, now: NOW, actions: ACTIONS, news: NO_NEWS, newsActions: NEWS_ACTIONS }),
  'gifts-none': scene(GiftsScreen, { user: USER, matching: { received: [], sent: [] }, matchingActions: MATCHING_ACTIONS, now: NOW, actions: ACTIONS, news: NO_NEWS, newsActions: NEWS_ACTIONS }),
  'gift-link': scene(GiftLinkScreen, { link: { is: 'sealed', gift: GIFT }, user: null, actions: ACTIONS, again: () => undefined, now: NOW }),
  'gift-link-in': scene(GiftLinkScreen, { link: { is: 'sealed', gift: GIFT }, user: USER, actions: ACTIONS, again: () => undefined, now: NOW }),
  'gift-link-unverified': scene(GiftLinkScreen, { link: { is: 'sealed', gift: GIFT }, user: { ...USER, email_verified: false }, actions: ACTIONS, again: () => undefined, now: NOW }),
  'gift-link-over': scene(GiftLinkScreen, { link: { is: 'over' }, user: null, actions: ACTIONS, again: () => undefined }),
  account: scene(AccountScreen, { user: USER, logins: LOGINS, now: NOW, actions: ACTIONS, safety: { blocks: BLOCKS }, safetyActions: SAFETY_ACTIONS }),
  'account-unconfirmed': scene(AccountScreen, { user: { ...USER, email_verified: false, name: 'A name that goes on and on and on, and then some' }, logins: LOGINS, now: NOW, actions: ACTIONS, safety: { blocks: [] }, safetyActions: SAFETY_ACTIONS }),
  'account-stopped': scene(AccountScreen, { user: { ...USER, notify: { email: false, email_stopped_at: NOW - 86_400_000, push: true, preview: true } }, logins: LOGINS, now: NOW, actions: ACTIONS, safety: { blocks: [] }, safetyActions: SAFETY_ACTIONS, push: OFFERED }),
  'person-home-push': scene(PersonHomeScreen, { user: USER, matching: { matches: MATCHES }, matchingActions: MATCHING_ACTIONS, groups: NO_GROUPS, groupsActions: GROUPS_ACTIONS, chats: NO_CHATS, chatsActions: CHATS_ACTIONS, safetyActions: SAFETY_ACTIONS, now: NOW, actions: ACTIONS, news: NEWS, newsActions: NEWS_ACTIONS, push: OFFERED }),
} satisfies Record<string, () => PersonScene>;
