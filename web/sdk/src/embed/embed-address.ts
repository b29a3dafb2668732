/** Where the page for embedding of a join link is. Pure. */

/** `bad_join_url`: no join link of Rendezvous; `bad_application`: no id of an application. */
export type EmbedErrorCode = 'bad_join_url' | 'bad_application';

/** What is given can't be embedded. The message has nothing of the link, whose token lets in whoever reads it. */
export class EmbedError extends Error {
  override readonly name = 'EmbedError';
  /** Stays the same from version to version, unlike the message. */
  readonly code: EmbedErrorCode;

  /** @internal `embedSession` throws it. */
  constructor(code: EmbedErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** `<web>/join#token` becomes `<web>/embed/<application>#token`: the token stays where no server is sent it. */
export function embedAddress(joinUrl: string, application: string): URL {
  if (application === '') throw new EmbedError('bad_application', 'application must be the id that GET /v1/application answers');
  const address = URL.canParse(joinUrl) ? new URL(joinUrl) : null;
  const isJoinLink = address !== null && /^https?:$/.test(address.protocol) && address.pathname.endsWith('/join') && address.hash.length > 1;
  if (!isJoinLink) throw new EmbedError('bad_join_url', "joinUrl must be the join_url of the session's participant, as it was booked");
  address.pathname = address.pathname.replace(/join$/, `embed/${encodeURIComponent(application)}`);
  return address;
}
