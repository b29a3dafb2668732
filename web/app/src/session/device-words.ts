/** The message about camera and microphone; null if both work. Pure. */
import type { Words } from '../i18n/en.ts';
import type { Devices } from './model.ts';

export function deviceSentence({ audio, video }: Devices, words: Words): string | null {
  if (audio === 'asking' && video === 'asking') return words.askingDevices;
  if (audio === 'refused' && video === 'refused') return words.bothRefused;
  if (audio === 'missing' && video === 'missing') return words.bothMissing;
  const camera = { refused: words.cameraRefused, missing: words.cameraMissing, busy: words.cameraBusy, unplugged: words.cameraUnplugged };
  const microphone = {
    refused: words.microphoneRefused,
    missing: words.microphoneMissing,
    busy: words.microphoneBusy,
    unplugged: words.microphoneUnplugged,
  };
  return camera[video as keyof typeof camera] ?? microphone[audio as keyof typeof microphone] ?? null;
}
