//! Files, through the real executable's code, on embedded backends and on a real PostgreSQL and S3 server.

use std::{path::Path, time::Instant};

use bytes::Bytes;
use folkmoot_common::{
    ServiceName,
    config::{Settings, parse_args},
    health::Health,
    objects::{ObjectError, Objects, PART_BYTES},
};
use folkmoot_tests::{
    Stop,
    app::{Answer, Backends, Member, Stores, TestApp, send, try_send},
    backends::{Bucket, S3},
    on_both_backends,
    process::Folkmoot,
    wait,
};
use futures_util::{StreamExt, TryStreamExt, stream};
use reqwest::{Body, Method, StatusCode, multipart};
use serde_json::json;

const FILE: &[ServiceName] = &[ServiceName::File];
const MIB: usize = 1 << 20;

fn content(bytes: usize) -> Vec<u8> {
    (0..bytes).map(|index| (index % 251) as u8).collect()
}

/// Regular files below `folder`, whatever the server calls them.
fn files_below(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| {
            if entry.path().is_dir() {
                files_below(&entry.path())
            } else {
                1
            }
        })
        .sum()
}

/// Where the objects of these stores are, in either kind.
fn stored(stores: &Stores) -> usize {
    match &stores.bucket {
        Some(bucket) => files_below(&bucket.folder),
        None => files_below(&stores.data_dir().join("objects")),
    }
}

async fn nothing_is_stored(member: &Member, stores: &Stores, after: &str) {
    let what = format!("nothing is stored after {after}");
    wait::until(&what, async || (stored(stores) == 0).then_some(())).await;
    assert_eq!(member.get("/files").await.expect(200), json!([]), "{after}");
}

async fn upload(member: &Member, name: &str, content: Vec<u8>) -> Answer {
    member
        .upload("/upload", name, "application/octet-stream", content)
        .await
}

/// The service alone. It believes tokens that are signed with the keys of its data folder.
async fn start(backends: Backends) -> TestApp {
    start_on(&Stores::new(backends).await).await
}

async fn start_on(stores: &Stores) -> TestApp {
    // Makes the keys, which identity does elsewhere.
    let _ = stores.issuer();
    TestApp::embedded()
        .services(FILE)
        .stores(stores)
        .start()
        .await
}

async fn on_s3(bucket: &Bucket) -> Stores {
    Stores {
        bucket: Some(bucket.clone()),
        ..Stores::embedded()
    }
}

