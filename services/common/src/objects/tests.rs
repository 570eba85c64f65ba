use std::time::Instant;

use futures_util::TryStreamExt;

use super::*;
use crate::config::{self, Settings};

async fn open(arguments: &[&str]) -> Objects {
    let settings: Settings = config::parse_args(arguments).expect("settings");
    Objects::open(&settings, &Health::default())
        .await
        .expect("a store")
}

async fn folder() -> (tempfile::TempDir, Objects) {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("file://{}", folder.path().display());
    let objects = open(&["--object-store-url", &url]).await;
    (folder, objects)
}

fn files(folder: &tempfile::TempDir) -> usize {
    let children = |path: &std::path::Path| {
        std::fs::read_dir(path)
            .map(Iterator::collect::<Vec<_>>)
            .unwrap_or_default()
    };
    children(&folder.path().join("files")).len()
}

fn content(bytes: usize) -> Vec<u8> {
    (0..bytes).map(|index| (index % 251) as u8).collect()
}

async fn put(objects: &Objects, key: &str, content: &[u8]) {
    let mut upload = objects.upload(key);
    for piece in content.chunks(70_001) {
        upload.write(piece).await.expect("written");
    }
    upload.finish().await.expect("stored");
}

async fn get(objects: &Objects, key: &str, range: Option<Range<u64>>) -> Vec<u8> {
    let chunks: Vec<Bytes> = objects
        .read(key, range)
        .await
        .expect("found")
        .try_collect()
        .await
        .expect("read");
    chunks.concat()
}

#[tokio::test]
async fn objects_of_any_size_come_back_whole_and_in_ranges() {
    let (_folder, objects) = folder().await;
    for (index, size) in [
        0,
        1,
        PART_BYTES - 1,
        PART_BYTES,
        PART_BYTES + 1,
        2 * PART_BYTES,
        2 * PART_BYTES + 7,
    ]
    .into_iter()
    .enumerate()
    {
        let (key, content) = (format!("files/{index}"), content(size));
        put(&objects, &key, &content).await;
        assert_eq!(objects.size(&key).await, Ok(size as u64));
        assert!(get(&objects, &key, None).await == content, "{size}");
        let (from, to) = (size / 3, size - size / 4);
        if from < to {
            assert!(
                get(&objects, &key, Some(from as u64..to as u64)).await == content[from..to],
                "{size}"
            );
        }
    }
    assert!(objects.peak_buffered_bytes() <= PART_BYTES);
}

#[tokio::test]
async fn an_upload_that_is_given_up_leaves_nothing() {
    let (folder, objects) = folder().await;
    for size in [10, 2 * PART_BYTES + 1] {
        let mut upload = objects.upload("files/aborted");
        upload.write(&content(size)).await.expect("written");
        upload.abort().await;
        let mut upload = objects.upload("files/dropped");
        upload.write(&content(size)).await.expect("written");
        drop(upload);
    }
    // The store removes the file of a dropped upload on another thread.
    let deadline = Instant::now() + std::time::Duration::from_secs(5);
    while files(&folder) > 0 {
        assert!(Instant::now() < deadline, "a file is left");
        tokio::task::yield_now().await;
    }
    assert_eq!(objects.buffered.now.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn deleting_removes_what_a_dead_process_left_and_may_be_repeated() {
    let (folder, objects) = folder().await;
    put(&objects, "files/a", b"whole").await;
    std::fs::write(folder.path().join("files/a#1"), b"half").expect("written");
    for _ in 0..2 {
        objects.delete("files/a", None).await.expect("deleted");
        assert_eq!(files(&folder), 0);
    }
    assert_eq!(objects.size("files/a").await, Err(ObjectError::NotFound));
    assert_eq!(
        objects.read("files/a", None).await.err(),
        Some(ObjectError::NotFound)
    );
}

#[tokio::test]
async fn a_folder_that_is_gone_is_an_outage() {
    let (folder, objects) = folder().await;
    objects.check().await.expect("works");
    std::fs::remove_dir_all(folder.path()).expect("removed");
    std::fs::write(folder.path(), b"a file instead").expect("written");
    assert!(matches!(
        objects.check().await,
        Err(ObjectError::Unavailable(_))
    ));
    let mut upload = objects.upload("files/a");
    upload.write(b"x").await.expect("buffered");
    assert!(matches!(
        upload.finish().await,
        Err(ObjectError::Unavailable(_))
    ));
    std::fs::remove_file(folder.path()).expect("removed");
}

#[tokio::test]
async fn a_server_that_is_away_does_not_stop_the_start_and_is_told_within_seconds() {
    let objects = open(&["--minio-endpoint", "127.0.0.1:9"]).await;
    let started = Instant::now();
    assert!(matches!(
        objects.check().await,
        Err(ObjectError::Unavailable(_))
    ));
    let mut upload = objects.upload("files/a");
    upload.write(b"x").await.expect("buffered");
    assert!(matches!(
        upload.finish().await,
        Err(ObjectError::Unavailable(_))
    ));
    assert!(matches!(
        objects.size("files/a").await,
        Err(ObjectError::Unavailable(_))
    ));
    assert!(started.elapsed().as_secs() < 10, "{:?}", started.elapsed());
}

#[tokio::test]
async fn keys_and_signatures_are_not_in_errors() {
    let objects = open(&[
        "--object-store-url",
        "s3://KEYKEY:hunter2@files?endpoint=http://127.0.0.1:9",
    ])
    .await;
    let mut upload = objects.upload("files/a");
    upload.write(b"x").await.expect("buffered");
    let error = upload.finish().await.expect_err("an outage").to_string();
    assert!(
        !error.contains("hunter2") && !error.contains("KEYKEY") && !error.contains("ignature"),
        "{error}"
    );
}
