// A chat service on Socket.IO with its Redis adapter, as its own documentation sets one up: rooms,
// one "message" event, and a history of the last 1,000 messages of each room for seven days in Redis.
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { createAdapter } from "@socket.io/redis-adapter";
import { createClient } from "redis";
import { Server } from "socket.io";

const HISTORY_LENGTH = 1000;
const HISTORY_SECONDS = 7 * 24 * 60 * 60;
const MAXIMUM_CONTENT = 16 * 1024;

const redis = createClient({ url: process.env.REDIS_URL ?? "redis://127.0.0.1:6379" });
const subscriber = redis.duplicate();
for (const client of [redis, subscriber]) client.on("error", (error) => console.error(error.message));
await Promise.all([redis.connect(), subscriber.connect()]);

const http = createServer();
const io = new Server(http, { adapter: createAdapter(redis, subscriber), transports: ["websocket"], serveClient: false });

// From "Memory usage" in its documentation: the HTTP request is not kept for the life of a socket.
io.engine.on("connection", (connection) => {
  connection.request = null;
});

const historyKey = (room) => `chat:history:${room}`;

async function store(message) {
  const key = historyKey(message.room_id);
  await redis
    .multi()
    .lPush(key, JSON.stringify(message))
    .lTrim(key, 0, HISTORY_LENGTH - 1)
    .expire(key, HISTORY_SECONDS)
    .exec();
}

io.use((socket, next) => {
  const { room_id: room, user_id: user, username } = socket.handshake.auth;
  const valid = [room, user, username].every((text) => typeof text === "string" && /^[\w.:@-]{1,64}$/.test(text));
  if (!valid) return next(new Error("invalid_id"));
  socket.data = { room, user, username };
  next();
});

io.on("connection", async (socket) => {
  const { room, user, username } = socket.data;
  await socket.join(room);
  socket.on("message", async (event) => {
    const content = event?.content;
    if (typeof content !== "string" || content.length === 0 || content.length > MAXIMUM_CONTENT) {
      return socket.emit("error", { code: "invalid_message" });
    }
    const message = {
      type: "message",
      id: randomUUID(),
      room_id: room,
      user_id: user,
      username,
      content,
      message_type: event.message_type ?? "text",
      file_url: event.file_url ?? null,
      timestamp: new Date().toISOString(),
    };
    try {
      await store(message);
    } catch {
      return socket.emit("error", { code: "not_stored" });
    }
    io.to(room).emit("message", message);
  });
  socket.on("history", async (limit, answer) => {
    const stored = await redis.lRange(historyKey(room), 0, Math.min(Math.max(Number(limit) || 50, 1), 200) - 1);
    answer(stored.reverse().map((text) => JSON.parse(text)));
  });
});

http.listen(Number(process.env.PORT ?? 8020), "127.0.0.1");
