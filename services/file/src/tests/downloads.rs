use super::*;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";

async fn stored(setup: &Setup, name: &str, content: &[u8]) -> String {
    let file = setup.store(name, content).await;
    format!("/{}/download", file["id"].as_str().expect("an id"))
}

#[tokio::test]
async fn ranges() {
    let setup = Setup::open().await;
    let content = content(200_000);
    let path = stored(&setup, "a.bin", &content).await;
    for (range, from, to) in [
        ("bytes=0-0", 0, 1),
        ("bytes=5-99999", 5, 100_000),
        ("bytes=199999-", 199_999, 200_000),
        ("bytes=-70000", 130_000, 200_000),
    ] {
        let answer = setup
            .send(request(
                Method::GET,
                &path,
                &[("range", range)],
                Body::empty(),
            ))
            .await;
        assert_eq!(answer.status, StatusCode::PARTIAL_CONTENT, "{range}");
        assert_eq!(
            answer.header(header::CONTENT_RANGE),
            format!("bytes {from}-{}/200000", to - 1)
        );
        assert_eq!(
            answer.header(header::CONTENT_LENGTH),
            (to - from).to_string()
        );
        assert!(answer.body == content[from..to], "{range}");
    }
    for range in ["bytes=200000-", "bytes=-0"] {
        let answer = setup
            .send(request(
                Method::GET,
                &path,
                &[("range", range)],
                Body::empty(),
            ))
            .await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (StatusCode::RANGE_NOT_SATISFIABLE, "invalid_range")
        );
        assert_eq!(answer.header(header::CONTENT_RANGE), "bytes */200000");
    }
    for range in ["bytes=0-1,3-4", "bytes=9-1", "lines=1-2"] {
        let answer = setup
            .send(request(
                Method::GET,
                &path,
                &[("range", range)],
                Body::empty(),
            ))
            .await;
        assert_eq!(
            (answer.status, answer.body.len()),
            (StatusCode::OK, 200_000),
            "{range}"
        );
    }
}

#[tokio::test]
async fn a_copy_that_is_still_right_is_not_sent_again() {
    let setup = Setup::open().await;
    let path = stored(&setup, "a.txt", b"hello").await;
    let first = setup.get(&path).await;
    let etag = first.header(header::ETAG).to_owned();
    assert!(etag.starts_with('"') && etag.len() > 20, "{etag}");
    assert_eq!(
        first.header(header::CACHE_CONTROL),
        "private, max-age=86400, immutable"
    );
    let again = setup
        .send(request(
            Method::GET,
            &path,
            &[("if-none-match", &etag)],
            Body::empty(),
        ))
        .await;
    assert_eq!(
        (again.status, again.body.len(), again.header(header::ETAG)),
        (StatusCode::NOT_MODIFIED, 0, etag.as_str())
    );
    let same_content = setup.get(&stored(&setup, "b.txt", b"hello").await).await;
    assert_eq!(same_content.header(header::ETAG), etag);
    let part = [("range", "bytes=1-2"), ("if-range", etag.as_str())];
    assert_eq!(
        setup
            .send(request(Method::GET, &path, &part, Body::empty()))
            .await
            .body,
        "el"
    );
    let stale = [("range", "bytes=1-2"), ("if-range", "\"other\"")];
    assert_eq!(
        setup
            .send(request(Method::GET, &path, &stale, Body::empty()))
            .await
            .body,
        "hello"
    );
    let head = setup
        .send(request(
            Method::HEAD,
            &path,
            &[("range", "bytes=1-2")],
            Body::empty(),
        ))
        .await;
    assert_eq!((head.status, head.body.len()), (StatusCode::OK, 0));
    assert_eq!(
        (
            head.header(header::CONTENT_LENGTH),
            head.header(header::ETAG)
        ),
        ("5", etag.as_str())
    );
}

