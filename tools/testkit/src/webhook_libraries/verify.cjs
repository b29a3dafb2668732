// Reads a secret and a request from standard input, and prints what npm's `standardwebhooks` says of it.
const { readFileSync } = require("node:fs");
const { Webhook, WebhookVerificationError } = require("standardwebhooks");

const { secret, headers, body } = JSON.parse(readFileSync(0, "utf8"));
const webhook = new Webhook(secret);
let verified = true;
try {
  webhook.verify(body, headers);
} catch (error) {
  if (!(error instanceof WebhookVerificationError)) throw error;
  verified = false;
}
const at = new Date(Number(headers["webhook-timestamp"]) * 1000);
console.log(JSON.stringify({ verified, signature: webhook.sign(headers["webhook-id"], at, body) }));
