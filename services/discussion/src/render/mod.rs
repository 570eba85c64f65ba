//! Markdown to HTML that is safe to show: comrak makes it ([`markdown`]), ammonia lets only the harmless part of it
//! through ([`sanitise`]). It happens once, when a text is written.
//!
//! Pictures come from this forum only. One from elsewhere would tell its server who reads what and when; it becomes a
//! link, which somebody has to want.

mod markdown;
mod sanitise;

#[cfg(test)]
mod tests;

use std::{
    collections::BTreeSet,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::http::StatusCode;
use folkmoot_common::http::{ApiError, ApiResult};
use tokio::sync::Semaphore;

/// The version of what is made of a text. A text of another version is made anew when it is read: raise it with every
/// change of what is let through.
pub const RENDERER: i32 = 1;

/// Most bytes of HTML that one text may become.
const MAX_HTML_BYTES: usize = 1024 * 1024;
/// Longest that one text may take. The usual one takes less than a millisecond.
const TIME_LIMIT: Duration = Duration::from_secs(2);

/// What is made of a text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rendered {
    /// Safe HTML.
    pub html: String,
    /// The beginning of the text, plain.
    pub excerpt: String,
    /// The names that it mentions, in lower case; not those in code.
    pub mentions: BTreeSet<String>,
}

/// Why nothing can be made of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooComplex;

/// Renders a text. It may take up to two seconds of hostile input: not for a thread that others wait for.
///
/// # Errors
/// If it is nested too deeply, or would become too large or take too long.
pub fn render(text: &str) -> Result<Rendered, TooComplex> {
    let parsed = markdown::parse(text, Instant::now() + TIME_LIMIT, MAX_HTML_BYTES)?;
    Ok(Rendered {
        html: sanitise::clean(&parsed.html),
        mentions: folkmoot_common::mentions::find(&parsed.prose),
        excerpt: parsed.excerpt,
    })
}

/// The HTML of a text that is in the tables, whatever an older version let in.
fn render_stored(text: &str) -> String {
    match render(text) {
        Ok(rendered) => rendered.html,
        Err(TooComplex) => sanitise::as_text(text),
    }
}

/// Renders on threads that may block, a few texts at a time.
#[derive(Debug, Clone)]
pub(crate) struct Renderer(Arc<Semaphore>);

impl Renderer {
    pub(crate) fn new() -> Self {
        let threads = std::thread::available_parallelism().map_or(2, usize::from);
        Self(Arc::new(Semaphore::new(2 * threads)))
    }

    /// Renders a text.
    ///
    /// # Errors
    /// 422 `too_complex`.
    pub(crate) async fn render(&self, text: String) -> ApiResult<Rendered> {
        self.run(move || render(&text))
            .await?
            .map_err(|TooComplex| {
                ApiError::new(
                    StatusCode::UNPROCESSABLE_ENTITY,
                    "too_complex",
                    "the text is nested too deeply",
                )
            })
    }

    /// Makes the HTML anew of texts that another version rendered: of each the HTML, the text, and the version.
    ///
    /// # Errors
    /// If rendering panics.
    pub(crate) async fn refresh<'a>(
        &self,
        stored: impl Iterator<Item = (&'a mut String, &'a String, i32)>,
    ) -> ApiResult<()> {
        for (html, text, version) in stored {
            if version != RENDERER {
                let text = text.clone();
                *html = self.run(move || render_stored(&text)).await?;
            }
        }
        Ok(())
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> ApiResult<T> {
        let _permit = self.0.acquire().await.map_err(ApiError::internal)?;
        let done = tokio::task::spawn_blocking(work).await;
        done.map_err(ApiError::internal)
    }
}
