/** Every screen without a service: `/gallery/#live`. For visual checks and screenshots; not part of the build. */
import { mount } from 'svelte';
import { language } from '../src/i18n/index.ts';
import NotHereScreen from '../src/screens/NotHereScreen.svelte';
import SessionView from '../src/SessionView.svelte';
import '../src/styles/tokens.css';
import '../src/styles/base.css';
import { PERSON_SCENES } from './person-scenes.ts';
import { SCENES, type Scene } from './scenes.ts';

document.documentElement.lang = language;
const name = location.hash.slice(1);
const target = document.getElementById('app');
addEventListener('hashchange', () => location.reload());

if (target !== null) {
  if (name === 'not-here') mount(NotHereScreen, { target });
  else if (name in PERSON_SCENES) showPerson(target, name as keyof typeof PERSON_SCENES);
  else if (name in SCENES) show(target, SCENES[name as keyof typeof SCENES]());
  else index(target);
}

function showPerson(target: HTMLElement, name: keyof typeof PERSON_SCENES): void {
  const { screen, props } = PERSON_SCENES[name]();
  mount(screen, { target, props });
}

function show(target: HTMLElement, { model, chat, notification, chatOpen }: Scene): void {
  const nothing = (): void => undefined;
  mount(SessionView, {
    target,
    props: {
      model,
      chat,
      notification,
      chatOpen,
      dismiss: nothing,
      actions: { setMuted: nothing, setCameraOff: nothing, extend: nothing, declineExtension: nothing, react: nothing, leave: nothing, comeBack: nothing, retryDevices: nothing, selectDevice: nothing, sendFeedback: async () => undefined },
      chatActions: { setDraft: nothing, send: () => true, retry: nothing, edit: nothing, deleteMessage: nothing, markRead: nothing, loadOlder: nothing, sendTyping: nothing },
    },
  });
}

function index(target: HTMLElement): void {
  for (const scene of ['not-here', ...Object.keys(PERSON_SCENES), ...Object.keys(SCENES)]) {
    const link = document.createElement('a');
    link.href = `#${scene}`;
    link.textContent = scene;
    target.append(link, document.createElement('br'));
  }
}
