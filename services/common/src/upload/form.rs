//! A `multipart/form-data` body ([RFC 7578]) as a stream of fields and their bytes.
//!
//! The multer parser reads as much as the connection offers before it looks at any of it, and looks for the end of
//! a field's headers however far that is. [`Paced`] stands between: it hands over one small piece at a time, counts
//! what the parser holds without giving anything back, and counts the whole.
//!
//! [RFC 7578]: https://www.rfc-editor.org/rfc/rfc7578

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    body::{Body, BodyDataStream},
    http::{HeaderMap, StatusCode, header},
};
use bytes::Bytes;
use futures_util::Stream;
use thiserror::Error;

use crate::http::{ApiError, ApiResult};

/// Most bytes that are handed to the parser at a time.
const PIECE_BYTES: usize = 16 << 10;
/// Most bytes that the parser may hold without giving any back: headers of a field, or what precedes the first.
const MAX_HELD_BYTES: u64 = 64 << 10;
/// Most fields of a form.
const MAX_FIELDS: u32 = 32;

/// What a form may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FormLimits {
    /// Bytes of one file.
    pub file_bytes: u64,
    /// Files.
    pub files: u32,
    /// Bytes beside the files: boundaries, headers and the other fields.
    pub other_bytes: u64,
    /// Longest silence.
    pub idle: Duration,
}

impl FormLimits {
    fn total(&self) -> u64 {
        self.file_bytes
            .saturating_mul(self.files.into())
            .saturating_add(self.other_bytes)
    }

    /// 413, with the limit that counts.
    #[must_use]
    pub fn too_large(&self) -> ApiError {
        let Self {
            file_bytes, files, ..
        } = self;
        ApiError::too_large(match files {
            1 => format!("a file may have {file_bytes} bytes"),
            _ => format!("there may be {files} files of {file_bytes} bytes each"),
        })
    }
}

/// A form that is being received.
#[derive(Debug)]
pub struct Form {
    multipart: multer::Multipart<'static>,
    held: Arc<AtomicU64>,
    announced: Option<u64>,
    limits: FormLimits,
    fields: u32,
}

/// A field of it. It must be read to its end before the next one is asked for.
#[derive(Debug)]
pub struct Field {
    inner: multer::Field<'static>,
    held: Arc<AtomicU64>,
    limits: FormLimits,
}

impl Form {
    /// Reads `body`, in which what `limits` allow has room.
    ///
    /// # Errors
    /// 415 if the headers do not announce a form.
    pub fn new(headers: &HeaderMap, body: Body, limits: FormLimits) -> ApiResult<Self> {
        let boundary = boundary(headers)?;
        let announced = headers
            .get(header::CONTENT_LENGTH)
            .and_then(|length| length.to_str().ok()?.parse().ok());
        let held = Arc::new(AtomicU64::new(0));
        let paced = Paced {
            body: body.into_data_stream(),
            rest: Bytes::new(),
            pause: false,
            held: held.clone(),
            total: 0,
            limit: limits.total(),
        };
        let multipart = multer::Multipart::new(paced, boundary);
        Ok(Self {
            multipart,
            held,
            announced,
            limits,
            fields: 0,
        })
    }

    /// Refuses a body that is too large by its own word, before any of it is read.
    ///
    /// # Errors
    /// 413.
    pub fn check_length(&self) -> ApiResult<()> {
        match self.announced {
            Some(length) if length > self.limits.total() => Err(self.limits.too_large()),
            _ => Ok(()),
        }
    }

    /// The next field, if there is one.
    ///
    /// # Errors
    /// 400 if the body ends too early or is no form, 408 if nothing comes, 413 if it is too large.
    pub async fn next(&mut self) -> ApiResult<Option<Field>> {
        let field = within(&self.limits, self.multipart.next_field()).await?;
        self.held.store(0, Ordering::Relaxed);
        self.fields += 1;
        if self.fields > MAX_FIELDS {
            return Err(malformed("the form has too many fields"));
        }
        Ok(field.map(|inner| Field {
            inner,
            held: self.held.clone(),
            limits: self.limits,
        }))
    }
}

impl Field {
    /// Its name in the form.
    pub fn name(&self) -> &str {
        self.inner.name().unwrap_or_default()
    }

    /// The file name that the client gave, which may be anything.
    pub fn file_name(&self) -> Option<&str> {
        self.inner.file_name()
    }

