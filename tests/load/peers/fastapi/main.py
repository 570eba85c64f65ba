"""The chat service of the document, on FastAPI: messages in SQL, Redis pub/sub between replicas.

Each message is committed, then published to the channel of its room; each replica subscribes to
the rooms of its own sockets and sends what arrives to them, encoded once.
"""

import asyncio
import contextlib
import datetime
import json
import logging
import os
import uuid
from collections import defaultdict
from collections.abc import AsyncIterator

import redis.asyncio as redis
from fastapi import FastAPI, HTTPException, Query, WebSocket, WebSocketDisconnect
from pydantic import BaseModel, Field, ValidationError
from sqlalchemy import Index, String, Text, event, insert, select
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

log = logging.getLogger("chat")
REDIS_URL = os.environ.get("REDIS_URL", "redis://localhost:6379")
DATABASE_URL = os.environ.get("DATABASE_URL", "sqlite:///./chat.db")
# A join is told to everyone in the room. Filling a room with 10,000 sockets would so take 50 million
# frames, which no figure is about.
ANNOUNCE_JOINS = os.environ.get("ANNOUNCE_JOINS", "yes") == "yes"

# SQLite has one writer at a time: a single connection queues in order instead of polling for a lock.
POOL = {"pool_size": 1, "max_overflow": 0, "pool_timeout": 60} if DATABASE_URL.startswith("sqlite") else {}
engine = create_async_engine(DATABASE_URL.replace("sqlite://", "sqlite+aiosqlite://", 1), **POOL)
sessions = async_sessionmaker(engine, expire_on_commit=False)


@event.listens_for(engine.sync_engine, "connect")
def write_ahead(connection, _record) -> None:
    """The journal that SQLite recommends for servers."""
    if engine.dialect.name == "sqlite":
        connection.execute("pragma journal_mode = wal")
        connection.execute("pragma synchronous = normal")


class Base(DeclarativeBase):
    pass


class Room(Base):
    __tablename__ = "rooms"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text, default="")


class Message(Base):
    __tablename__ = "messages"
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    room_id: Mapped[str] = mapped_column(String(64))
    user_id: Mapped[str] = mapped_column(String(64))
    username: Mapped[str] = mapped_column(String(64))
    content: Mapped[str] = mapped_column(Text)
    message_type: Mapped[str] = mapped_column(String(20))
    file_url: Mapped[str | None] = mapped_column(Text)
    timestamp: Mapped[str] = mapped_column(String(40))
    __table_args__ = (Index("messages_by_room", "room_id", "timestamp"),)


class RoomIn(BaseModel):
    id: str = Field(min_length=1, max_length=64)
    name: str = Field(max_length=200)
    description: str = ""


class ClientFrame(BaseModel):
    type: str
    content: str = Field(default="", max_length=16384)
    message_type: str = Field(default="text", max_length=20)
    file_url: str | None = None


def now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat()


class Hub:
    """The sockets of this replica, and one Redis subscriber for their rooms."""

    def __init__(self) -> None:
        self.rooms: dict[str, set[WebSocket]] = defaultdict(set)
        # A caller waits for a free connection instead of failing when many messages come at once.
        pool = redis.BlockingConnectionPool.from_url(REDIS_URL, max_connections=20, timeout=None)
        self.redis = redis.Redis.from_pool(pool)
        self.subscriber = self.redis.pubsub(ignore_subscribe_messages=True)
        self.listener: asyncio.Task | None = None

    async def start(self) -> None:
        # listen() ends when nothing is subscribed, so there is one channel that always is.
        await self.subscriber.subscribe("chat:control")
        self.listener = asyncio.create_task(self.listen())

    async def join(self, room_id: str, socket: WebSocket) -> None:
        first = not self.rooms[room_id]
        self.rooms[room_id].add(socket)
        if first:
            await self.subscriber.subscribe(f"room:{room_id}")

    async def leave(self, room_id: str, socket: WebSocket) -> None:
        self.rooms[room_id].discard(socket)
        if not self.rooms[room_id]:
            del self.rooms[room_id]
            await self.subscriber.unsubscribe(f"room:{room_id}")

    async def publish(self, room_id: str, frame: dict) -> None:
        await self.redis.publish(f"room:{room_id}", json.dumps(frame))

    async def listen(self) -> None:
        async for message in self.subscriber.listen():
            room_id = message["channel"].decode().removeprefix("room:")
            text = message["data"].decode()
            for socket in list(self.rooms.get(room_id, ())):
                try:
                    await socket.send_text(text)
                except (RuntimeError, WebSocketDisconnect):
                    self.rooms[room_id].discard(socket)

    async def close(self) -> None:
        if self.listener is not None:
            self.listener.cancel()
        await self.subscriber.aclose()
        await self.redis.aclose()


