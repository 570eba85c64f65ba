"""The discussion service of the document, on FastAPI and SQLAlchemy: threads, nested comments, likes, search and a home feed.

It reads tables that `load.sql` makes of Folkmoot's, so that both work on the same rows: routers -> services -> repositories are
one file here, the statements are those that a careful author would write with SQLAlchemy 2.0. Times are measured against
Folkmoot's, so nothing is left out that Folkmoot does for the same answer: tokens are verified, lists are keyset-paged and
bounded, Markdown is rendered and sanitised when it is written.
"""

import datetime
import os
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import jwt
import markdown
import nh3
from fastapi import Depends, FastAPI, Header, HTTPException, Query
from fastapi.responses import ORJSONResponse
from pydantic import BaseModel, Field
from sqlalchemy import BigInteger, DateTime, ForeignKey, Text, func, literal_column, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

engine = create_async_engine(
    os.environ["DATABASE_URL"].replace("postgres://", "postgresql+asyncpg://", 1),
    pool_size=10,
    max_overflow=0,
    connect_args={"server_settings": {"search_path": "peer"}},
)
sessions = async_sessionmaker(engine, expire_on_commit=False)
keys = jwt.PyJWKSet.from_json(os.environ["JWKS"])
EXCERPT = 200


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    username: Mapped[str] = mapped_column(Text)


class Thread(Base):
    __tablename__ = "threads"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    author_id: Mapped[str] = mapped_column(ForeignKey("users.id"))
    title: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    body_html: Mapped[str] = mapped_column(Text)
    comment_count: Mapped[int] = mapped_column(BigInteger, default=0)
    like_count: Mapped[int] = mapped_column(BigInteger, default=0)
    created_at: Mapped[datetime.datetime] = mapped_column(DateTime(timezone=True))
    last_activity_at: Mapped[datetime.datetime] = mapped_column(DateTime(timezone=True))
    author: Mapped[User] = relationship(lazy="joined", innerjoin=True)


class Comment(Base):
    __tablename__ = "comments"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    thread_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("threads.id"))
    parent_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("comments.id"))
    path: Mapped[str] = mapped_column(Text)
    depth: Mapped[int]
    author_id: Mapped[str] = mapped_column(ForeignKey("users.id"))
    body: Mapped[str] = mapped_column(Text)
    body_html: Mapped[str] = mapped_column(Text)
    like_count: Mapped[int] = mapped_column(BigInteger, default=0)
    created_at: Mapped[datetime.datetime] = mapped_column(DateTime(timezone=True))
    author: Mapped[User] = relationship(lazy="joined", innerjoin=True)


class Like(Base):
    __tablename__ = "likes"
    target_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(Text, primary_key=True)
    created_at: Mapped[datetime.datetime] = mapped_column(DateTime(timezone=True))


class Follow(Base):
    __tablename__ = "follows"
    user_id: Mapped[str] = mapped_column(Text, primary_key=True)
    target_id: Mapped[str] = mapped_column(Text, primary_key=True)


class NewComment(BaseModel):
    body: str = Field(min_length=1, max_length=40_000)
    parent_id: uuid.UUID | None = None


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    yield
    await engine.dispose()


app = FastAPI(lifespan=lifespan, default_response_class=ORJSONResponse)


async def session() -> AsyncIterator[AsyncSession]:
    async with sessions() as opened:
        yield opened


def caller(authorization: str = Header()) -> str:
    token = authorization.removeprefix("Bearer ")
    try:
        key = keys[jwt.get_unverified_header(token)["kid"]]
        claims = jwt.decode(token, key, algorithms=["EdDSA"], audience="folkmoot", issuer="folkmoot")
    except (jwt.PyJWTError, KeyError) as error:
        raise HTTPException(401, "the token is not valid") from error
    return claims["sub"]


def author(user: User) -> dict:
    return {"user_id": user.id, "username": user.username}


def summary(thread: Thread, liked: set[uuid.UUID]) -> dict:
    return {
        "id": thread.id,
        "title": thread.title,
        "excerpt": thread.body[:EXCERPT],
        "author": author(thread.author),
        "comment_count": thread.comment_count,
        "like_count": thread.like_count,
        "liked": thread.id in liked,
        "created_at": thread.created_at,
        "last_activity_at": thread.last_activity_at,
    }


def shown(comment: Comment, liked: set[uuid.UUID]) -> dict:
    return {
        "id": comment.id,
        "thread_id": comment.thread_id,
        "parent_id": comment.parent_id,
        "depth": comment.depth,
        "author": author(comment.author),
        "body": comment.body,
        "body_html": comment.body_html,
        "like_count": comment.like_count,
        "liked": comment.id in liked,
        "created_at": comment.created_at,
    }


