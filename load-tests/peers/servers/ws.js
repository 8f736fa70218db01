// A chat server as they are usually written with ws: node ws.js PORT
// Clients say who they are in the URL, /?id=…, and send {"to":…,"text":…}. What is posted over HTTP goes to everyone.
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { WebSocket, WebSocketServer } from 'ws';

const clients = new Map();

const server = createServer(async (request, response) => {
  const message = JSON.stringify({ text: await text(request) });
  for (const client of sockets.clients) if (client.readyState === WebSocket.OPEN) client.send(message);
  response.end();
});

const sockets = new WebSocketServer({ server });
sockets.on('connection', (socket, request) => {
  const id = new URL(request.url, 'http://localhost').searchParams.get('id');
  clients.set(id, socket);
  socket.on('error', console.error);
  socket.on('close', () => clients.delete(id));
  socket.on('message', (data) => {
    const { to, text } = JSON.parse(data);
    clients.get(to)?.send(JSON.stringify({ from: id, text }));
  });
});

server.listen(Number(process.argv[2]), '127.0.0.1');
