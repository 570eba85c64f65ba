//! What is asked for. Folkmoot and its peer answer the same addresses.

use clap::ValueEnum;
use serde_json::json;

use crate::{data::Data, http::Request};

/// One kind of request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Work {
    ThreadList,
    LargeThread,
    Comment,
    Like,
    Search,
    HomeFeed,
}

impl Work {
    /// In the order of the table. What writes comes last, so that what is read is what was seeded.
    pub(crate) const ALL: [Self; 6] = [
        Self::ThreadList,
        Self::LargeThread,
        Self::Search,
        Self::HomeFeed,
        Self::Like,
        Self::Comment,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::ThreadList => "thread list, 50",
            Self::LargeThread => "first page of the largest thread, 50",
            Self::Comment => "comment create",
            Self::Like => "like",
            Self::Search => "search, 50",
            Self::HomeFeed => "home feed, 50",
        }
    }

    /// The request of this number.
    pub(crate) fn request(self, data: &Data, number: u64) -> Request {
        let spread = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let thread = &data.threads[(spread % data.threads.len() as u64) as usize];
        let token = data.tokens[(number % data.tokens.len() as u64) as usize].clone();
        let (method, path, body) = match self {
            Self::ThreadList => ("GET", "/api/threads?limit=50".to_owned(), None),
            Self::LargeThread => {
                let path = format!("/api/threads/{}/comments?limit=50", data.largest);
                ("GET", path, None)
            }
            Self::Search => {
                let query = data.queries[(spread >> 32) as usize % data.queries.len()];
                ("GET", format!("/api/search?q={query}&limit=50"), None)
            }
            Self::HomeFeed => ("GET", "/api/feed?limit=50".to_owned(), None),
            Self::Like => ("PUT", format!("/api/threads/{thread}/like"), None),
            Self::Comment => {
                let body = json!({"body": format!("A comment of *this* length, number {number}, says `what` it has to say.")});
                (
                    "POST",
                    format!("/api/threads/{thread}/comments"),
                    Some(body.to_string()),
                )
            }
        };
        Request {
            method,
            path,
            token,
            body,
        }
    }
}
