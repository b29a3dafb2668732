/** What the elements say, in each language. Pure. */
import type { TrackKind, DeviceState } from '../media/local.ts';
import type { EndReason } from '../wire.generated.ts';

const en = {
  joining: 'Connecting',
  early: (time: string) => `The room opens at ${time}.`,
  waitingFor: (name: string) => `Waiting for ${name}.`,
  bothHere: (name: string) => `${name} is here.`,
  startsIn: (time: string) => `It starts in ${time}.`,
  countdown: 'It begins',
  connecting: 'Connecting the two of you',
  live: (name: string) => `You are with ${name}.`,
  ending: (name: string) => `A few seconds are left with ${name}.`,
  paused: (name: string) => `${name} is not connected. The time stands still.`,
  lost: (name: string) => `${name} is not connected just now.`,
  offline: 'Your connection is lost. It is tried again.',
  left: 'You have left the waiting room.',
  refused: (code: string) => `This page can’t join (${code}).`,
  replaced: 'You have joined in another window.',
  ended: { completed: 'The time is over.', left: 'The session was ended.', no_show: 'Somebody did not come.', cancelled: 'The session was cancelled.', other: 'The session is over.' },
  devices: { refused: (kind: string) => `Your ${kind} is not allowed for this page.`, missing: (kind: string) => `No ${kind} was found.`, busy: (kind: string) => `Your ${kind} is in use elsewhere.` },
  kinds: { audio: 'microphone', video: 'camera' },
  mute: 'Mute',
  unmute: 'Unmute',
  cameraOff: 'Camera off',
  cameraOn: 'Camera on',
  extend: 'More time',
  extendAsked: 'You have asked for more time',
  leave: 'Leave',
  comeBack: 'Come back',
  retry: 'Try again',
  hear: 'Turn the sound on',
  you: 'You',
  timeLeft: 'Time left',
  messages: 'Messages',
  write: 'Write a message…',
  send: 'Send',
  sending: 'Sending',
  notSent: 'Not sent',
  deleted: 'This message was deleted.',
  chatDown: 'The chat does not answer just now. What you write is sent when it is back.',
  chatClosed: 'The chat is closed.',
  nothingYet: 'Nothing written yet.',
};

export type ElementWords = typeof en;

const ko: ElementWords = {
  joining: '연결하고 있어요',
  early: (time) => `${time}에 방이 열려요.`,
  waitingFor: (name) => `${name} 님을 기다리고 있어요.`,
  bothHere: (name) => `${name} 님이 와 있어요.`,
  startsIn: (time) => `${time} 뒤에 시작해요.`,
  countdown: '곧 시작해요',
  connecting: '두 분을 연결하고 있어요',
  live: (name) => `${name} 님과 함께 있어요.`,
  ending: (name) => `${name} 님과의 시간이 몇 초 남았어요.`,
  paused: (name) => `${name} 님의 연결이 끊겼어요. 시간은 멈춰 있어요.`,
  lost: (name) => `${name} 님의 연결이 잠시 끊겼어요.`,
  offline: '연결이 끊겨서 다시 연결하고 있어요.',
  left: '대기실에서 나왔어요.',
  refused: (code) => `이 페이지에서는 들어갈 수 없어요(${code}).`,
  replaced: '다른 창에서 들어왔어요.',
  ended: { completed: '시간이 다 됐어요.', left: '만남이 끝났어요.', no_show: '오지 않은 분이 있어요.', cancelled: '만남이 취소됐어요.', other: '만남이 끝났어요.' },
  devices: { refused: (kind) => `이 페이지에서 ${kind} 사용이 허용되지 않았어요.`, missing: (kind) => `${kind}를 찾을 수 없어요.`, busy: (kind) => `${kind}를 다른 곳에서 쓰고 있어요.` },
  kinds: { audio: '마이크', video: '카메라' },
  mute: '소리 끄기',
  unmute: '소리 켜기',
  cameraOff: '카메라 끄기',
  cameraOn: '카메라 켜기',
  extend: '시간 늘리기',
  extendAsked: '시간을 늘려 달라고 했어요',
  leave: '나가기',
  comeBack: '다시 들어가기',
  retry: '다시 시도',
  hear: '소리 듣기',
  you: '나',
  timeLeft: '남은 시간',
  messages: '글',
  write: '글 쓰기…',
  send: '보내기',
  sending: '보내는 중',
  notSent: '보내지 못했어요',
  deleted: '지운 글이에요.',
  chatDown: '지금은 채팅이 답하지 않아요. 쓴 글은 다시 연결되면 보내요.',
  chatClosed: '채팅이 닫혔어요.',
  nothingYet: '아직 글이 없어요.',
};

const LANGUAGES: Readonly<Record<string, ElementWords>> = { en, ko };

/** The first of these tags that is spoken here; otherwise English. */
export function wordsOf(tags: readonly string[]): ElementWords {
  for (const tag of tags) {
    const found = LANGUAGES[tag.toLowerCase().split('-')[0] ?? ''];
    if (found !== undefined) return found;
  }
  return en;
}

export function endWords(words: ElementWords, reason: EndReason): string {
  return reason in words.ended ? words.ended[reason as keyof ElementWords['ended']] : words.ended.other;
}

/** About what of the two does not work; null when all is well. */
export function deviceWords(words: ElementWords, devices: Readonly<Record<TrackKind, DeviceState>>): string | null {
  const said = (['audio', 'video'] as const).flatMap((kind) => {
    const state = devices[kind] === 'unplugged' ? 'missing' : devices[kind];
    return state === 'refused' || state === 'missing' || state === 'busy' ? [words.devices[state](words.kinds[kind])] : [];
  });
  return said.length === 0 ? null : said.join(' ');
}

/** `2:41`, `1:02:03`. Rounded up, so that it reaches zero when the time is over. */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1_000));
  const [hours, minutes, rest] = [Math.floor(seconds / 3_600), Math.floor((seconds % 3_600) / 60), seconds % 60];
  const two = (value: number): string => String(value).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}
