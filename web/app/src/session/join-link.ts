/** Two base64url parts. */
const TOKEN = /^[\w-]{8,}\.[\w-]{8,}$/;

/** The token of a pasted join link or of its fragment alone; null for anything else. */
export function joinToken(text: string): string | null {
  const trimmed = text.trim();
  const token = trimmed.includes('#') ? trimmed.slice(trimmed.indexOf('#') + 1) : trimmed;
  return TOKEN.test(token) ? token : null;
}
