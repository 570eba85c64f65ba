use futures_util::{StreamExt, future::join_all, stream};

use super::*;

const MIB: usize = 1 << 20;

#[tokio::test]
async fn a_file_comes_back_as_it_was_with_what_is_known_of_it() {
    let setup = Setup::open().await;
    for size in [0, 1, 100_000, 5 * MIB, 11 * MIB + 3] {
        let content = content(size);
        let body = form(&[
            text("room_id", "general"),
            file("a b.bin", &content),
            text("user_id", "ann"),
        ]);
        let answer = setup.upload(body).await;
        assert_eq!(answer.status, StatusCode::CREATED);
        let stored = answer.json();
        assert_eq!(stored["filename"], "a b.bin");
        assert_eq!(stored["content_type"], "application/octet-stream");
        assert_eq!(
            (&stored["size"], &stored["room_id"], &stored["uploaded_by"]),
            (&size.into(), &"general".into(), &"ann".into())
        );
        let id = stored["id"].as_str().expect("an id");
        assert_eq!(stored["url"], format!("/api/files/{id}/download"));
        assert_eq!(setup.get(&format!("/{id}")).await.json(), stored);
        let download = setup.get(&format!("/{id}/download")).await;
        assert_eq!(
            (download.status, download.body.len()),
            (StatusCode::OK, size)
        );
        assert!(download.body == content);
    }
    assert_eq!(setup.pending().await, 0);
}

#[tokio::test]
async fn labels_may_come_after_the_file_or_in_the_query_and_the_form_wins() {
    let setup = Setup::open().await;
    let plain = form(&[file("a", b"x")]);
    let stored = setup
        .upload_to("/upload?room_id=devops&uploaded_by=bob", plain.clone())
        .await
        .json();
    assert_eq!(
        (&stored["room_id"], &stored["uploaded_by"]),
        (&"devops".into(), &"bob".into())
    );
    let labelled = form(&[
        file("a", b"x"),
        text("room_id", "general"),
        text("unknown", "ignored"),
    ]);
    let stored = setup
        .upload_to("/upload?room_id=devops", labelled)
        .await
        .json();
    assert_eq!(
        (&stored["room_id"], &stored["uploaded_by"]),
        (&"general".into(), &Value::Null)
    );
    let stored = setup
        .upload_to("/upload?room_id=&user_id=", plain)
        .await
        .json();
    assert_eq!(
        (&stored["room_id"], &stored["uploaded_by"]),
        (&Value::Null, &Value::Null)
    );
}

#[tokio::test]
async fn a_file_over_the_limit_leaves_nothing() {
    let setup = Setup::with(&["--auth", "open"], &["--file-max-bytes", "6000000"]).await;
    // More than one part has been written when the limit is found.
    let answer = setup
        .upload(form(&[file("big", &content(6_000_001))]))
        .await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (StatusCode::PAYLOAD_TOO_LARGE, "too_large")
    );
    setup.assert_empty("one byte over").await;
    // By its own word: nothing is read. Without a word: the count finds it.
    let endless = || {
        Body::from_stream(stream::repeat_with(|| {
            Ok::<_, std::io::Error>(Bytes::from(vec![7; 65_536]))
        }))
    };
    let announced = [
        ("content-type", form_type()),
        ("content-length", "104857600".to_owned()),
    ];
    let announced: Vec<_> = announced
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let answer = setup
        .send(request(Method::POST, "/upload", &announced, endless()))
        .await;
    assert_eq!(answer.code(), "too_large");
    let head = Bytes::from(form(&[file("endless", b"")]));
    let head = head.slice(..head.len() - BOUNDARY.len() - 8);
    let body = stream::once(async { Ok(head) }).chain(stream::repeat_with(|| {
        Ok::<_, std::io::Error>(Bytes::from(vec![7; 65_536]))
    }));
    assert_eq!(
        setup.upload(Body::from_stream(body)).await.code(),
        "too_large"
    );
    setup.assert_empty("an endless body").await;
    let answer = setup
        .upload(form(&[file("fits", &content(6_000_000))]))
        .await;
    assert_eq!(answer.status, StatusCode::CREATED);
}

#[tokio::test]
async fn a_body_that_is_cut_off_anywhere_leaves_nothing() {
    let setup = Setup::with(&["--auth", "open"], &["--file-uploads-per-minute", "0"]).await;
    let whole = form(&[
        text("room_id", "general"),
        file("a.bin", &content(300)),
        text("user_id", "ann"),
    ]);
    let end = whole.len() - 4;
    for cut in (0..end).step_by(7).chain([end - 1]) {
        let ended = setup.upload(whole[..cut].to_vec()).await;
        assert_eq!(ended.code(), "incomplete_body", "{cut}");
        let reset = [
            Ok(Bytes::from(whole[..cut].to_vec())),
            Err(std::io::Error::other("reset")),
        ];
        let broken = setup.upload(Body::from_stream(stream::iter(reset))).await;
        assert_eq!(
            (broken.status, broken.code().as_str()),
            (StatusCode::BAD_REQUEST, "incomplete_body"),
            "{cut}"
        );
    }
    setup.assert_empty("a short body").await;
    let large = form(&[file("a.bin", &content(12 * MIB))]);
    assert_eq!(
        setup.upload(large[..11 * MIB].to_vec()).await.code(),
        "incomplete_body"
    );
    setup.assert_empty("a large body").await;
}

