//! Discussions: threads, comments and all that belongs to them.

mod attachments;
mod categories;
mod comments;
mod forum;
mod likes;
mod moderation;
mod posts;
mod privacy;
mod reports;
mod scenario;
mod search;
mod sockets;
mod statements;
mod syndication;
mod tables;
mod threads;
mod unread;
