// The PeerJS server as it comes, on a port of its own choosing, which is printed. Only the cap on connections is
// raised: its default of 5,000 is what one of the bars fills it with.
import { PeerServer } from 'peer'

const CONNECTIONS = 20000

PeerServer({ host: '127.0.0.1', port: 0, path: '/', concurrent_limit: CONNECTIONS }, (server) => {
  const { address, port } = server.address()
  console.log(`${address}:${port}`)
})
