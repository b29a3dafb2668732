/** English of what the scheduler notifies people of. */
import { at } from './en-time.ts';

export const notifications = {
  title: 'News',
  close: (text: string) => `Close: ${text}`,
  readAll: 'Mark all as read',
  allRead: 'Everything is read.',
  somebody: 'Somebody',
  session_scheduled: (name: string, time: string) => `You meet ${name} ${at(time)}.`,
  session_rescheduled: (name: string, time: string) => `Your session with ${name} was moved to ${time}.`,
  session_cancelled: (name: string, time: string) => `Your session with ${name} ${at(time)} was cancelled.`,
  session_missed: (name: string, time: string) => `Your session with ${name} ${at(time)} was missed.`,
  match_created: (name: string) => `You and ${name} are matched.`,
  gift_received: 'A gift has come for you.',
  proposal_received: (name: string) => `${name} proposes times.`,
  proposal_answered: (name: string) => `${name} has answered your proposal.`,
  message_unread: (name: string) => `${name} has written to you.`,
  message_in_group: (group: string) => `A message is waiting in ${group}.`,
  message_in_a_group: 'A message is waiting in a group.',
};
