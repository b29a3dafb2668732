// Drives a server through OpenVidu's own client for Node, and fails where that finds anything odd.
const assert = require('node:assert')
const { OpenVidu } = require('openvidu-node-client')

async function main() {
  const openvidu = new OpenVidu(process.env.OPENVIDU_URL, process.env.OPENVIDU_SECRET)
  const session = await openvidu.createSession({ customSessionId: 'node_1' })
  assert.equal(session.sessionId, 'node_1')
  await assert.rejects(openvidu.createSession({ customSessionId: 'not.allowed' }))
  const connection = await session.createConnection({ data: 'ann', role: 'PUBLISHER' })
  assert.equal(connection.status, 'pending')
  assert.equal(connection.serverData, 'ann')
  assert.match(connection.token, /^wss:\/\/.*token=tok_/)
  await openvidu.fetch()
  const found = openvidu.activeSessions.find((one) => one.sessionId === 'node_1')
  assert.equal(found.connections.length, 1)
  await session.forceDisconnect(connection)
  await session.fetch()
  assert.equal(session.connections.length, 0)
  await session.close()
  await openvidu.fetch()
  assert.equal(openvidu.activeSessions.length, 0)
  const stranger = new OpenVidu(process.env.OPENVIDU_URL, 'wrong')
  await assert.rejects(stranger.fetch())
}

main().catch((error) => {
  console.error(error)
  process.exit(1)
})