async def liked_of(db: AsyncSession, user: str, ids: list[uuid.UUID]) -> set[uuid.UUID]:
    found = await db.scalars(select(Like.target_id).where(Like.user_id == user, Like.target_id.in_(ids)))
    return set(found)


@app.get("/api/threads")
async def list_threads(
    limit: int = Query(50, ge=1, le=200), user: str = Depends(caller), db: AsyncSession = Depends(session)
) -> list[dict]:
    order = (Thread.last_activity_at.desc(), Thread.id.desc())
    threads = list(await db.scalars(select(Thread).order_by(*order).limit(limit)))
    liked = await liked_of(db, user, [thread.id for thread in threads])
    return [summary(thread, liked) for thread in threads]


@app.get("/api/threads/{thread_id}/comments")
async def list_comments(
    thread_id: uuid.UUID,
    limit: int = Query(50, ge=1, le=200),
    user: str = Depends(caller),
    db: AsyncSession = Depends(session),
) -> list[dict]:
    if await db.get(Thread, thread_id) is None:
        raise HTTPException(404)
    page = select(Comment).where(Comment.thread_id == thread_id).order_by(Comment.path).limit(limit)
    comments = list(await db.scalars(page))
    liked = await liked_of(db, user, [comment.id for comment in comments])
    return [shown(comment, liked) for comment in comments]


@app.post("/api/threads/{thread_id}/comments", status_code=201)
async def create_comment(
    thread_id: uuid.UUID, new: NewComment, user: str = Depends(caller), db: AsyncSession = Depends(session)
) -> dict:
    if await db.get(Thread, thread_id) is None:
        raise HTTPException(404)
    parent = await db.get(Comment, new.parent_id) if new.parent_id else None
    now = datetime.datetime.now(datetime.UTC)
    identifier = uuid.uuid7() if hasattr(uuid, "uuid7") else uuid.uuid4()
    comment = Comment(
        id=identifier,
        thread_id=thread_id,
        parent_id=new.parent_id,
        path=(parent.path if parent else "") + f"{int(now.timestamp() * 1e6):011x}"[-11:],
        depth=parent.depth + 1 if parent else 0,
        author_id=user,
        body=new.body,
        body_html=nh3.clean(markdown.markdown(new.body)),
        like_count=0,
        created_at=now,
    )
    db.add(comment)
    counted = update(Thread).where(Thread.id == thread_id)
    await db.execute(counted.values(comment_count=Thread.comment_count + 1, last_activity_at=now))
    await db.commit()
    comment.author = await db.get(User, user)
    return shown(comment, set())


@app.put("/api/threads/{thread_id}/like")
async def like(thread_id: uuid.UUID, user: str = Depends(caller), db: AsyncSession = Depends(session)) -> dict:
    now = datetime.datetime.now(datetime.UTC)
    made = insert(Like).values(target_id=thread_id, user_id=user, created_at=now).on_conflict_do_nothing()
    inserted = (await db.execute(made)).rowcount
    changed = update(Thread).where(Thread.id == thread_id).values(like_count=Thread.like_count + inserted)
    count = await db.scalar(changed.returning(Thread.like_count))
    if count is None:
        raise HTTPException(404)
    await db.commit()
    return {"liked": True, "like_count": count}


@app.get("/api/search")
async def search(
    q: str = Query(min_length=1, max_length=200),
    limit: int = Query(50, ge=1, le=200),
    user: str = Depends(caller),
    db: AsyncSession = Depends(session),
) -> list[dict]:
    matches = literal_column("threads.search").op("@@")(func.websearch_to_tsquery("simple", q))
    threads = list(await db.scalars(select(Thread).where(matches).order_by(Thread.id.desc()).limit(limit)))
    liked = await liked_of(db, user, [thread.id for thread in threads])
    return [summary(thread, liked) for thread in threads]


@app.get("/api/feed")
async def feed(
    limit: int = Query(50, ge=1, le=200), user: str = Depends(caller), db: AsyncSession = Depends(session)
) -> list[dict]:
    followed = select(Follow.target_id).where(Follow.user_id == user)
    page = select(Thread).where(Thread.author_id.in_(followed)).order_by(Thread.id.desc()).limit(limit)
    threads = list(await db.scalars(page))
    liked = await liked_of(db, user, [thread.id for thread in threads])
    return [summary(thread, liked) for thread in threads]
