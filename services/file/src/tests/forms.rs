//! The form reader alone, against bodies that are cut, mixed and hostile.

use std::sync::atomic::{AtomicUsize, Ordering};

use folkmoot_common::upload::{Form, FormLimits};
use futures_util::{StreamExt, stream};

use super::*;

const LIMITS: FormLimits = FormLimits {
    file_bytes: 1 << 30,
    files: 1,
    other_bytes: 64 << 10,
    idle: Duration::from_secs(5),
};

fn reader(body: Body) -> Form {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, form_type().parse().expect("a header"));
    Form::new(&headers, body, LIMITS).expect("a form")
}

/// Every field's name, file name and bytes.
type Fields = Vec<(String, Option<String>, Vec<u8>)>;

async fn read(mut form: Form) -> Result<Fields, String> {
    let mut fields = Vec::new();
    while let Some(mut field) = form.next().await.map_err(|error| error.code.to_owned())? {
        let (name, file_name) = (
            field.name().to_owned(),
            field.file_name().map(str::to_owned),
        );
        let mut bytes = Vec::new();
        while let Some(chunk) = field.chunk().await.map_err(|error| error.code.to_owned())? {
            bytes.extend_from_slice(&chunk);
        }
        fields.push((name, file_name, bytes));
    }
    Ok(fields)
}

fn in_pieces(body: &[u8], random: &mut Random) -> Body {
    let mut pieces = Vec::new();
    let mut rest = body;
    while !rest.is_empty() {
        let (piece, later) = rest.split_at(1 + random.below(rest.len().min(40)));
        pieces.push(Ok::<_, std::io::Error>(Bytes::copy_from_slice(piece)));
        rest = later;
    }
    Body::from_stream(stream::iter(pieces))
}

#[tokio::test]
async fn a_form_means_the_same_however_it_is_cut() {
    // Content that looks like boundaries until its last byte.
    let tricky = format!(
        "\r\n--{BOUNDARY}\r\r\n--{}\r\n--\r\n\r",
        &BOUNDARY[..BOUNDARY.len() - 1]
    )
    .replace(BOUNDARY, "folkmoot-boundary-7f3");
    let body = form(&[
        text("room_id", "general"),
        file("a.bin", tricky.as_bytes()),
        file("empty", b""),
        text("x", "\r\n"),
    ]);
    let expected = read(reader(Body::from(body.clone())))
        .await
        .expect("fields");
    assert_eq!(expected.len(), 4);
    assert_eq!(
        expected[1],
        (
            "file".to_owned(),
            Some("a.bin".to_owned()),
            tricky.into_bytes()
        )
    );
    let mut random = Random(7);
    for _ in 0..500 {
        assert_eq!(
            read(reader(in_pieces(&body, &mut random))).await.as_ref(),
            Ok(&expected)
        );
    }
}

#[tokio::test]
async fn damaged_forms_end_in_a_refusal_or_fields_and_never_in_a_panic() {
    let body = form(&[
        text("room_id", "general"),
        file("a.bin", &content(200)),
        text("user_id", "ann"),
    ]);
    let mut random = Random(11);
    for _ in 0..3_000 {
        let mut damaged = body.clone();
        for _ in 0..1 + random.below(4) {
            let at = random.below(damaged.len());
            match random.below(3) {
                0 => damaged[at] = random.below(256) as u8,
                1 => drop(damaged.remove(at)),
                _ => damaged.insert(at, b"\r\n-\";=\0\xff"[random.below(8)]),
            }
        }
        if let Err(code) = read(reader(in_pieces(&damaged, &mut random))).await {
            assert!(
                ["incomplete_body", "malformed_form"].contains(&code.as_str()),
                "{code}"
            );
        }
    }
}

#[tokio::test]
async fn no_more_is_read_than_is_asked_for() {
    static PRODUCED: AtomicUsize = AtomicUsize::new(0);
    let head = Bytes::from(form(&[file("a.bin", b"")]));
    let head = head.slice(..head.len() - BOUNDARY.len() - 8);
    // A client that is always faster than we are.
    let endless = stream::repeat_with(|| {
        PRODUCED.fetch_add(8_192, Ordering::Relaxed);
        Ok::<_, std::io::Error>(Bytes::from(vec![7; 8_192]))
    });
    let mut form = reader(Body::from_stream(
        stream::once(async { Ok(head) }).chain(endless),
    ));
    let mut field = form.next().await.expect("readable").expect("a field");
    let mut taken = 0;
    while taken < 10 << 20 {
        taken += field.chunk().await.expect("readable").expect("bytes").len();
        let ahead = PRODUCED.load(Ordering::Relaxed) - taken;
        assert!(ahead <= 64 << 10, "{ahead} bytes are held");
    }
}

#[tokio::test]
async fn headers_and_preambles_without_an_end_are_refused() {
    let endless = |head: String| {
        let filler =
            stream::repeat_with(|| Ok::<_, std::io::Error>(Bytes::from(vec![b'x'; 1_000])));
        reader(Body::from_stream(
            stream::once(async { Ok(Bytes::from(head)) }).chain(filler),
        ))
    };
    assert_eq!(
        read(endless(String::new())).await,
        Err("malformed_form".to_owned())
    );
    assert_eq!(
        read(endless(format!("--{BOUNDARY}\r\nX-Header: "))).await,
        Err("malformed_form".to_owned())
    );
    assert_eq!(
        read(endless(format!("--{BOUNDARY}"))).await,
        Err("incomplete_body".to_owned())
    );
    let many: String = (0..100)
        .map(|number| format!("X-{number}: y\r\n"))
        .collect();
    let body = format!("--{BOUNDARY}\r\n{many}\r\nx\r\n--{BOUNDARY}--\r\n");
    assert_eq!(
        read(reader(Body::from(body))).await,
        Err("malformed_form".to_owned())
    );
}
