use std::{net::Ipv4Addr, net::Ipv6Addr, time::Instant};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
    sync::mpsc,
};

use super::*;

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// What a server does after it has read a request.
#[derive(Clone)]
enum Script {
    /// It writes this and closes.
    Write(Vec<u8>),
    /// It writes this, and then this again and again.
    Forever(&'static [u8], Vec<u8>),
    /// It writes one byte after the other, with a pause after each.
    Slowly(&'static [u8]),
    /// It says nothing.
    Silence,
}

async fn play(script: Script, mut stream: TcpStream) -> std::io::Result<()> {
    match script {
        Script::Write(bytes) => stream.write_all(&bytes).await,
        Script::Forever(head, chunk) => {
            stream.write_all(head).await?;
            loop {
                stream.write_all(&chunk).await?;
            }
        }
        Script::Slowly(bytes) => {
            for byte in bytes {
                stream.write_all(&[*byte]).await?;
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            Ok(())
        }
        Script::Silence => stream.read_u8().await.map(|_| ()),
    }
}

/// A pod that plays `script`; the requests that it gets are handed on.
async fn pod(ip: IpAddr, script: Script) -> (AdminClient, mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind((ip, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (told, requests) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut buffer = vec![0; 4096];
            let length = stream.read(&mut buffer).await.unwrap_or(0);
            let _ = told.send(String::from_utf8_lossy(&buffer[..length]).into_owned());
            let script = script.clone();
            tokio::spawn(async move { play(script, stream).await });
        }
    });
    (AdminClient::new(port), requests)
}

fn http(status: &str, body: &str) -> Script {
    let length = body.len();
    Script::Write(
        format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\n\r\n{body}").into_bytes(),
    )
}

#[tokio::test]
async fn an_answer_is_read_whatever_the_readiness() {
    let body = r#"{"status":"not ready","problems":{"redis":"connection refused"}}"#;
    let (client, mut requests) = pod(HERE, http("503 Service Unavailable", body)).await;
    assert_eq!(
        client.problems(HERE).await.unwrap()["redis"],
        "connection refused"
    );
    assert!(
        requests
            .recv()
            .await
            .unwrap()
            .starts_with("GET /readyz HTTP/1.1\r\n")
    );

    let (client, _) = pod(HERE, http("200 OK", r#"{"sockets":12,"draining":true}"#)).await;
    let expected = Sockets {
        sockets: 12,
        draining: true,
    };
    assert_eq!(client.sockets(HERE).await.unwrap(), expected);
}

#[tokio::test]
async fn an_ipv6_address_is_in_brackets() {
    let ip = IpAddr::V6(Ipv6Addr::LOCALHOST);
    let (client, mut requests) = pod(ip, http("200 OK", r#"{"sockets":1}"#)).await;
    assert_eq!(client.sockets(ip).await.unwrap().sockets, 1);
    let host = format!("host: [::1]:{}", client.port);
    assert!(requests.recv().await.unwrap().contains(&host));
}

#[tokio::test]
async fn sockets_are_moved_with_the_token() {
    let (client, mut requests) = pod(HERE, http("202 Accepted", "")).await;
    client.move_sockets(HERE, 40, "s3cret").await.unwrap();
    let request = requests.recv().await.unwrap();
    assert!(
        request.starts_with("POST /sockets/move HTTP/1.1\r\n"),
        "{request}"
    );
    assert!(
        request.contains("authorization: Bearer s3cret\r\n"),
        "{request}"
    );
    assert!(request.ends_with("{\"count\":40}"), "{request}");

    let refused = client.move_sockets(HERE, 1, "a\nb").await.unwrap_err();
    assert_eq!(refused, "the admin token holds what no header can");
    let (client, _) = pod(HERE, http("401 Unauthorized", "")).await;
    assert_eq!(
        client.move_sockets(HERE, 1, "x").await.unwrap_err(),
        "it answers /sockets/move with 401"
    );
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let (target, mut asked) = pod(HERE, http("200 OK", r#"{"sockets":1}"#)).await;
    let to = format!(
        "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:{}/sockets\r\ncontent-length: 0\r\n\r\n",
        target.port
    );
    let (client, _) = pod(HERE, Script::Write(to.into_bytes())).await;
    assert_eq!(
        client.sockets(HERE).await.unwrap_err(),
        "it answers /sockets with 302"
    );
    assert!(asked.try_recv().is_err());
}

#[tokio::test]
async fn hostile_answers_are_unknown_within_the_time_limit() {
    let chunk = [b"10000\r\n".to_vec(), vec![b' '; 65536], b"\r\n".to_vec()].concat();
    let scripts = [
        ("silence", Script::Silence),
        (
            "no HTTP",
            Script::Write(b"\x16\x03\x01garbage\0\xff".repeat(100)),
        ),
        ("nothing", Script::Write(Vec::new())),
        (
            "half a head",
            Script::Write(b"HTTP/1.1 200 OK\r\ncontent-le".to_vec()),
        ),
        (
            "half a body",
            Script::Write(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{\"sock".to_vec()),
        ),
        ("no JSON", http("200 OK", "<html>")),
        (
            "an error",
            http("500 Internal Server Error", r#"{"sockets":1}"#),
        ),
        ("a long body", http("200 OK", &" ".repeat(1 << 20))),
        (
            "an endless body",
            Script::Forever(
                b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
                chunk,
            ),
        ),
        (
            "an endless head",
            Script::Forever(b"HTTP/1.1 200 OK\r\n", b"x: y\r\n".repeat(1000)),
        ),
        ("endless noise", Script::Forever(b"", vec![b'a'; 65536])),
        (
            "a body by drips",
            Script::Slowly(b"HTTP/1.1 200 OK\r\ncontent-length: 14\r\n\r\n{\"sockets\":10}"),
        ),
    ];
    for (name, script) in scripts {
        let (client, _requests) = pod(HERE, script).await;
        let begin = Instant::now();
        let answer = client.sockets(HERE).await;
        assert!(answer.is_err(), "{name}: {answer:?}");
        assert!(
            begin.elapsed() < TIMEOUT * 2,
            "{name} took {:?}",
            begin.elapsed()
        );
        let begin = Instant::now();
        assert!(client.problems(HERE).await.is_err(), "{name}");
        assert!(
            begin.elapsed() < READINESS_TIMEOUT * 2,
            "{name} took {:?}",
            begin.elapsed()
        );
    }
}

#[tokio::test]
async fn a_pod_has_time_to_find_out_that_a_server_does_not_answer() {
    let body = r#"{"status":"unavailable","problems":{"redis":"did not answer within a second"}}"#;
    let answer = format!(
        "HTTP/1.1 503 x\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let listener = TcpListener::bind((HERE, 0)).await.unwrap();
    let client = AdminClient::new(listener.local_addr().unwrap().port());
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let _ = stream.read(&mut [0; 1024]).await;
        tokio::time::sleep(Duration::from_millis(1100)).await;
        stream.write_all(answer.as_bytes()).await
    });
    assert!(client.problems(HERE).await.unwrap().contains_key("redis"));
}

#[tokio::test]
async fn a_closed_port_is_unknown() {
    let listener = TcpListener::bind((HERE, 0)).await.unwrap();
    let client = AdminClient::new(listener.local_addr().unwrap().port());
    drop(listener);
    assert_eq!(
        client.sockets(HERE).await.unwrap_err(),
        "it refuses the connection"
    );
}
