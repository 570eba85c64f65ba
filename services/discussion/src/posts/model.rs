//! A thread under the names of a post.

use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use folkmoot_common::{
    http::{ApiError, ApiResult},
    id::is_invisible_control,
    upload::Received,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    attachments::Submission,
    model::{Attachment, Author, NewComment, NewThread, Thread},
    validate::MAX_TITLE_CHARS,
};

/// A post: a thread by other names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Post {
    /// Its id, which is the thread's.
    pub(crate) id: Uuid,
    /// Its title, one line.
    pub(crate) title: String,
    /// Its text, Markdown.
    pub(crate) content: String,
    /// Its text as HTML that is safe to show.
    pub(crate) content_html: String,
    /// Its tags, sorted.
    pub(crate) tags: Vec<String>,
    /// Its files.
    pub(crate) media: Vec<Attachment>,
    /// Who wrote it.
    pub(crate) author: Author,
    /// Their id.
    pub(crate) author_id: String,
    /// Their name.
    pub(crate) username: String,
    /// How many like it.
    pub(crate) like_count: i64,
    /// How many comments there are.
    pub(crate) comment_count: i64,
    /// When it was written.
    pub(crate) created_at: DateTime<Utc>,
    /// When its text was changed last, or when it was written.
    pub(crate) updated_at: DateTime<Utc>,
}

impl From<Thread> for Post {
    fn from(thread: Thread) -> Self {
        Self {
            id: thread.id,
            title: thread.title,
            content: thread.body,
            content_html: thread.body_html,
            tags: thread.tags,
            media: thread.attachments,
            author_id: thread.author.user_id.clone(),
            username: thread.author.username.clone(),
            author: thread.author,
            like_count: thread.like_count,
            comment_count: thread.comment_count,
            created_at: thread.created_at,
            updated_at: thread.edited_at.unwrap_or(thread.created_at),
        }
    }
}

/// A post to write.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPost {
    /// 1 to 200 characters; the first line of the content if it is left out.
    #[serde(default)]
    pub(crate) title: Option<String>,
    /// Markdown, at most 40 000 characters.
    pub(crate) content: String,
    /// At most 5, each 1 to 32 of a-z 0-9 -.
    #[serde(default)]
    pub(crate) tags: Vec<String>,
    /// The slug of its category; `general` if it is left out.
    #[serde(default)]
    pub(crate) category: Option<String>,
}

/// What is to change in a post; what is left out stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PostEdit {
    /// 1 to 200 characters.
    #[serde(default)]
    pub(crate) title: Option<String>,
    /// Markdown, at most 40 000 characters.
    #[serde(default)]
    pub(crate) content: Option<String>,
    /// At most 5, each 1 to 32 of a-z 0-9 -; in place of all that there were.
    #[serde(default)]
    pub(crate) tags: Option<Vec<String>>,
}

/// A comment on a post.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PostComment {
    /// Markdown, 1 to 40 000 characters.
    #[serde(alias = "body")]
    pub(crate) content: String,
    /// The comment that it answers, if it answers one.
    #[serde(default)]
    pub(crate) parent_id: Option<Uuid>,
}

impl From<PostComment> for NewComment {
    fn from(comment: PostComment) -> Self {
        Self {
            body: comment.content,
            parent_id: comment.parent_id,
        }
    }
}

/// A post as a form.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what the handler reads as a stream")]
pub(crate) struct PostForm {
    /// 1 to 200 characters; the first line of the content if it is left out.
    title: Option<String>,
    /// Markdown, at most 40 000 characters; may be left out if there are media.
    content: Option<String>,
    /// Once for each tag, or with commas between them.
    tags: Option<String>,
    /// The slug of its category; `general` if it is left out.
    category: Option<String>,
    /// At most 10 files of 10 MiB each.
    #[schema(value_type = Option<Vec<String>>, format = Binary)]
    media: Vec<u8>,
}

impl NewPost {
    /// From the fields of a form, with its files.
    ///
    /// # Errors
    /// 422 for a field that is there twice or is not known.
    pub(crate) fn of_form(mut form: Submission) -> ApiResult<(Self, Vec<Received>)> {
        let post = Self {
            title: form.text("title")?.filter(|title| !title.trim().is_empty()),
            content: form.text("content")?.unwrap_or_default(),
            tags: form.tags(),
            category: form.text("category")?.filter(|slug| !slug.is_empty()),
        };
        Ok((post, form.finish()?))
    }

    /// The same as a thread. What has no title has that of its first line, or of its first file.
    ///
    /// # Errors
    /// 422 `invalid_title` if there is nothing to make one of.
    pub(crate) fn into_thread(self, files: &[Received]) -> ApiResult<NewThread> {
        let first_file = files.first().map(|file| file.filename.as_str());
        let title = match self.title {
            Some(title) => title,
            None => first_line(&self.content)
                .or_else(|| first_file.and_then(first_line))
                .ok_or_else(untitled)?,
        };
        Ok(NewThread {
            title,
            body: self.content,
            category: self.category,
            tags: self.tags,
        })
    }
}

fn untitled() -> ApiError {
    ApiError::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "invalid_title",
        "a post needs a title, a text or a file",
    )
}

/// The first line with something to see, without the signs of a heading, cut to what a title may have.
fn first_line(text: &str) -> Option<String> {
    text.lines().find_map(|line| {
        let visible: String = line
            .chars()
            .filter(|character| *character == '\t' || !is_invisible_control(*character))
            .map(|character| if character == '\t' { ' ' } else { character })
            .collect();
        let visible = visible.trim().trim_start_matches('#').trim();
        if visible.is_empty() {
            return None;
        }
        if visible.chars().count() <= MAX_TITLE_CHARS {
            return Some(visible.to_owned());
        }
        let cut: String = visible.chars().take(MAX_TITLE_CHARS - 1).collect();
        Some(format!("{}…", cut.trim_end()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validate;

    #[test]
    fn a_post_without_a_title_has_that_of_its_first_line() {
        for (content, expected) in [
            ("My first post!", Some("My first post!")),
            ("\n\n  ## Stones \nmore", Some("Stones")),
            ("a\tb\r\nc", Some("a b")),
            ("\u{202e}\u{200b}\nseen", Some("seen")),
            ("###\nseen", Some("seen")),
            ("", None),
            (" \n\t", None),
        ] {
            assert_eq!(first_line(content).as_deref(), expected, "{content:?}");
        }
        let long = first_line(&"é ".repeat(500)).unwrap();
        assert!(long.ends_with('…'));
        for title in [long, first_line(&"🐙".repeat(201)).unwrap()] {
            assert_eq!(validate::title(&title).unwrap(), title);
        }
    }
}
