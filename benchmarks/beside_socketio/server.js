// A chat on Socket.IO with its Redis adapter: people join a course's room, and what one of them says
// goes to all of it. Nothing is stored, and nobody's identity is checked.
//
//     node server.js REDIS_SOCKET

import { createAdapter } from "@socket.io/redis-adapter";
import { createServer } from "node:http";
import { createClient } from "redis";
import { Server } from "socket.io";

const publisher = createClient({ socket: { path: process.argv[2] } });
const subscriber = publisher.duplicate();
await Promise.all([publisher.connect(), subscriber.connect()]);

const http = createServer();
const io = new Server(http, { transports: ["websocket"], adapter: createAdapter(publisher, subscriber) });

io.on("connection", (socket) => {
  socket.on("join", async (course, joined) => {
    await socket.join(course);
    joined();
  });
  socket.on("say", (course, message, said) => {
    io.to(course).emit("message", { ...message, at: Date.now() });
    said();
  });
});

http.listen({ host: "127.0.0.1", port: 0, backlog: 4096 }, () => console.log(http.address().port));
