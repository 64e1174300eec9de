// Node's `ws`, publishing one frame for each byte of its standard input.
// Arguments: files with the keyframe, the end of joining, and a frame.

import { readFileSync } from 'node:fs'
import { WebSocketServer } from 'ws'

const [keyframe, caughtUp, frame] = process.argv.slice(2).map((path) => readFileSync(path))
const text = { binary: false }

const server = new WebSocketServer({
  host: '127.0.0.1',
  port: 0,
  backlog: 4096,
  perMessageDeflate: false,
})

server.on('connection', (viewer) => {
  viewer.on('error', () => viewer.terminate())
  viewer.send(keyframe, text)
  viewer.send(caughtUp, text)
})

server.on('listening', () => {
  console.log(JSON.stringify({ port: server.address().port, pids: [process.pid] }))
})

process.stdin.on('data', (asked) => {
  for (let each = 0; each < asked.length; each++) {
    for (const viewer of server.clients) viewer.send(frame, text)
  }
})
process.stdin.on('end', () => process.exit())
