//! `docs/troubleshooting.md` explains every reason and every event that the operator knows.

use std::{collections::BTreeMap, fmt::Write as _, fs};

use folkmoot_operator::forum::{
    events::EVENTS,
    reasons::{REASONS, Reason},
};

#[path = "../../tests/src/fresh.rs"]
#[expect(
    unreachable_pub,
    reason = "shared with folkmoot-tests, where it is public"
)]
mod fresh;

use fresh::{assert_fresh, repository};

const PATH: &str = "docs/troubleshooting.md";

#[test]
fn every_reason_and_event_is_explained() {
    let path = repository().join(PATH);
    let mut text = fs::read_to_string(path).expect(PATH);
    replace_section(&mut text, "reasons", &reasons());
    replace_section(&mut text, "events", &events());
    assert_fresh(PATH, &text);
}

/// What stands between `<!-- begin NAME -->` and `<!-- end NAME -->`.
fn replace_section(text: &mut String, name: &str, section: &str) {
    let begin = format!("<!-- begin {name} -->\n");
    let start = text.find(&begin).expect("a beginning") + begin.len();
    let end = format!("<!-- end {name} -->");
    let stop = start + text[start..].find(&end).expect("an end");
    text.replace_range(start..stop, &format!("\n{section}\n"));
}

/// A section a reason, in alphabetical order.
fn reasons() -> String {
    let mut by_name: BTreeMap<&str, Vec<&Reason>> = BTreeMap::new();
    for reason in REASONS {
        // `any reason of Degraded` is explained above the sections.
        if !reason.reason.contains(' ') {
            by_name.entry(reason.reason).or_default().push(reason);
        }
    }
    let mut text = String::new();
    for (name, meanings) in by_name {
        let separator = if text.is_empty() { "" } else { "\n" };
        write!(text, "{separator}### {name}\n\n").expect("text");
        for reason in meanings {
            let condition = match reason.condition {
                "*" => "a dependency's condition",
                condition => condition,
            };
            let line = format!(
                "- `{condition}` is {}: {} {}",
                reason.status, reason.meaning, reason.remedy
            );
            writeln!(text, "{}", line.trim_end()).expect("text");
        }
    }
    text
}

/// The constants are what conditions are made from; the table is what the page is made from.
#[test]
fn every_constant_is_in_the_table() {
    let code = fs::read_to_string(repository().join("operator/src/forum/reasons.rs"));
    let code = code.expect("the reasons");
    let constants = code.lines().filter_map(|line| {
        let (_, text) = line.strip_prefix("pub const ")?.split_once(": &str = \"")?;
        text.strip_suffix("\";")
    });
    let mut seen = 0;
    for constant in constants {
        let explained = REASONS.iter().any(|reason| reason.reason == constant);
        assert!(explained, "{constant}");
        seen += 1;
    }
    assert!(seen > 20, "{seen}");
}

fn events() -> String {
    let head = "| event | meaning |\n|---|---|\n".to_owned();
    let row = |(name, meaning): &(&str, &str)| format!("| `{name}` | {meaning} |\n");
    EVENTS.iter().map(row).fold(head, |text, row| text + &row)
}
