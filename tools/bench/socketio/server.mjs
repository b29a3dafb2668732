// A chat of two as a team would write it on Socket.IO 4.8, on a port of its own choosing, which is printed. Connection state recovery is on,
// so that whoever was cut off is told what they missed; rooms, numbers and what is kept for that are in memory. Nobody is asked who they are.
import { createServer } from 'node:http'
import { Server } from 'socket.io'

const KEPT_MS = 2 * 60 * 1000

const http = createServer()
const io = new Server(http, {
  transports: ['websocket'],
  connectionStateRecovery: { maxDisconnectionDuration: KEPT_MS },
})
const lastSeq = new Map()

io.on('connection', (socket) => {
  if (!socket.recovered) {
    const { room, user } = socket.handshake.auth
    socket.data = { room, user }
    socket.join(room)
  }
  socket.on('send', ({ client_id, body }, acknowledge) => {
    const { room, user } = socket.data
    const seq = (lastSeq.get(room) ?? 0) + 1
    lastSeq.set(room, seq)
    io.to(room).emit('message', { seq, client_id, from: user, body })
    acknowledge({ seq })
  })
})

http.listen(0, '127.0.0.1', () => {
  console.log(`127.0.0.1:${http.address().port}`)
})
