// A chat server as they are usually written with Socket.IO: node socket.io.js PORT HEARTBEAT_MS
// Clients say who they are as they connect, and send the event `message` with {"to":…,"text":…}. What is posted over HTTP goes to everyone.
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { Server } from 'socket.io';

const server = createServer(async (request, response) => {
  io.emit('message', { text: await text(request) });
  response.end();
});

const io = new Server(server, { transports: ['websocket'], pingInterval: Number(process.argv[3]) });
// What its documentation advises for less memory: forget the first request of each connection.
io.engine.on('connection', (connection) => {
  connection.request = null;
});
io.on('connection', (socket) => {
  const { id } = socket.handshake.auth;
  void socket.join(id);
  socket.on('message', ({ to, text }) => io.to(to).emit('message', { from: id, text }));
});

server.listen(Number(process.argv[2]), '127.0.0.1');
