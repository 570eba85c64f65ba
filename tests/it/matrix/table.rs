//! Who may do what: every route of every OpenAPI document.

/// What a caller gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expected {
    /// Any answer from 200 to 299, or a socket.
    Done,
    /// This status.
    Status(u16),
}

/// What the placeholders of a route stand for. All of it belongs to the author and is in a category that only `staff` reads;
/// each caller of each route gets their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Thing {
    Nothing,
    Thread,
    DeletedThread,
    Comment,
    DeletedComment,
    Attachment,
    Report,
    /// The private category, without threads.
    Category,
    /// Somebody else's account, not the caller's.
    Account,
    /// Such an account that is banned.
    Banned,
    /// The author's own account: it is about whom it belongs to.
    Author,
    /// A role for somebody.
    Role,
    /// The author's newest session.
    Session,
    Notification,
    File,
    Room,
    /// An export that the author asked for.
    Export,
}

/// A route, what it is asked about and with, and the answers.
pub(super) struct Row {
    pub(super) service: &'static str,
    pub(super) route: &'static str,
    pub(super) thing: Thing,
    pub(super) body: &'static str,
    /// Of nobody, a stranger, one who may read, the author, a moderator, an admin, a banned author.
    pub(super) expected: [Expected; 7],
}

const OK: Expected = Expected::Done;
const fn no(status: u16) -> Expected {
    Expected::Status(status)
}

/// Whoever may see it may read it.
const READ: [Expected; 7] = [no(404), no(404), OK, OK, OK, OK, no(403)];
/// Whoever may see it may do it.
const ACT: [Expected; 7] = [no(401), no(404), OK, OK, OK, OK, no(403)];
/// Its author and moderators.
const OWN: [Expected; 7] = [no(401), no(404), no(403), OK, OK, OK, no(403)];
/// Moderators who see it.
const MODERATE: [Expected; 7] = [no(401), no(404), no(403), no(403), OK, OK, no(403)];
/// Moderators, of what has no category.
const STAFF: [Expected; 7] = [no(401), no(403), no(403), no(403), OK, OK, no(403)];
/// Admins.
const ADMIN: [Expected; 7] = [no(401), no(403), no(403), no(403), no(403), OK, no(403)];
/// Everybody, also without a token; a token must be good.
const PUBLIC: [Expected; 7] = [OK, OK, OK, OK, OK, OK, no(403)];
/// Every member, of their own or of what all members share.
const MEMBER: [Expected; 7] = [no(401), OK, OK, OK, OK, OK, no(403)];
/// Only whose it is; to others it is not there, whatever their role.
const MINE: [Expected; 7] = [no(401), no(404), no(404), OK, no(404), no(404), no(403)];

const fn row(
    service: &'static str,
    route: &'static str,
    thing: Thing,
    body: &'static str,
    expected: [Expected; 7],
) -> Row {
    Row {
        service,
        route,
        thing,
        body,
        expected,
    }
}

/// Routes that take no part: they tell whether a process is well, or take what only mail or a password gives, whoever asks.
/// identity's own tests try them.
pub(super) const OTHERWISE_TESTED: &[&str] = &[
    "GET /health",
    "POST /api/auth/register",
    "POST /api/auth/signup",
    "POST /api/auth/login",
    "POST /api/auth/refresh",
    "POST /api/auth/logout",
    "POST /api/auth/email/verify",
    "POST /api/auth/email/resend",
    "POST /api/auth/password/forgot",
    "POST /api/auth/password/reset",
];

