/** 알림에 쓰는 한국어. */
import type { notifications as english } from './en-notifications.ts';

export const notifications = {
  title: '새 소식',
  close: (text: string) => `닫기: ${text}`,
  readAll: '모두 읽음으로 표시',
  allRead: '모두 읽었어요.',
  somebody: '누군가',
  session_scheduled: (name: string, time: string) => `${name} 님과 ${time}에 만나요.`,
  session_rescheduled: (name: string, time: string) => `${name} 님과의 만남이 ${time}로 옮겨졌어요.`,
  session_cancelled: (name: string, time: string) => `${time}에 ${name} 님과 만나기로 한 약속이 취소됐어요.`,
  session_missed: (name: string, time: string) => `${time}에 ${name} 님과 만나지 못했어요.`,
  match_created: (name: string) => `${name} 님과 짝이 되었어요.`,
  gift_received: '선물이 왔어요.',
  proposal_received: (name: string) => `${name} 님이 시간을 제안했어요.`,
  proposal_answered: (name: string) => `${name} 님이 제안에 답했어요.`,
  message_unread: (name: string) => `${name} 님이 글을 남겼어요.`,
  message_in_group: (group: string) => `${group}에 새 글이 있어요.`,
  message_in_a_group: '그룹에 새 글이 있어요.',
} satisfies typeof english;
