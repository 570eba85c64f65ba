//! JSON lines, read and written one at a time: a file of any size takes the memory of its longest line.

use std::path::Path;

use anyhow::{Context as _, bail};
use folkmoot_common::transfer::Record;
use tokio::{
    fs::File,
    io::{AsyncBufRead, AsyncBufReadExt as _, AsyncReadExt as _, AsyncSeekExt as _, BufReader},
};

/// Longest line in bytes: a thread of 40 000 characters has room in it, whatever they are.
const MAX_LINE: usize = 1024 * 1024;

/// What one line was.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// A record.
    Record(Box<Record>),
    /// It is no record, for this reason.
    Refused(String),
}

/// Reads records and knows its place.
pub(super) struct Lines<R> {
    reader: R,
    buffer: Vec<u8>,
    /// Bytes before the next line.
    offset: u64,
    /// Lines before it, in this run.
    number: u64,
}

impl Lines<BufReader<File>> {
    /// Opens a file at a place between two lines.
    ///
    /// # Errors
    /// If it cannot be read.
    pub(super) async fn open(path: &Path, offset: u64) -> anyhow::Result<Self> {
        let opening = || format!("cannot read {}", path.display());
        let mut file = File::open(path).await.with_context(opening)?;
        // A pipe has no other place than its beginning.
        if offset > 0 {
            file.seek(std::io::SeekFrom::Start(offset))
                .await
                .with_context(opening)?;
        }
        Ok(Self::new(
            BufReader::with_capacity(256 * 1024, file),
            offset,
        ))
    }
}

impl<R: AsyncBufRead + Unpin> Lines<R> {
    pub(super) fn new(reader: R, offset: u64) -> Self {
        Self {
            reader,
            buffer: Vec::new(),
            offset,
            number: 0,
        }
    }

    /// Bytes before the next line.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// The number of the line that was read last, from where this run began.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// The next line, or nothing at the end. Empty lines are passed over.
    ///
    /// # Errors
    /// If it cannot be read, or is longer than any record.
    pub(super) async fn next(&mut self) -> anyhow::Result<Option<Line>> {
        loop {
            self.buffer.clear();
            let mut limited = (&mut self.reader).take(MAX_LINE as u64 + 1);
            let read = limited.read_until(b'\n', &mut self.buffer).await?;
            if read == 0 {
                return Ok(None);
            }
            self.number += 1;
            if read > MAX_LINE {
                bail!("line {} is longer than {MAX_LINE} bytes", self.number);
            }
            self.offset += read as u64;
            let line = self.buffer.trim_ascii();
            if !line.is_empty() {
                return Ok(Some(parse(line)));
            }
        }
    }
}

fn parse(line: &[u8]) -> Line {
    match serde_json::from_slice(line) {
        Ok(record) => Line::Record(Box::new(record)),
        Err(error) => Line::Refused(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: &str = r#"{"type":"room","id":"a","name":"A","created_at":"2026-01-01T00:00:00Z"}"#;

    async fn all(text: &str) -> anyhow::Result<Vec<(Line, u64)>> {
        let mut lines = Lines::new(text.as_bytes(), 0);
        let mut all = Vec::new();
        while let Some(line) = lines.next().await? {
            all.push((line, lines.offset()));
        }
        Ok(all)
    }

    #[tokio::test]
    async fn each_line_is_a_record_and_the_place_behind_it_is_known() {
        let text = format!("{ROOM}\n\n  {ROOM}\r\n{ROOM}");
        let read = all(&text).await.unwrap();
        let length = ROOM.len() as u64;
        let offsets: Vec<_> = read.iter().map(|(_, offset)| *offset).collect();
        assert_eq!(offsets, [length + 1, 2 * length + 6, 3 * length + 6]);
        assert!(read.iter().all(|(line, _)| matches!(line, Line::Record(_))));
    }

    #[tokio::test]
    async fn what_is_no_record_is_refused_and_the_next_is_read() {
        for bad in [
            "{}",
            "[]",
            "null",
            "\u{0}",
            r#"{"type":"root"}"#,
            r#"{"type":"room","id":"a","name":"A","created_at":"2026-01-01T00:00:00Z","owner":"x"}"#,
            r#"{"type":"room","id":["a"],"name":"A","created_at":"2026-01-01T00:00:00Z"}"#,
        ] {
            let read = all(&format!("{bad}\n{ROOM}\n")).await.unwrap();
            assert!(matches!(read[0].0, Line::Refused(_)), "{bad}");
            assert!(matches!(read[1].0, Line::Record(_)), "{bad}");
        }
    }

    #[tokio::test]
    async fn a_line_without_end_is_not_read_into_memory() {
        let error = all(&"x".repeat(MAX_LINE * 3)).await.unwrap_err();
        assert!(error.to_string().contains("longer"), "{error}");
    }
}
