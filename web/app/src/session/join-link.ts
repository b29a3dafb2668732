/** The token of a join link, however much of the link was pasted. Pure. */

/** What a token is made of: two base64url parts. */
const TOKEN = /^[\w-]{8,}\.[\w-]{8,}$/;

/** Null for what is no join link. */
export function joinToken(text: string): string | null {
  const trimmed = text.trim();
  const token = trimmed.includes('#') ? trimmed.slice(trimmed.indexOf('#') + 1) : trimmed;
  return TOKEN.test(token) ? token : null;
}