#[tokio::test]
async fn nothing_that_was_uploaded_can_run_as_a_page() {
    let setup = Setup::open().await;
    let html: &[u8] = b"<!DOCTYPE html><script>fetch('/api/users')</script>";
    let svg: &[u8] = b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>";
    let gif_and_script: &[u8] = b"GIF89a/*\0\0*/=1;alert(1)";
    for (name, content, content_type, disposition) in [
        (
            "page.html",
            html,
            "text/plain; charset=utf-8",
            "attachment; filename=\"page.html\"",
        ),
        (
            "page.png",
            html,
            "text/plain; charset=utf-8",
            "attachment; filename=\"page.png\"",
        ),
        (
            "image.svg",
            svg,
            "text/plain; charset=utf-8",
            "attachment; filename=\"image.svg\"",
        ),
        (
            "feed.xml",
            b"<?xml version=\"1.0\"?><x/>",
            "text/plain; charset=utf-8",
            "attachment; filename=\"feed.xml\"",
        ),
        (
            "bom.html",
            b"\xff\xfe<\0h\0t\0m\0l\0>\0",
            "application/octet-stream",
            "attachment; filename=\"bom.html\"",
        ),
        (
            "app.pdf",
            b"%PDF-1.7\n<script>",
            "application/pdf",
            "attachment; filename=\"app.pdf\"",
        ),
        (
            "picture.html",
            PNG,
            "image/png",
            "inline; filename=\"picture.html\"",
        ),
        (
            "both.js",
            gif_and_script,
            "image/gif",
            "inline; filename=\"both.js\"",
        ),
    ] {
        let answer = setup.get(&stored(&setup, name, content).await).await;
        assert_eq!(answer.header(header::CONTENT_TYPE), content_type, "{name}");
        assert_eq!(
            answer.header(header::CONTENT_DISPOSITION),
            disposition,
            "{name}"
        );
        assert_eq!(
            answer.header(header::X_CONTENT_TYPE_OPTIONS),
            "nosniff",
            "{name}"
        );
        assert_eq!(
            answer.header(header::CONTENT_SECURITY_POLICY),
            "default-src 'none'; frame-ancestors 'none'; sandbox"
        );
        assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin");
        assert!(answer.body == content);
    }
}

#[tokio::test]
async fn names_travel_whole() {
    let setup = Setup::open().await;
    let answer = setup.get(&stored(&setup, "Größe 🐙.txt", b"x").await).await;
    assert_eq!(
        answer.header(header::CONTENT_DISPOSITION),
        "attachment; filename=\"Gr__e _.txt\"; filename*=UTF-8''Gr%C3%B6%C3%9Fe%20%F0%9F%90%99.txt"
    );
}

#[tokio::test]
async fn what_names_no_file_is_not_found() {
    let setup = Setup::open().await;
    let file = setup.store("a", b"x").await;
    let id = file["id"].as_str().expect("an id");
    let compact = id.replace('-', "");
    for path in [
        "/x",
        "/00000000-0000-0000-0000-000000000000",
        "/..%2f..%2fetc%2fpasswd",
        "/%00",
        &format!("/{compact}"),
        &format!("/{{{id}}}"),
    ] {
        for path in [path.to_owned(), format!("{path}/download")] {
            let path = path.replace(['{', '}'], "%7b");
            let answer = setup.get(&path).await;
            assert_eq!(
                (answer.status, answer.code().as_str()),
                (StatusCode::NOT_FOUND, "file_not_found"),
                "{path}"
            );
        }
    }
}

#[tokio::test]
async fn lists_are_newest_first_and_paged() {
    let setup = Setup::open().await;
    let mut general = Vec::new();
    for number in 0..7 {
        setup.clock.advance(TimeDelta::milliseconds(1));
        let room = if number % 2 == 0 { "general" } else { "devops" };
        let body = form(&[file(&format!("{number}.txt"), b"x"), text("room_id", room)]);
        assert_eq!(setup.upload(body).await.status, StatusCode::CREATED);
        if room == "general" {
            general.insert(0, format!("{number}.txt"));
        }
    }
    let (mut path, mut seen) = ("/files?room_id=general&limit=3".to_owned(), Vec::new());
    loop {
        let page = setup.get(&path).await;
        seen.extend(
            page.json()
                .as_array()
                .expect("a list")
                .iter()
                .map(|file| file["filename"].as_str().expect("a name").to_owned()),
        );
        let Some(link) = page.headers.get(header::LINK) else {
            break;
        };
        let link = link.to_str().expect("text").trim_start_matches('<');
        path = format!("/files{}", link.split('>').next().expect("an address"));
    }
    assert_eq!(seen, general);
    assert_eq!(
        setup
            .get("/files")
            .await
            .json()
            .as_array()
            .expect("a list")
            .len(),
        7
    );
    assert_eq!(
        setup.get("/files?room_id=nowhere").await.json(),
        serde_json::json!([])
    );
    for (query, code) in [
        ("limit=0", "invalid_limit"),
        ("limit=-1", "invalid_limit"),
        ("limit=1e9", "invalid_limit"),
        ("after=x", "invalid_cursor"),
        ("room_id=a/b", "invalid_id"),
        ("room_id=%00", "invalid_id"),
    ] {
        assert_eq!(
            setup.get(&format!("/files?{query}")).await.code(),
            code,
            "{query}"
        );
    }
}

#[tokio::test]
async fn health_says_how_the_stores_are() {
    let setup = Setup::open().await;
    let healthy =
        serde_json::json!({"status": "ok", "service": "file", "minio": "ok", "database": "ok"});
    assert_eq!(setup.get("/health").await.json(), healthy);
    std::fs::remove_dir_all(setup.folder.path().join("objects")).expect("removed");
    let answer = setup.get("/health").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(
        (&answer.json()["status"], &answer.json()["minio"]),
        (&"degraded".into(), &"unavailable".into())
    );
}
