/** What the scheduler wrote into the page about itself. */

/** Who may make an account: anybody, who has an invitation, or nobody, and then there are no pages of accounts. */
export type SignupMode = 'open' | 'invite' | 'off';

/** Whose page for embedding this is; null for every other page. */
export function embeddingApplication(): string | null {
  return document.querySelector<HTMLMetaElement>('meta[name="application"]')?.content ?? null;
}

export function signupMode(): SignupMode {
  const mode = document.querySelector<HTMLMetaElement>('meta[name="signup"]')?.content;
  return mode === 'open' || mode === 'invite' ? mode : 'off';
}
