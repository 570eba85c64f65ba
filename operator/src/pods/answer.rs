//! What a pod answers on its admin port, parsed: every field is hostile.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::text::one_line;

/// Most sockets that one pod may say it has.
const MAX_SOCKETS: u32 = 10_000_000;
/// Most problems that are kept of one answer.
const MAX_PROBLEMS: usize = 32;
/// Longest name of a part.
const MAX_NAME: usize = 64;

/// The parts of a process that do not work: name → reason.
pub type Problems = BTreeMap<String, String>;

/// What a chat pod says of its sockets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Sockets {
    /// Open ones.
    pub sockets: u32,
    /// Whether it is sending them away in order to stop.
    #[serde(default)]
    pub draining: bool,
}

#[derive(Deserialize)]
struct Readiness {
    // A process that stops says so without a list.
    #[serde(default)]
    problems: Problems,
    #[serde(rename = "status")]
    _status: String,
}

/// Reads the body of `/readyz`.
///
/// # Errors
/// Why it is no such body.
pub fn readiness(body: &[u8]) -> Result<Problems, String> {
    let answer: Readiness = serde_json::from_slice(body).map_err(garbage)?;
    let problems = answer
        .problems
        .into_iter()
        .filter(|(name, _)| is_name(name));
    Ok(problems
        .take(MAX_PROBLEMS)
        .map(|(name, reason)| (name, one_line(&reason)))
        .collect())
}

/// Reads the body of `/sockets`.
///
/// # Errors
/// Why it is no such body.
pub fn sockets(body: &[u8]) -> Result<Sockets, String> {
    let answer: Sockets = serde_json::from_slice(body).map_err(garbage)?;
    if answer.sockets > MAX_SOCKETS {
        return Err(format!("it says that it has {} sockets", answer.sockets));
    }
    Ok(answer)
}

fn is_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    !name.is_empty() && name.len() <= MAX_NAME && name.chars().all(plain)
}

#[expect(clippy::needless_pass_by_value, reason = "it is given to map_err")]
fn garbage(error: serde_json::Error) -> String {
    // The words of serde may hold parts of the body; where it went wrong is enough.
    format!(
        "its answer is not understood (line {}, column {})",
        error.line(),
        error.column()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn problems_are_read_by_name() {
        let body =
            br#"{"status":"not ready","problems":{"redis":"connection\nrefused","no name":"x"}}"#;
        let problems = readiness(body).unwrap();
        assert_eq!(
            problems,
            Problems::from([("redis".to_owned(), "connection refused".to_owned())])
        );
        assert!(readiness(br#"{"status":"stopping"}"#).unwrap().is_empty());
    }

    #[test]
    fn a_body_that_is_something_else_is_refused() {
        for body in [
            &b""[..],
            b"ok",
            b"[]",
            b"{}",
            b"{\"status\":1}",
            &[0xff; 40],
            &[b'['; 60_000],
        ] {
            assert!(readiness(body).is_err(), "{body:?}");
        }
        for body in [
            &b"{}"[..],
            br#"{"sockets":-1}"#,
            br#"{"sockets":1.5}"#,
            br#"{"sockets":"1"}"#,
            br#"{"sockets":4294967296}"#,
            br#"{"sockets":4000000000}"#,
            br#"{"sockets":1,"draining":2}"#,
            b"{\"sockets\":1",
        ] {
            assert!(sockets(body).is_err(), "{}", String::from_utf8_lossy(body));
        }
        assert_eq!(
            sockets(br#"{"sockets":7,"more":[]}"#).unwrap(),
            Sockets {
                sockets: 7,
                draining: false
            }
        );
    }

    #[test]
    fn an_answer_is_bounded() {
        let many: BTreeMap<String, String> = (0..1000)
            .map(|n| (format!("p{n}"), "x".repeat(1000)))
            .collect();
        let body =
            serde_json::to_vec(&serde_json::json!({"status": "not ready", "problems": many}))
                .unwrap();
        let problems = readiness(&body).unwrap();
        assert_eq!(problems.len(), MAX_PROBLEMS);
        assert!(
            problems
                .values()
                .all(|reason| reason.chars().count() <= 300)
        );
    }
}
