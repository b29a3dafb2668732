// Signs the event on stdin as LiveKit's own server SDK does, and checks that the SDK's receiver takes it; prints the
// token.
const assert = require('node:assert')
const { createHash } = require('node:crypto')
const { AccessToken, WebhookReceiver } = require('livekit-server-sdk')

async function main() {
  const chunks = []
  for await (const chunk of process.stdin) chunks.push(chunk)
  const body = Buffer.concat(chunks).toString()
  const { LIVEKIT_API_KEY: key, LIVEKIT_API_SECRET: secret } = process.env
  const token = new AccessToken(key, secret, { ttl: '5m' })
  token.sha256 = createHash('sha256').update(body).digest('base64')
  const jwt = await token.toJwt()
  const event = await new WebhookReceiver(key, secret).receive(body, jwt)
  assert.equal(event.event, JSON.parse(body).event)
  process.stdout.write(jwt)
}

main().catch((error) => {
  console.error(error)
  process.exit(1)
})
