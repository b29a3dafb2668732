/** A soft sound, made here: no file is loaded for it. Where the browser lets no page sound before it was touched, there is none. */
import type { Moment } from './attention.ts';

/** The notes of each moment (Hz). */
const NOTES: Readonly<Record<Moment, readonly number[]>> = {
  opened: [523.25],
  came: [523.25, 783.99],
  starts: [659.25, 659.25],
  message: [880],
};

/** Loudness, and how long a note rises, sounds, and waits for the next (s). */
const GAIN = 0.06;
const ATTACK_S = 0.02;
const NOTE_S = 0.5;
const STEP_S = 0.16;

let context: AudioContext | null = null;

export async function chime(moment: Moment): Promise<void> {
  if (typeof AudioContext === 'undefined') return;
  context ??= new AudioContext();
  if (context.state === 'suspended') await Promise.race([context.resume(), new Promise((resolve) => setTimeout(resolve, 200))]).catch(() => undefined);
  if (context.state !== 'running') return;
  for (const [index, frequency] of NOTES[moment].entries()) note(context, frequency, context.currentTime + index * STEP_S);
}

function note(audio: AudioContext, frequency: number, at: number): void {
  const gain = audio.createGain();
  gain.gain.setValueAtTime(0, at);
  gain.gain.linearRampToValueAtTime(GAIN, at + ATTACK_S);
  gain.gain.exponentialRampToValueAtTime(0.0001, at + NOTE_S);
  const oscillator = audio.createOscillator();
  oscillator.frequency.value = frequency;
  oscillator.connect(gain).connect(audio.destination);
  oscillator.start(at);
  oscillator.stop(at + NOTE_S);
}