on_both_backends! {
    async fn a_client_written_from_the_document_works(backends: Backends) {
        let app = TestApp::on(backends).services(FILE).open().start().await;
        let part = multipart::Part::bytes(b"hello".to_vec()).file_name("notes.txt");
        let form = multipart::Form::new().part("file", part).text("room_id", "general");
        let file = send(app.request(Method::POST, "/upload").multipart(form)).await;
        assert!(file.status.is_success(), "{}", file.text());
        let file = file.json();
        let id = file["id"].as_str().expect("an id");
        assert_eq!(app.get("/files").await.expect(200), json!([file]));
        assert_eq!(app.get("/files?room_id=general").await.expect(200), json!([file]));
        assert_eq!(app.get("/files?room_id=devops").await.expect(200), json!([]));
        assert_eq!(app.get(&format!("/{id}")).await.expect(200), file);
        let download = app.get(&format!("/{id}/download")).await;
        assert_eq!((download.status, download.text()), (StatusCode::OK, "hello".to_owned()));
        let health = app.get("/health").await.expect(200);
        assert_eq!((&health["status"], &health["minio"]), (&"ok".into(), &"ok".into()));
        app.get("/openapi.json").await.expect(200);
        assert_eq!(app.get("/docs/").await.status, StatusCode::OK);
    }

    async fn files_come_back_whole_and_in_parts(backends: Backends) {
        let app = start(backends).await;
        let ann = app.member("ann");
        for size in [0, 1, PART_BYTES, 2 * PART_BYTES + 3] {
            let content = content(size);
            let file = upload(&ann, "a.bin", content.clone()).await.expect(201);
            assert_eq!((&file["size"], &file["uploaded_by"]), (&size.into(), &ann.user_id.clone().into()));
            let path = format!("/{}/download", file["id"].as_str().expect("an id"));
            let whole = ann.get(&path).await;
            assert_eq!(whole.status, StatusCode::OK);
            assert!(whole.body == content, "{size}");
            let etag = whole.header("etag").expect("an etag").to_owned();
            let known = send(ann.request(Method::GET, &path).header("if-none-match", &etag)).await;
            assert_eq!(known.status, StatusCode::NOT_MODIFIED);
            if size > 10 {
                let part = send(ann.request(Method::GET, &path).header("range", format!("bytes={}-", size - 10))).await;
                assert_eq!(part.status, StatusCode::PARTIAL_CONTENT);
                assert!(part.body == content[size - 10..], "{size}");
            }
            assert_eq!(app.get(&path).await.status, StatusCode::UNAUTHORIZED);
        }
    }

    async fn what_fails_leaves_nothing_in_either_store(backends: Backends) {
        let app = start(backends).await;
        let ann = app.member("ann");
        // The client sends all of it and reads a clear answer, with and without saying how much comes.
        let huge = upload(&ann, "huge.bin", vec![7; 100 * MIB]).await;
        huge.expect_problem(413, "too_large");
        nothing_is_stored(&ann, &app.stores, "100 MB").await;
        let pieces = stream::repeat_with(|| Ok::<_, std::io::Error>(Bytes::from(vec![7; 65_536]))).take(1_600);
        let form = |body: Body| multipart::Form::new().part("file", multipart::Part::stream(body).file_name("a.bin"));
        let request = ann.request(Method::POST, "/upload").multipart(form(Body::wrap_stream(pieces)));
        send(request).await.expect_problem(413, "too_large");
        nothing_is_stored(&ann, &app.stores, "100 MB of unknown length").await;

        for size in [MIB, 2 * PART_BYTES + MIB] {
            let half = stream::iter([Ok(Bytes::from(vec![7; size])), Err(std::io::Error::other("cut off"))]);
            let request = ann.request(Method::POST, "/upload").multipart(form(Body::wrap_stream(half)));
            assert!(try_send(request).await.is_err());
            nothing_is_stored(&ann, &app.stores, "an upload that was cut off").await;
        }

        let form = form(Body::from("x")).text("room_id", "../../etc");
        send(ann.request(Method::POST, "/upload").multipart(form)).await.expect_problem(400, "invalid_id");
        nothing_is_stored(&ann, &app.stores, "a wrong room").await;
    }

    async fn a_refusal_is_read_by_who_is_still_sending(backends: Backends) {
        let app = start(backends).await;
        let (nobody, ann) = (app.guest("nobody"), app.member("ann"));
        let large = || content(60 * MIB);
        for _ in 0..3 {
            upload(&nobody, "a.bin", large()).await.expect_problem(401, "unauthorized");
            upload(&ann, "a.bin", large()).await.expect_problem(413, "too_large");
            let request = ann.request(Method::POST, "/upload").body(large());
            send(request).await.expect_problem(415, "unsupported_media_type");
            let request = ann.request(Method::POST, "/upload?user_id=bob").body(large());
            send(request).await.expect_problem(403, "forbidden");
        }
    }

    async fn a_deleted_file_leaves_both_stores(backends: Backends) {
        let app = start(backends).await;
        let (ann, bob) = (app.member("ann"), app.member("bob"));
        let file = upload(&ann, "a.txt", content(7 * MIB)).await.expect(201);
        let path = format!("/{}", file["id"].as_str().expect("an id"));
        bob.delete(&path).await.expect_problem(404, "file_not_found");
        ann.delete(&path).await.expect(204);
        ann.get(&path).await.expect_problem(404, "file_not_found");
        nothing_is_stored(&ann, &app.stores, "deleting").await;
    }

    async fn the_edge_gives_files_their_public_address(backends: Backends) {
        let app = TestApp::on(backends).start().await;
        let ann = app.member("ann");
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        let file = ann.upload("/api/files/upload", "../../r\u{f6}ck.png", "text/html", png.clone()).await.expect(201);
        assert_eq!((&file["filename"], &file["content_type"]), (&"r\u{f6}ck.png".into(), &"image/png".into()));
        let download = ann.get(file["url"].as_str().expect("an address")).await;
        assert_eq!(download.status, StatusCode::OK);
        assert!(download.body == png);
        for (name, value) in [
            ("content-type", "image/png"),
            ("x-content-type-options", "nosniff"),
            ("content-security-policy", "default-src 'none'; frame-ancestors 'none'; sandbox"),
            ("cache-control", "private, max-age=86400, immutable"),
            ("content-disposition", "inline; filename=\"r_ck.png\"; filename*=UTF-8''r%C3%B6ck.png"),
        ] {
            assert_eq!(download.header(name), Some(value), "{name}");
        }
        assert_eq!(ann.get("/api/files/files?limit=1").await.expect(200), json!([file]));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_uploaded_through_one_process_is_downloaded_through_another() {
    let stores = Stores::real().await;
    let _ = stores.issuer();
    let (one, other) = tokio::join!(
        Folkmoot::serve(FILE).stores(&stores).start(),
        Folkmoot::serve(FILE).stores(&stores).start()
    );
    let content = content(12 * MIB);
    let ann = one.member("ann");
    let file = upload(&ann, "a.bin", content.clone()).await.expect(201);
    let elsewhere = ann.at(other.site());
    let download = elsewhere
        .get(&format!(
            "/{}/download",
            file["id"].as_str().expect("an id")
        ))
        .await;
    assert_eq!(download.status, StatusCode::OK);
    assert!(download.body == content);
    assert_eq!(elsewhere.get("/files").await.expect(200), json!([file]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_start_finds_what_the_first_one_stored() {
    let app = start(Backends::Embedded).await;
    let ann = app.member("ann");
    let file = upload(&ann, "a.txt", b"hello".to_vec()).await.expect(201);
    let app = app.restart().await;
    let download = ann
        .at(app.site())
        .get(&format!(
            "/{}/download",
            file["id"].as_str().expect("an id")
        ))
        .await;
    assert_eq!(download.text(), "hello");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_object_store_that_stops_is_told_at_once_and_comes_back() {
    let s3 = S3::start().await;
    let stores = on_s3(&s3.create_bucket()).await;
    let app = start_on(&stores).await;
    let ann = app.member("ann");
    let file = upload(&ann, "before.txt", b"before".to_vec())
        .await
        .expect(201);
    let path = format!("/{}/download", file["id"].as_str().expect("an id"));

    s3.stop(Stop::Kill).await;
    let started = Instant::now();
    let refused = upload(&ann, "during.txt", b"during".to_vec()).await;
    refused.expect_problem(503, "unavailable");
    assert!(refused.header("retry-after").is_some());
    let large = upload(&ann, "during.bin", content(12 * MIB)).await;
    large.expect_problem(503, "unavailable");
    ann.get(&path).await.expect_problem(503, "unavailable");
    let health = app.get("/health").await.expect(200);
    assert_eq!(
        (&health["status"], &health["minio"]),
        (&"degraded".into(), &"unavailable".into())
    );
    let ready = app.admin.get("/readyz").await;
    assert_eq!(ready.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(
        ready.json()["problems"]["objects"].is_string(),
        "{}",
        ready.text()
    );
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
    // Metadata is still served.
    assert_eq!(ann.get("/files").await.expect(200), json!([file]));

    s3.start_again().await;
    app.admin.wait_for("/readyz").await;
    assert_eq!(ann.get(&path).await.text(), "before");
    let after = upload(&ann, "after.txt", b"after".to_vec())
        .await
        .expect(201);
    assert_eq!(app.get("/health").await.expect(200)["status"], "ok");
    assert_eq!(ann.get("/files").await.expect(200), json!([after, file]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_object_store_that_hangs_is_an_outage_too() {
    let s3 = S3::start().await;
    let stores = on_s3(&s3.create_bucket()).await;
    let app = start_on(&stores).await;
    s3.pause().await;
    let health = app.get("/health").await.expect(200);
    assert_eq!(
        (&health["status"], &health["minio"]),
        (&"degraded".into(), &"unavailable".into())
    );
    assert_eq!(
        app.admin.get("/readyz").await.status,
        StatusCode::SERVICE_UNAVAILABLE
    );
    s3.resume();
    app.admin.wait_for("/readyz").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bucket_that_is_not_there_is_made() {
    let s3 = S3::shared().await;
    for _ in 0..2 {
        let bucket = s3.missing_bucket();
        let objects = objects_in(&bucket).await;
        let mut upload = objects.upload("files/first");
        upload.write(b"first").await.expect("buffered");
        upload.finish().await.expect("stored");
        assert_eq!(objects.size("files/first").await, Ok(5));
    }
    let bucket = s3.missing_bucket();
    objects_in(&bucket)
        .await
        .check()
        .await
        .expect("the check makes it");
    assert!(bucket.folder.is_dir());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_keys_are_told_without_the_keys() {
    let bucket = Bucket {
        secret_key: "hunter2".to_owned(),
        ..S3::shared().await.create_bucket()
    };
    let Err(ObjectError::Unavailable(reason)) = objects_in(&bucket).await.check().await else {
        panic!("a refusal")
    };
    assert!(!reason.contains("hunter2"), "{reason}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parts_that_a_dead_process_left_can_be_removed_by_their_name() {
    let bucket = S3::shared().await.create_bucket();
    let objects = objects_in(&bucket).await;
    let mut upload = objects.upload("files/cut-off");
    upload
        .write(&content(2 * PART_BYTES + 1))
        .await
        .expect("written");
    let multipart = upload
        .multipart_id()
        .expect("a multipart upload")
        .to_owned();
    // As if the process had died: nothing cleans up.
    std::mem::forget(upload);
    assert!(files_below(&bucket.folder) > 0);
    for _ in 0..2 {
        objects
            .delete("files/cut-off", Some(&multipart))
            .await
            .expect("removed");
        assert_eq!(files_below(&bucket.folder), 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_object_in_a_bucket_is_read_in_ranges_and_deleted_once_or_twice() {
    let bucket = S3::shared().await.create_bucket();
    let objects = objects_in(&bucket).await;
    let content = content(2 * PART_BYTES + 7);
    let mut upload = objects.upload("files/a");
    upload.write(&content).await.expect("written");
    upload.finish().await.expect("stored");
    assert!(objects.peak_buffered_bytes() <= PART_BYTES);
    let range = (PART_BYTES - 1) as u64..(PART_BYTES + 2) as u64;
    let chunks: Vec<Bytes> = objects
        .read("files/a", Some(range))
        .await
        .expect("found")
        .try_collect()
        .await
        .expect("read");
    assert!(chunks.concat() == content[PART_BYTES - 1..PART_BYTES + 2]);
    let listed: Vec<String> = objects.list("files").try_collect().await.expect("listed");
    assert_eq!(listed, ["files/a"]);
    for _ in 0..2 {
        objects.delete("files/a", None).await.expect("deleted");
    }
    assert_eq!(objects.size("files/a").await, Err(ObjectError::NotFound));
    assert_eq!(
        objects.read("files/a", None).await.err(),
        Some(ObjectError::NotFound)
    );
}

async fn objects_in(bucket: &Bucket) -> Objects {
    let settings: Settings = parse_args(&["--object-store-url", &bucket.url()]).expect("settings");
    Objects::open(&settings, &Health::default())
        .await
        .expect("a store")
}