    /// The next bytes, or `None` at the end of the field.
    ///
    /// # Errors
    /// As [`Form::next`].
    pub async fn chunk(&mut self) -> ApiResult<Option<Bytes>> {
        loop {
            let chunk = within(&self.limits, self.inner.chunk()).await?;
            self.held.store(0, Ordering::Relaxed);
            // The parser tells the end of an empty field as a piece of nothing.
            if chunk.as_ref().is_none_or(|bytes| !bytes.is_empty()) {
                return Ok(chunk);
            }
        }
    }

    /// The rest as text.
    ///
    /// # Errors
    /// As [`Form::next`]; 400 if it is longer than `max` bytes or no UTF-8.
    pub async fn text(mut self, max: usize) -> ApiResult<String> {
        let mut bytes = Vec::new();
        while let Some(chunk) = self.chunk().await? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() > max {
                return Err(malformed(format!(
                    "the field {} is too long",
                    self.shown_name()
                )));
            }
        }
        String::from_utf8(bytes)
            .map_err(|_| malformed(format!("the field {} is not UTF-8", self.shown_name())))
    }

    /// Reads over the rest.
    ///
    /// # Errors
    /// As [`Form::next`].
    pub async fn skip(mut self) -> ApiResult<()> {
        while self.chunk().await?.is_some() {}
        Ok(())
    }

    fn shown_name(&self) -> String {
        format!("{:?}", self.name().chars().take(32).collect::<String>())
    }
}

fn boundary(headers: &HeaderMap) -> ApiResult<String> {
    let wrong = || {
        let detail = "the body must be multipart/form-data with a boundary";
        ApiError::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            detail,
        )
    };
    let content_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .ok_or_else(wrong)?;
    let boundary = multer::parse_boundary(content_type).map_err(|_| wrong())?;
    // RFC 2046, section 5.1.1.
    if (1..=70).contains(&boundary.len()) {
        Ok(boundary)
    } else {
        Err(wrong())
    }
}

async fn within<T>(
    limits: &FormLimits,
    read: impl Future<Output = multer::Result<T>>,
) -> ApiResult<T> {
    match tokio::time::timeout(limits.idle, read).await {
        Ok(read) => read.map_err(|error| refusal(limits, &error)),
        Err(_) => Err(ApiError::new(
            StatusCode::REQUEST_TIMEOUT,
            "upload_timeout",
            "the upload stood still for too long",
        )),
    }
}

fn refusal(limits: &FormLimits, error: &multer::Error) -> ApiError {
    match error {
        multer::Error::StreamReadFailed(cause) => match cause.downcast_ref() {
            Some(PaceError::TooLarge) => limits.too_large(),
            Some(PaceError::Held) => malformed("the headers of a field are too long"),
            Some(PaceError::Broken) | None => incomplete(),
        },
        multer::Error::IncompleteStream
        | multer::Error::IncompleteFieldData { .. }
        | multer::Error::IncompleteHeaders => incomplete(),
        _ => malformed("the body is not a valid form"),
    }
}

fn incomplete() -> ApiError {
    ApiError::bad_request("incomplete_body", "the body ended before the form did")
}

fn malformed(detail: impl Into<std::borrow::Cow<'static, str>>) -> ApiError {
    ApiError::bad_request("malformed_form", detail)
}

#[derive(Debug, Error)]
enum PaceError {
    #[error("the body is too large")]
    TooLarge,
    #[error("the parser holds too much")]
    Held,
    #[error("the connection broke")]
    Broken,
}

struct Paced {
    body: BodyDataStream,
    rest: Bytes,
    /// Whether to be pending once, so that the parser looks at what it has.
    pause: bool,
    held: Arc<AtomicU64>,
    total: u64,
    limit: u64,
}

impl Stream for Paced {
    type Item = Result<Bytes, PaceError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if std::mem::take(&mut self.pause) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        while self.rest.is_empty() {
            match Pin::new(&mut self.body).poll_next(cx) {
                Poll::Ready(Some(Ok(bytes))) => self.rest = bytes,
                Poll::Ready(Some(Err(_))) => return Poll::Ready(Some(Err(PaceError::Broken))),
                Poll::Ready(None) => return Poll::Ready(None),
                Poll::Pending => return Poll::Pending,
            }
        }
        let size = self.rest.len().min(PIECE_BYTES);
        let piece = self.rest.split_to(size);
        self.total += size as u64;
        if self.total > self.limit {
            return Poll::Ready(Some(Err(PaceError::TooLarge)));
        }
        if self.held.fetch_add(size as u64, Ordering::Relaxed) + size as u64 > MAX_HELD_BYTES {
            return Poll::Ready(Some(Err(PaceError::Held)));
        }
        self.pause = true;
        Poll::Ready(Some(Ok(piece)))
    }
}
