/** What is used of the npm package `http_ece`, which has no types of its own. */
declare module 'http_ece' {
  import type { ECDH } from 'node:crypto';

  interface Parameters {
    readonly version: 'aes128gcm';
    readonly privateKey: ECDH;
    readonly authSecret: string;
  }

  const ece: { decrypt(message: Buffer, parameters: Parameters): Buffer };
  export default ece;
}