pub(super) const TABLE: &[Row] = &[
    // Threads.
    row("discussion", "GET /api/threads", Thing::Nothing, "", PUBLIC),
    row(
        "discussion",
        "POST /api/threads",
        Thing::Nothing,
        r#"{"title": "T", "body": "B"}"#,
        MEMBER,
    ),
    row(
        "discussion",
        "GET /api/threads/feed.atom",
        Thing::Nothing,
        "",
        PUBLIC,
    ),
    row(
        "discussion",
        "GET /api/threads/feed.rss",
        Thing::Nothing,
        "",
        PUBLIC,
    ),
    row(
        "discussion",
        "GET /api/threads/{id}",
        Thing::Thread,
        "",
        READ,
    ),
    row(
        "discussion",
        "PUT /api/threads/{id}",
        Thing::Thread,
        r#"{"title": "T", "body": "B"}"#,
        OWN,
    ),
    row(
        "discussion",
        "DELETE /api/threads/{id}",
        Thing::Thread,
        "",
        OWN,
    ),
    row(
        "discussion",
        "GET /api/threads/{id}/comments",
        Thing::Thread,
        "",
        READ,
    ),
    row(
        "discussion",
        "POST /api/threads/{id}/comments",
        Thing::Thread,
        r#"{"body": "B"}"#,
        ACT,
    ),
    row(
        "discussion",
        "GET /api/threads/{id}/history",
        Thing::Thread,
        "",
        HISTORY,
    ),
    row(
        "discussion",
        "PUT /api/threads/{id}/like",
        Thing::Thread,
        "",
        ACT,
    ),
    row(
        "discussion",
        "DELETE /api/threads/{id}/like",
        Thing::Thread,
        "",
        ACT,
    ),
    row(
        "discussion",
        "PUT /api/threads/{id}/read",
        Thing::Thread,
        "{}",
        ACT,
    ),
    row(
        "discussion",
        "POST /api/threads/{id}/report",
        Thing::Thread,
        r#"{"reason": "R"}"#,
        REPORT,
    ),
    row(
        "discussion",
        "POST /api/threads/{id}/attachments",
        Thing::Thread,
        "form",
        OWN,
    ),
    row(
        "discussion",
        "GET /api/threads/{id}/attachments/{attachment_id}",
        Thing::Attachment,
        "",
        READ,
    ),
    row(
        "discussion",
        "DELETE /api/threads/{id}/attachments/{attachment_id}",
        Thing::Attachment,
        "",
        OWN,
    ),
    row(
        "discussion",
        "PUT /api/threads/{id}/lock",
        Thing::Thread,
        "",
        MODERATE,
    ),
    row(
        "discussion",
        "DELETE /api/threads/{id}/lock",
        Thing::Thread,
        "",
        MODERATE,
    ),
    row(
        "discussion",
        "PUT /api/threads/{id}/pin",
        Thing::Thread,
        "",
        MODERATE,
    ),
    row(
        "discussion",
        "DELETE /api/threads/{id}/pin",
        Thing::Thread,
        "",
        MODERATE,
    ),
    row(
        "discussion",
        "POST /api/threads/{id}/move",
        Thing::Thread,
        r#"{"category": "general"}"#,
        MODERATE,
    ),
    row(
        "discussion",
        "POST /api/threads/{id}/restore",
        Thing::DeletedThread,
        "",
        RESTORE,
    ),
    row(
        "discussion",
        "GET /ws/threads/{id}",
        Thing::Thread,
        "socket",
        READ,
    ),
    // Comments.
    row(
        "discussion",
        "GET /api/comments/{id}",
        Thing::Comment,
        "",
        READ,
    ),
    row(
        "discussion",
        "PUT /api/comments/{id}",
        Thing::Comment,
        r#"{"body": "B"}"#,
        OWN,
    ),
    row(
        "discussion",
        "DELETE /api/comments/{id}",
        Thing::Comment,
        "",
        OWN,
    ),
    row(
        "discussion",
        "GET /api/comments/{id}/history",
        Thing::Comment,
        "",
        HISTORY,
    ),
    row(
        "discussion",
        "PUT /api/comments/{id}/like",
        Thing::Comment,
        "",
        ACT,
    ),
    row(
        "discussion",
        "DELETE /api/comments/{id}/like",
        Thing::Comment,
        "",
        ACT,
    ),
    row(
        "discussion",
        "POST /api/comments/{id}/report",
        Thing::Comment,
        r#"{"reason": "R"}"#,
        REPORT,
    ),
    row(
        "discussion",
        "POST /api/comments/{id}/restore",
        Thing::DeletedComment,
        "",
        MODERATE,
    ),
    // Posts are threads.
    row("discussion", "GET /api/posts", Thing::Nothing, "", PUBLIC),
    row(
        "discussion",
        "POST /api/posts",
        Thing::Nothing,
        r#"{"content": "C"}"#,
        MEMBER,
    ),
    row("discussion", "GET /api/posts/{id}", Thing::Thread, "", READ),
    row(
        "discussion",
        "PUT /api/posts/{id}",
        Thing::Thread,
        r#"{"content": "C"}"#,
        OWN,
    ),
    row(
        "discussion",
        "DELETE /api/posts/{id}",
        Thing::Thread,
        "",
        OWN,
    ),
    row(
        "discussion",
        "POST /api/posts/{id}/comments",
        Thing::Thread,
        r#"{"content": "C"}"#,
        ACT,
    ),
    row(
        "discussion",
        "POST /api/posts/comment/{id}",
        Thing::Thread,
        r#"{"content": "C"}"#,
        ACT,
    ),
    row(
        "discussion",
        "PUT /api/posts/like/{id}",
        Thing::Thread,
        "",
        ACT,
    ),
    // Around them.
    row(
        "discussion",
        "GET /api/categories",
        Thing::Nothing,
        "",
        PUBLIC,
    ),
    row(
        "discussion",
        "POST /api/categories",
        Thing::Nothing,
        r#"{"slug": "new", "name": "New"}"#,
        ADMIN,
    ),
    row(
        "discussion",
        "GET /api/categories/{slug}",
        Thing::Category,
        "",
        READ,
    ),
    row(
        "discussion",
        "PUT /api/categories/{slug}",
        Thing::Category,
        r#"{"name": "N", "read_role": "staff"}"#,
        CATEGORY,
    ),
    row(
        "discussion",
        "DELETE /api/categories/{slug}",
        Thing::Category,
        "",
        CATEGORY,
    ),
    row(
        "discussion",
        "GET /api/categories/{slug}/feed.atom",
        Thing::Category,
        "",
        FEED_OF_PRIVATE,
    ),
    row(
        "discussion",
        "GET /api/categories/{slug}/feed.rss",
        Thing::Category,
        "",
        FEED_OF_PRIVATE,
    ),
    row("discussion", "GET /api/tags", Thing::Nothing, "", PUBLIC),
    row(
        "discussion",
        "GET /api/search?q=word",
        Thing::Nothing,
        "",
        PUBLIC,
    ),
    row("discussion", "GET /api/reports", Thing::Nothing, "", STAFF),
    row(
        "discussion",
        "POST /api/reports/{id}/resolve",
        Thing::Report,
        r#"{"action": "dismiss"}"#,
        STAFF,
    ),
    row(
        "discussion",
        "GET /api/audit-log",
        Thing::Nothing,
        "",
        STAFF,
    ),
    // Feeds.
    row(
        "feed",
        "GET /api/activity-stream",
        Thing::Nothing,
        "",
        PUBLIC,
    ),
    row(
        "feed",
        "GET /api/activity-stream/user",
        Thing::Nothing,
        "",
        MEMBER,
    ),
    row(
        "feed",
        "GET /api/activity-stream/stats",
        Thing::Nothing,
        "",
        PUBLIC,
    ),
    row("feed", "GET /api/feed", Thing::Nothing, "", MEMBER),
    row("feed", "GET /ws/feed", Thing::Nothing, "socket", MEMBER),
    // Notifications are their owner's alone.
    row(
        "notification",
        "GET /notifications",
        Thing::Nothing,
        "",
        MEMBER,
    ),
    row(
        "notification",
        "POST /notifications",
        Thing::Author,
        r#"{"user_id": "{id}", "title": "T"}"#,
        NOTIFY,
    ),
    row(
        "notification",
        "GET /notifications/preferences",
        Thing::Nothing,
        "",
        MEMBER,
    ),
    row(
        "notification",
        "PUT /notifications/preferences",
        Thing::Nothing,
        r#"[{"kind": "mention", "in_app": true}]"#,
        MEMBER,
    ),
    row(
        "notification",
        "GET /notifications/unread-count",
        Thing::Nothing,
        "",
        MEMBER,
    ),
    row(
        "notification",
        "GET /notifications/{id}",
        Thing::Author,
        "",
        MINE,
    ),
    row(
        "notification",
        "GET /notifications/{id}/unread-count",
        Thing::Author,
        "",
        MINE,
    ),
    row(
        "notification",
        "PATCH /notifications/{id}/read",
        Thing::Notification,
        "",
        MINE,
    ),
    row(
        "notification",
        "PATCH /notifications/{id}/read-all",
        Thing::Author,
        "",
        MINE,
    ),
    row(
        "notification",
        "DELETE /notifications/{id}",
        Thing::Notification,
        "",
        MINE,
    ),
    row(
        "notification",
        "GET /ws/notifications",
        Thing::Nothing,
        "socket",
        MEMBER,
    ),
    // Chat is open to all members.
    row("chat", "GET /rooms", Thing::Nothing, "", MEMBER),
    row(
        "chat",
        "POST /rooms",
        Thing::Nothing,
        r#"{"id": "{fresh}"}"#,
        MEMBER,
    ),
    row(
        "chat",
        "GET /rooms/{room_id}/messages",
        Thing::Room,
        "",
        MEMBER,
    ),
    row(
        "chat",
        "GET /ws/{room_id}/{user_id}",
        Thing::Room,
        "socket",
        MEMBER,
    ),
    row("presence", "GET /presence", Thing::Nothing, "", MEMBER),
    row(
        "presence",
        "GET /presence/{user_id}",
        Thing::Author,
        "",
        MEMBER,
    ),
    row(
        "presence",
        "POST /presence/{user_id}/heartbeat",
        Thing::Author,
        "{}",
        SELF,
    ),
    row(
        "presence",
        "DELETE /presence/{user_id}",
        Thing::Author,
        "",
        SELF,
    ),
    row(
        "presence",
        "POST /presence/{user_id}/typing?room_id=lobby",
        Thing::Author,
        "",
        SELF,
    ),
    row(
        "presence",
        "DELETE /presence/{user_id}/typing?room_id=lobby",
        Thing::Author,
        "",
        SELF,
    ),
    row(
        "presence",
        "GET /presence/rooms/{room_id}/typing",
        Thing::Room,
        "",
        MEMBER,
    ),
    // Files are open to all members; their owner and moderators remove them.
    row("file", "POST /upload", Thing::Nothing, "form", MEMBER),
    row("file", "GET /files", Thing::Nothing, "", MEMBER),
    row("file", "GET /{file_id}", Thing::File, "", MEMBER),
    row("file", "GET /{file_id}/download", Thing::File, "", MEMBER),
    row("file", "DELETE /{file_id}", Thing::File, "", FILE),
    // Accounts.
    row(
        "identity",
        "GET /.well-known/jwks.json",
        Thing::Nothing,
        "",
        KEYS,
    ),
    row(
        "identity",
        "GET /api/auth/jwks.json",
        Thing::Nothing,
        "",
        KEYS,
    ),
    row("identity", "GET /api/auth/me", Thing::Nothing, "", MEMBER),
    row(
        "identity",
        "GET /api/auth/validate",
        Thing::Nothing,
        "",
        MEMBER,
    ),
    row(
        "identity",
        "GET /api/auth/verify-user",
        Thing::Nothing,
        "",
        MEMBER,
    ),
    row(
        "identity",
        "GET /api/auth/sessions",
        Thing::Nothing,
        "",
        MEMBER,
    ),
    row(
        "identity",
        "DELETE /api/auth/sessions/{id}",
        Thing::Session,
        "",
        MINE,
    ),
    row(
        "identity",
        "POST /api/auth/logout-all",
        Thing::Nothing,
        "",
        MEMBER,
    ),
    row(
        "identity",
        "POST /api/auth/password/change",
        Thing::Nothing,
        r#"{"password": "wrong horse", "new_password": "battery staple 1"}"#,
        WRONG_PASSWORD,
    ),
    row(
        "identity",
        "POST /api/auth/email/change",
        Thing::Nothing,
        r#"{"email": "new@example.org", "password": "wrong horse"}"#,
        WRONG_PASSWORD,
    ),
    row(
        "identity",
        "POST /api/profile",
        Thing::Nothing,
        "{}",
        MEMBER,
    ),
    row("identity", "GET /api/profile", Thing::Nothing, "", MEMBER),
    row("identity", "PUT /api/profile", Thing::Nothing, "{}", MEMBER),
    row(
        "identity",
        "DELETE /api/profile",
        Thing::Nothing,
        "",
        MEMBER,
    ),
    row("identity", "GET /api/users", Thing::Nothing, "", MEMBER),
    row("identity", "GET /api/users/me", Thing::Nothing, "", MEMBER),
    row(
        "identity",
        "DELETE /api/users/me",
        Thing::Nothing,
        r#"{"password": "wrong horse"}"#,
        WRONG_PASSWORD,
    ),
    row(
        "identity",
        "GET /api/users/me/blocks",
        Thing::Nothing,
        "",
        MEMBER,
    ),
    row(
        "identity",
        "GET /api/users/me/mutes",
        Thing::Nothing,
        "",
        MEMBER,
    ),
    row(
        "identity",
        "GET /api/users/me/exports",
        Thing::Nothing,
        "",
        MEMBER,
    ),
    row(
        "identity",
        "POST /api/users/me/exports",
        Thing::Nothing,
        "",
        MEMBER,
    ),
    row(
        "identity",
        "GET /api/users/me/exports/{id}",
        Thing::Export,
        "",
        MINE,
    ),
    row(
        "identity",
        "GET /api/users/me/exports/{id}/{service}",
        Thing::Export,
        "",
        MINE,
    ),
    row("identity", "GET /api/users/{id}", Thing::Author, "", PUBLIC),
    row(
        "identity",
        "GET /api/users/{id}/followers",
        Thing::Author,
        "",
        PUBLIC,
    ),
    row(
        "identity",
        "GET /api/users/{id}/following",
        Thing::Author,
        "",
        PUBLIC,
    ),
    row(
        "identity",
        "PUT /api/users/{id}/follow",
        Thing::Account,
        "",
        MEMBER,
    ),
    row(
        "identity",
        "DELETE /api/users/{id}/follow",
        Thing::Account,
        "",
        MEMBER,
    ),
    row(
        "identity",
        "POST /api/users/follow/{id}",
        Thing::Account,
        "",
        MEMBER,
    ),
    row(
        "identity",
        "DELETE /api/users/follow/{id}",
        Thing::Account,
        "",
        MEMBER,
    ),
    row(
        "identity",
        "PUT /api/users/{id}/block",
        Thing::Account,
        "",
        MEMBER,
    ),
    row(
        "identity",
        "DELETE /api/users/{id}/block",
        Thing::Account,
        "",
        MEMBER,
    ),
    row(
        "identity",
        "PUT /api/users/{id}/mute",
        Thing::Account,
        "",
        MEMBER,
    ),
    row(
        "identity",
        "DELETE /api/users/{id}/mute",
        Thing::Account,
        "",
        MEMBER,
    ),
    row(
        "identity",
        "GET /api/users/roles",
        Thing::Nothing,
        "",
        STAFF,
    ),
    row(
        "identity",
        "POST /api/users/roles",
        Thing::Nothing,
        r#"{"name": "role-{fresh}"}"#,
        ADMIN,
    ),
    row(
        "identity",
        "GET /api/users/roles/{role}",
        Thing::Role,
        "",
        STAFF,
    ),
    row(
        "identity",
        "PUT /api/users/{id}/roles/{role}",
        Thing::Role,
        "",
        ADMIN,
    ),
    row(
        "identity",
        "DELETE /api/users/{id}/roles/{role}",
        Thing::Role,
        "",
        ADMIN,
    ),
    row(
        "identity",
        "GET /api/users/banned",
        Thing::Nothing,
        "",
        STAFF,
    ),
    row(
        "identity",
        "POST /api/users/{id}/ban",
        Thing::Account,
        r#"{"reason": "R"}"#,
        STAFF,
    ),
    row(
        "identity",
        "DELETE /api/users/{id}/ban",
        Thing::Banned,
        "",
        STAFF,
    ),
];

