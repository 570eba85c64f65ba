use std::sync::atomic::{AtomicU32, Ordering};

use futures_util::TryStreamExt as _;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::{
    config::{self, Settings},
    objects::PART_BYTES,
};

async fn context(folder: &tempfile::TempDir) -> Context {
    let data_dir = folder.path().to_string_lossy().into_owned();
    let settings: Settings = config::parse_args(&["--data-dir", &data_dir]).expect("settings");
    Context::new(settings, CancellationToken::new())
        .await
        .expect("a context")
}

fn request(ctx: &Context, export_id: &str) -> Event {
    let data = ExportRequested {
        export_id: export_id.to_owned(),
        user_id: "ann".to_owned(),
        requested_at: ctx.clock.now(),
    };
    Event::new(ctx, ServiceName::Identity, EXPORT_REQUESTED, &data).expect("an event")
}

/// What is told of parts.
fn told(ctx: &Context) -> mpsc::UnboundedReceiver<ExportWritten> {
    let (sender, receiver) = mpsc::unbounded_channel();
    let spec = ConsumerSpec {
        durable: "test",
        types: &EXPORT_WRITTEN,
    };
    ctx.bus.consume(spec, move |event| {
        let sent = sender.send(event.parse().expect("a part"));
        std::future::ready(sent.map_err(Into::into))
    });
    receiver
}

async fn stored(ctx: &Context, export_id: Uuid) -> Vec<u8> {
    let objects = open(ctx).await.expect("a store");
    let key = key(export_id, ServiceName::Chat);
    let chunks: Vec<bytes::Bytes> = objects
        .read(&key, None)
        .await
        .expect("found")
        .try_collect()
        .await
        .expect("read");
    chunks.concat()
}

#[tokio::test]
async fn a_part_is_written_once_and_told_each_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let ctx = context(&folder).await;
    let mut told = told(&ctx);
    let calls = Arc::new(AtomicU32::new(0));
    let counted = calls.clone();
    let exporter = Exporter::new(
        &ctx,
        ServiceName::Chat,
        move |user_id: String, mut lines: Lines| {
            counted.fetch_add(1, Ordering::SeqCst);
            async move {
                for number in 0..3 {
                    let text = "two\nlines \u{2028} <script>";
                    lines
                        .write(
                            "message",
                            &json!({"by": user_id, "n": number, "text": text}),
                        )
                        .await?;
                }
                Ok(lines)
            }
        },
    );
    exporter.listen();
    let export_id = ctx.ids.next();
    for _ in 0..2 {
        let event = request(&ctx, &export_id.to_string());
        assert_eq!(ctx.bus.publish(&[event]).await, [true]);
        let part = told.recv().await.expect("a part");
        assert_eq!(
            (part.export_id, part.service.as_str()),
            (export_id.to_string(), "chat")
        );
        assert_eq!(part.bytes, stored(&ctx, export_id).await.len() as u64);
        forgotten(&exporter).await;
    }
    assert_eq!(calls.load(Ordering::SeqCst), 1);
    let text = String::from_utf8(stored(&ctx, export_id).await).expect("UTF-8");
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[2]["type"], "message");
    assert_eq!(lines[2]["data"]["by"], "ann");
    assert_eq!(lines[2]["data"]["n"], 2);
}

/// Waits until no task works on an export.
async fn forgotten<F>(exporter: &Exporter<F>) {
    let deadline = tokio::time::Instant::now() + Duration::from_secs(10);
    while !exporter.0.known.lock().is_empty() {
        assert!(tokio::time::Instant::now() < deadline, "a task goes on");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

#[tokio::test]
async fn a_part_that_fails_leaves_nothing_and_is_tried_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let ctx = context(&folder).await;
    let mut told = told(&ctx);
    let calls = Arc::new(AtomicU32::new(0));
    let counted = calls.clone();
    start(&ctx, ServiceName::Chat, move |_, mut lines| {
        let call = counted.fetch_add(1, Ordering::SeqCst);
        async move {
            lines.write("message", &"x".repeat(PART_BYTES)).await?;
            lines.write("message", &"the second part").await?;
            anyhow::ensure!(call > 0, "the database is away");
            Ok(lines)
        }
    });
    let export_id = ctx.ids.next();
    let event = request(&ctx, &export_id.to_string());
    assert_eq!(ctx.bus.publish(&[event]).await, [true]);
    let part = told.recv().await.expect("a part");
    assert_eq!(calls.load(Ordering::SeqCst), 2);
    assert_eq!(part.bytes, stored(&ctx, export_id).await.len() as u64);
    let files = std::fs::read_dir(folder.path().join(format!("objects/exports/{export_id}")));
    assert_eq!(files.expect("a folder").count(), 1);
}

#[tokio::test]
async fn much_is_written_with_little_in_memory() {
    let folder = tempfile::tempdir().expect("a folder");
    let ctx = context(&folder).await;
    let objects = open(&ctx).await.expect("a store");
    let mut lines = Lines::new(objects.upload("exports/much"));
    let text = "x".repeat(16 << 10);
    for _ in 0..2_000 {
        lines.write("message", &text).await.expect("written");
    }
    assert_eq!(lines.count(), 2_000);
    let bytes = lines.finish().await.expect("stored");
    assert!(bytes > 6 * PART_BYTES as u64);
    assert_eq!(objects.size("exports/much").await, Ok(bytes));
    assert!(objects.peak_buffered_bytes() <= PART_BYTES);
}

#[tokio::test]
async fn an_id_that_is_a_path_is_no_export() {
    let folder = tempfile::tempdir().expect("a folder");
    let ctx = context(&folder).await;
    let exporter = Exporter::new(&ctx, ServiceName::Chat, |_: String, lines: Lines| async {
        Ok(lines)
    });
    exporter.listen();
    for bad in ["", "..", "../../keys", "a/b", "%2e%2e", "1\u{0}"] {
        let event = request(&ctx, bad);
        assert_eq!(ctx.bus.publish(&[event]).await, [true], "{bad:?}");
    }
    let odd = Event {
        data: json!(["no request"]),
        ..request(&ctx, "x")
    };
    assert_eq!(ctx.bus.publish(&[odd]).await, [true]);
    forgotten(&exporter).await;
    assert!(!folder.path().join("objects").exists());
}
