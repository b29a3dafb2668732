/** What a person has chosen in this browser for all their sessions. Kept where the browser keeps anything; else for the page. */

const PREFIX = 'rendezvous:prefers:';

export function preference<Choice extends string>(name: string, choices: readonly [Choice, ...Choice[]]): Choice {
  const kept = read(name);
  return choices.find((choice) => choice === kept) ?? choices[0];
}

export function prefer(name: string, choice: string): void {
  try {
    localStorage.setItem(PREFIX + name, choice);
  } catch {
    // Full, or forbidden, as in a frame of another site.
  }
}

function read(name: string): string | null {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}
