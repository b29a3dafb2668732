/** 푸시 알림을 권하는 한국어. */
import type { push as english } from './en-push.ts';

export const push = {
  reason: '이 페이지를 닫아 두어도 시간이 되면 이 기기로 알려 드릴 수 있어요.',
  allow: '알림 받기',
  done: '시간이 되면 이 기기로 알려 드릴게요.',
  failed: '지금은 되지 않았어요. 조금 뒤에 다시 해 보세요.',
} satisfies typeof english;