hub = Hub()


@contextlib.asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    await hub.start()
    yield
    await hub.close()
    await engine.dispose()


app = FastAPI(title="chat-service", lifespan=lifespan)


@app.get("/health")
async def health() -> dict:
    return {"status": "ok"}


@app.get("/rooms")
async def list_rooms() -> list[dict]:
    async with sessions() as session:
        rooms = await session.scalars(select(Room).order_by(Room.id).limit(200))
        return [{"id": room.id, "name": room.name, "description": room.description} for room in rooms]


@app.post("/rooms", status_code=201)
async def create_room(room: RoomIn) -> RoomIn:
    try:
        async with sessions.begin() as session:
            session.add(Room(**room.model_dump()))
    except IntegrityError:
        raise HTTPException(409, "the room exists") from None
    return room


@app.get("/rooms/{room_id}/messages")
async def history(room_id: str, limit: int = Query(50, ge=1, le=200)) -> list[dict]:
    newest = select(Message).where(Message.room_id == room_id).order_by(Message.timestamp.desc()).limit(limit)
    async with sessions() as session:
        messages = list(await session.scalars(newest))
    columns = [column.name for column in Message.__table__.columns]
    return [{name: getattr(message, name) for name in columns} for message in reversed(messages)]


async def store(frame: dict) -> None:
    values = {name: value for name, value in frame.items() if name != "type"}
    async with sessions.begin() as session:
        await session.execute(insert(Message).values(values))


async def handle(room_id: str, user_id: str, username: str, text: str) -> None:
    frame = ClientFrame.model_validate_json(text)
    who = {"user_id": user_id, "username": username, "room_id": room_id}
    if frame.type in ("typing", "stop_typing"):
        await hub.publish(room_id, {"type": frame.type, **who})
    if frame.type != "message":
        return
    message = {
        "type": "message",
        "id": str(uuid.uuid4()),
        **who,
        "content": frame.content,
        "message_type": frame.message_type,
        "file_url": frame.file_url,
        "timestamp": now(),
    }
    await store(message)
    await hub.publish(room_id, message)


@app.websocket("/ws/{room_id}/{user_id}")
async def chat(socket: WebSocket, room_id: str, user_id: str, username: str = "anonymous") -> None:
    await socket.accept()
    await hub.join(room_id, socket)
    who = {"user_id": user_id, "username": username, "room_id": room_id}
    if ANNOUNCE_JOINS:
        await hub.publish(room_id, {"type": "user_joined", **who, "timestamp": now()})
    try:
        while True:
            text = await socket.receive_text()
            try:
                await handle(room_id, user_id, username, text)
            except SQLAlchemyError:
                log.exception("a message was not stored")
                await socket.send_text(json.dumps({"type": "error", "code": "not_stored"}))
            except ValidationError:
                await socket.send_text(json.dumps({"type": "error", "code": "invalid_message"}))
    except WebSocketDisconnect:
        pass
    finally:
        await hub.leave(room_id, socket)
        if ANNOUNCE_JOINS:
            await hub.publish(room_id, {"type": "user_left", **who, "timestamp": now()})
