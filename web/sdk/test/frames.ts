/** Frames of the golden fixtures that `crates/wire` shares with this client. */
import { readFileSync } from 'node:fs';
import type { Chat, Signaling } from '../src/index.ts';

export interface Fixture<Frame> {
  readonly name: string;
  readonly frame: Frame;
}

const FIXTURES = new URL('../../../crates/wire/fixtures/', import.meta.url);

export function fixtures<Frame>(file: string): readonly Fixture<Frame>[] {
  return JSON.parse(readFileSync(new URL(`${file}.json`, FIXTURES), 'utf8')) as Fixture<Frame>[];
}

export function raw(file: string): unknown {
  return JSON.parse(readFileSync(new URL(`${file}.json`, FIXTURES), 'utf8'));
}

export function serverFrame<Type extends Signaling.ServerFrame['type']>(type: Type): Extract<Signaling.ServerFrame, { type: Type }> {
  const found = fixtures<Signaling.ServerFrame>('signaling_server').find(({ frame }) => frame.type === type);
  if (found === undefined) throw new Error(`no fixture of ${type}`);
  return found.frame as Extract<Signaling.ServerFrame, { type: Type }>;
}

export function chatFrame<Type extends Chat.ChatServerFrame['type']>(type: Type): Extract<Chat.ChatServerFrame, { type: Type }> {
  const found = fixtures<Chat.ChatServerFrame>('chat_server').find(({ frame }) => frame.type === type);
  if (found === undefined) throw new Error(`no fixture of ${type}`);
  return found.frame as Extract<Chat.ChatServerFrame, { type: Type }>;
}