#[tokio::test]
async fn a_client_that_goes_away_leaves_nothing() {
    let setup = Setup::open().await;
    let head = Bytes::from(form(&[file("a.bin", &content(6 * MIB))])).slice(..6 * MIB);
    let (sender, receiver) = tokio::sync::oneshot::channel::<()>();
    let rest = stream::once(async move {
        let _ = receiver.await;
        Err(std::io::Error::other("reset"))
    });
    let body = Body::from_stream(stream::once(async { Ok(head) }).chain(rest));
    let request = request(
        Method::POST,
        "/upload",
        &[("content-type", &form_type())],
        body,
    );
    let handler = tokio::spawn(setup.router.clone().oneshot(request));
    wait("the upload has begun", || setup.objects() == 1).await;
    // What the server does with a handler whose connection is gone.
    handler.abort();
    drop(sender);
    setup.assert_empty("a client that went away").await;
}

#[tokio::test]
async fn a_client_that_stands_still_is_given_up() {
    let setup = Setup::with(&["--auth", "open"], &["--file-upload-idle-seconds", "1"]).await;
    let half = Bytes::from(form(&[file("a.bin", &content(100))])).slice(..120);
    let body = stream::once(async { Ok::<_, std::io::Error>(half) }).chain(stream::pending());
    let answer = setup.upload(Body::from_stream(body)).await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (StatusCode::REQUEST_TIMEOUT, "upload_timeout")
    );
    setup.assert_empty("an idle upload").await;
}

#[tokio::test]
async fn a_client_that_trickles_is_given_up_too() {
    let setup = Setup::with(&["--auth", "open"], &["--file-upload-seconds", "1"]).await;
    let head = Bytes::from(form(&[file("a.bin", &content(100))])).slice(..120);
    let drops = stream::unfold((), |()| async {
        tokio::time::sleep(Duration::from_millis(20)).await;
        Some((Ok::<_, std::io::Error>(Bytes::from_static(b"x")), ()))
    });
    let answer = setup
        .upload(Body::from_stream(
            stream::once(async { Ok(head) }).chain(drops),
        ))
        .await;
    assert_eq!(answer.code(), "upload_timeout");
    // The store was never asked to finish it, so nothing is in doubt.
    setup.assert_empty("a trickling upload").await;
}

#[tokio::test]
async fn a_stopping_process_gives_uploads_up() {
    let setup = Setup::with(&["--auth", "open", "--shutdown-grace-seconds", "0"], &[]).await;
    let half = Bytes::from(form(&[file("a.bin", &content(100))])).slice(..120);
    let body = Body::from_stream(
        stream::once(async { Ok::<_, std::io::Error>(half) }).chain(stream::pending()),
    );
    let uploading = setup.upload(body);
    let stop = async {
        tokio::task::yield_now().await;
        setup.app.ctx.shutdown.cancel();
    };
    let (answer, ()) = tokio::join!(uploading, stop);
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    setup.assert_empty("a stopping process").await;
}

#[tokio::test]
async fn bodies_that_are_no_upload_are_refused() {
    let setup = Setup::with(&["--auth", "open"], &["--file-uploads-per-minute", "0"]).await;
    let two = form(&[file("a", b"1"), file("b", b"2")]);
    let none_chosen = form(&[file("", b"")]);
    let too_long = text("room_id", &"x".repeat(300));
    let cases: [(Vec<u8>, &str); 10] = [
        (two, "too_many_files"),
        (form(&[text("room_id", "general")]), "missing_file"),
        (form(&[]), "missing_file"),
        (none_chosen, "missing_file"),
        (form(&[too_long, file("a", b"1")]), "malformed_form"),
        (form(&vec![text("x", "y"); 40]), "malformed_form"),
        (
            form(&[file("a", b"1"), text("room_id", "../etc")]),
            "invalid_id",
        ),
        (
            form(&[file("a", b"1"), text("user_id", "a/b")]),
            "invalid_id",
        ),
        (
            form(&[text("room_id", "a\0b"), file("a", b"1")]),
            "invalid_id",
        ),
        (Vec::new(), "incomplete_body"),
    ];
    for (body, code) in cases {
        let answer = setup.upload(body).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (StatusCode::BAD_REQUEST, code)
        );
        setup.assert_empty(code).await;
    }
    for wrong in [
        "application/json",
        "multipart/form-data",
        "multipart/mixed; boundary=x",
        "multipart/form-data; boundary=",
        "text/plain",
    ] {
        let answer = setup
            .send(request(
                Method::POST,
                "/upload",
                &[("content-type", wrong)],
                Body::from("{}"),
            ))
            .await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type"),
            "{wrong}"
        );
    }
    let long = format!("multipart/form-data; boundary={}", "x".repeat(71));
    let answer = setup
        .send(request(
            Method::POST,
            "/upload",
            &[("content-type", &long)],
            Body::empty(),
        ))
        .await;
    assert_eq!(answer.code(), "unsupported_media_type");
}