/// Whoever may read a text may read what it was before.
const HISTORY: [Expected; 7] = READ;
/// Nobody reports what they wrote themselves.
const REPORT: [Expected; 7] = ACT;
/// A deleted thread is there for moderators only.
const RESTORE: [Expected; 7] = [no(401), no(404), no(404), no(404), OK, OK, no(403)];
const CATEGORY: [Expected; 7] = [no(401), no(404), no(403), no(403), no(403), OK, no(403)];
/// Readers of syndication have no token: what is private is in no feed.
const FEED_OF_PRIVATE: [Expected; 7] = [
    no(404),
    no(404),
    no(404),
    no(404),
    no(404),
    no(404),
    no(403),
];
const NOTIFY: [Expected; 7] = [no(401), no(403), no(403), OK, OK, OK, no(403)];
/// Of oneself.
const SELF: [Expected; 7] = [no(401), no(403), no(403), OK, no(403), no(403), no(403)];
const FILE: [Expected; 7] = [no(401), no(404), no(404), OK, OK, OK, no(403)];
/// Keys are for whoever verifies; a token is not looked at.
const KEYS: [Expected; 7] = [OK, OK, OK, OK, OK, OK, OK];
/// The password decides, and it is wrong.
const WRONG_PASSWORD: [Expected; 7] = [
    no(401),
    no(403),
    no(403),
    no(403),
    no(403),
    no(403),
    no(403),
];