#[tokio::test]
async fn names_that_attack_become_names() {
    let setup = Setup::open().await;
    for (given, kept) in [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("/absolute", "absolute"),
        ("%2e%2e%2fx", "%2e%2e%2fx"),
        ("..", "file"),
        ("photo\u{202e}gnp.exe", "photognp.exe"),
        ("quote\\\".html", "quote\".html"),
        (&"n".repeat(10_000), &"n".repeat(255)),
    ] {
        let stored = setup.store(given, b"x").await;
        if given.contains('"') {
            // A backslash before a quote is the quote's escape in a header, or a path of Windows: either is harmless.
            assert!(
                ["quote\".html", "\".html"].contains(&stored["filename"].as_str().expect("a name")),
                "{stored}"
            );
        } else {
            assert_eq!(stored["filename"], kept, "{given:?}");
        }
        let answer = setup
            .get(&format!(
                "/{}/download",
                stored["id"].as_str().expect("an id")
            ))
            .await;
        assert!(answer.header(header::CONTENT_DISPOSITION).is_ascii());
    }
    // A header cannot hold a NUL, so the form is none.
    assert_eq!(
        setup
            .upload(form(&[file("nul\0byte.txt", b"x")]))
            .await
            .code(),
        "malformed_form"
    );
    let nothing_outside = std::fs::read_dir(setup.folder.path())
        .expect("a folder")
        .count();
    // Databases and their logs, the objects, and keys if any.
    assert!(nothing_outside <= 5, "{nothing_outside}");
}

#[tokio::test]
async fn memory_is_bounded_by_the_uploads_that_run() {
    const UPLOADS: usize = 6;
    let limits = [
        "--file-concurrent-uploads-per-user",
        "6",
        "--file-max-bytes",
        "20000000",
    ];
    let setup = Setup::with(&["--auth", "open"], &limits).await;
    let body = Bytes::from(form(&[file("a.bin", &content(16 * MIB))]));
    let pieces = |body: Bytes| {
        let pieces = (0..body.len())
            .step_by(200_000)
            .map(move |at| Ok::<_, std::io::Error>(body.slice(at..body.len().min(at + 200_000))));
        Body::from_stream(stream::iter(pieces))
    };
    let answers = join_all((0..UPLOADS).map(|_| setup.upload(pieces(body.clone())))).await;
    assert!(
        answers
            .iter()
            .all(|answer| answer.status == StatusCode::CREATED)
    );
    let peak = setup.app.objects.peak_buffered_bytes();
    assert!(
        peak <= UPLOADS * folkmoot_common::objects::PART_BYTES,
        "{peak}"
    );
}

#[tokio::test]
async fn more_uploads_than_places_are_told_to_wait() {
    let limits = [
        "--file-concurrent-uploads",
        "3",
        "--file-concurrent-uploads-per-user",
        "2",
    ];
    let setup = Setup::with(&["--auth", "open"], &limits).await;
    let _held: Vec<_> = ["127.0.0.1", "127.0.0.1"]
        .into_iter()
        .map(|user| setup.app.slots.take(user).expect("a place"))
        .collect();
    let answer = setup.upload(form(&[file("a", b"1")])).await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (StatusCode::TOO_MANY_REQUESTS, "rate_limited")
    );
    assert!(answer.headers.contains_key(header::RETRY_AFTER));
    drop(_held);
    let _others: Vec<_> = ["x", "y", "z"]
        .into_iter()
        .map(|user| setup.app.slots.take(user).expect("a place"))
        .collect();
    assert_eq!(
        setup.upload(form(&[file("a", b"1")])).await.status,
        StatusCode::SERVICE_UNAVAILABLE
    );
    setup.assert_empty("refused uploads").await;
}

#[tokio::test]
async fn uploads_are_limited_in_number() {
    let setup = Setup::with(&["--auth", "open"], &["--file-uploads-per-minute", "2"]).await;
    for _ in 0..2 {
        setup.store("a", b"1").await;
    }
    assert_eq!(
        setup.upload(form(&[file("a", b"1")])).await.code(),
        "rate_limited"
    );
    setup.clock.advance(TimeDelta::minutes(1));
    setup.store("a", b"1").await;
}
