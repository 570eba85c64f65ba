use folkmoot_crds::ForumInstanceSpec;
use serde_json::json;

use super::*;
use crate::{
    forum::conditions::{is_true, to_time},
    pods::Loss,
};

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

fn forum() -> ForumInstance {
    let spec: ForumInstanceSpec =
        serde_json::from_value(json!({"image": "registry:5000/folkmoot:1.2.3"})).unwrap();
    let mut forum = ForumInstance::new("demo", spec);
    forum.metadata.generation = Some(3);
    forum
}

fn after(forum: &mut ForumInstance, findings: &Findings, at: DateTime<Utc>) -> ForumInstanceStatus {
    let status = status(forum, findings, at);
    forum.status = Some(status.clone());
    status
}

fn said(status: &ForumInstanceStatus, kind: &str) -> (String, String) {
    let condition = find(&status.conditions, kind).unwrap();
    (condition.status.clone(), condition.reason.clone())
}

fn says(status: &ForumInstanceStatus, kind: &str, holds: &str, reason: &str) {
    assert_eq!(
        said(status, kind),
        (holds.to_owned(), reason.to_owned()),
        "{kind}"
    );
}

#[test]
fn a_forum_that_runs_is_ready_and_a_second_look_changes_nothing() {
    let mut forum = forum();
    let reach = Reach {
        answered: 3,
        ..Reach::default()
    };
    let findings = Findings {
        reach,
        ..Findings::default()
    };
    let first = after(&mut forum, &findings, now());
    says(&first, condition::READY, "True", reasons::ALL_READY);
    says(&first, condition::REDIS_READY, "True", reasons::REACHED);
    assert_eq!(first.version.as_deref(), Some("1.2.3"));
    assert_eq!(first.url.as_deref(), Some("http://localhost:8080"));
    assert_eq!(first.conditions.len(), condition::ALL.len());
    assert_eq!(
        after(&mut forum, &findings, now() + TimeDelta::hours(1)),
        first
    );
}

#[test]
fn while_a_wave_rolls_the_old_version_is_named() {
    let mut forum = forum();
    after(&mut forum, &Findings::default(), now());
    forum.spec.image = "x:2".to_owned();
    let rollout = Rollout::Rolling("wave chat: 1 of 2".to_owned());
    let status = after(
        &mut forum,
        &Findings {
            rollout,
            ..Findings::default()
        },
        now(),
    );
    assert_eq!(status.version.as_deref(), Some("1.2.3"));
    says(&status, condition::READY, "False", reasons::ROLLING_OUT);
    says(
        &status,
        condition::PROGRESSING,
        "True",
        reasons::ROLLING_OUT,
    );
    says(&status, condition::DEGRADED, "False", reasons::AS_EXPECTED);
    says(
        &status,
        condition::NATS_READY,
        "Unknown",
        reasons::NOT_KNOWN,
    );
}

#[test]
fn a_failing_wave_is_named_until_it_is_over() {
    let mut forum = forum();
    let failing = Findings {
        rollout: Rollout::Failing(Trouble {
            reason: reasons::POD_CRASH_LOOPING,
            message: "wave chat: pod x".to_owned(),
        }),
        ..Findings::default()
    };
    let status = after(&mut forum, &failing, now());
    says(
        &status,
        condition::READY,
        "False",
        reasons::POD_CRASH_LOOPING,
    );
    says(
        &status,
        condition::PROGRESSING,
        "False",
        reasons::ROLLOUT_BLOCKED,
    );
    // Between two crashes the container runs.
    let rolling = Findings {
        rollout: Rollout::Rolling("...".to_owned()),
        ..Findings::default()
    };
    let status = after(&mut forum, &rolling, now());
    says(
        &status,
        condition::DEGRADED,
        "True",
        reasons::POD_CRASH_LOOPING,
    );
    // A new spec is another matter.
    forum.metadata.generation = Some(4);
    let status = after(&mut forum, &rolling, now());
    says(&status, condition::DEGRADED, "False", reasons::AS_EXPECTED);
    assert_eq!(status.observed_generation, Some(4));
}

#[test]
fn a_problem_of_the_spec_comes_before_all_and_is_said_at_its_condition() {
    let problem = |condition, message: &str| Problem {
        condition,
        reason: "SecretMissing",
        message: message.to_owned(),
    };
    let findings = Findings {
        problems: vec![
            problem(condition::POSTGRES_READY, "Secret db"),
            problem(condition::REDIS_READY, "Secret kv"),
        ],
        blocked: vec![Trouble {
            reason: reasons::NAME_TAKEN,
            message: "x".to_owned(),
        }],
        ..Findings::default()
    };
    let status = after(&mut forum(), &findings, now());
    says(&status, condition::POSTGRES_READY, "False", "SecretMissing");
    says(&status, condition::REDIS_READY, "False", "SecretMissing");
    says(&status, condition::READY, "False", "SecretMissing");
    assert_eq!(
        find(&status.conditions, condition::DEGRADED)
            .unwrap()
            .message,
        "Secret db; Secret kv"
    );
    assert_eq!(status.version, None);
}

#[test]
fn a_lost_dependency_degrades_a_forum_that_serves() {
    let mut reach = Reach {
        answered: 3,
        ..Reach::default()
    };
    let loss = Loss {
        pod: "demo-chat-1".to_owned(),
        reason: "connection refused".to_owned(),
    };
    reach.lost.insert(Dependency::Redis, vec![loss]);
    let status = after(
        &mut forum(),
        &Findings {
            reach,
            ..Findings::default()
        },
        now(),
    );
    says(&status, condition::READY, "True", reasons::ALL_READY);
    says(
        &status,
        condition::DEGRADED,
        "True",
        reasons::DEPENDENCY_LOST,
    );
    says(
        &status,
        condition::REDIS_READY,
        "False",
        reasons::NOT_REACHED,
    );
    says(&status, condition::POSTGRES_READY, "True", reasons::REACHED);
    let message = &find(&status.conditions, condition::REDIS_READY)
        .unwrap()
        .message;
    assert!(
        message.contains("demo-chat-1") && message.contains("connection refused"),
        "{message}"
    );
}

#[test]
fn while_nobody_else_has_used_the_database_its_condition_is_the_migrations() {
    let trouble = Trouble {
        reason: reasons::MIGRATION_FAILED,
        message: "connection refused".to_owned(),
    };
    let mut findings = Findings {
        rollout: Rollout::Failing(trouble),
        ..Findings::default()
    };
    let status = after(&mut forum(), &findings, now());
    says(
        &status,
        condition::POSTGRES_READY,
        "False",
        reasons::MIGRATION_FAILED,
    );
    says(
        &status,
        condition::REDIS_READY,
        "Unknown",
        reasons::NOT_KNOWN,
    );
    findings.reach.answered = 2;
    let status = after(&mut forum(), &findings, now());
    says(&status, condition::POSTGRES_READY, "True", reasons::REACHED);
}

#[test]
fn a_paused_forum_says_so() {
    let mut forum = forum();
    forum.spec.paused = true;
    let status = after(&mut forum, &Findings::default(), now());
    says(&status, condition::PAUSED, "True", reasons::PAUSED_BY_SPEC);
    says(
        &status,
        condition::PROGRESSING,
        "False",
        reasons::PAUSED_BY_SPEC,
    );
    assert!(is_true(&status.conditions, condition::READY));
    assert_eq!(
        find(&status.conditions, condition::PAUSED)
            .unwrap()
            .last_transition_time,
        to_time(now())
    );
}

#[test]
fn the_number_of_sockets_alone_is_not_written_often() {
    let with = |sockets, ready| ForumInstanceStatus {
        chat: Some(ChatStatus {
            sockets: Some(sockets),
            ready_replicas: ready,
            ..ChatStatus::default()
        }),
        ..ForumInstanceStatus::default()
    };
    let (old, soon) = (with(10, 1), now() + TimeDelta::seconds(5));
    assert_eq!(damp(&with(12, 1), Some(&old), Some(now()), soon), old);
    assert_eq!(
        damp(&with(12, 2), Some(&old), Some(now()), soon),
        with(12, 2)
    );
    assert_eq!(
        damp(&with(12, 1), Some(&old), Some(now()), now() + SOCKETS_EVERY),
        with(12, 1)
    );
    assert_eq!(damp(&with(12, 1), Some(&old), None, soon), with(12, 1));
}

#[test]
fn versions_are_read_off_images() {
    for (image, expected) in [
        ("folkmoot:1.2", "1.2"),
        ("registry:5000/folkmoot", "registry:5000/folkmoot"),
        ("registry:5000/a/folkmoot:x", "x"),
        ("folkmoot@sha256:abc", "sha256:abc"),
        ("", ""),
    ] {
        assert_eq!(version(image), expected, "{image}");
    }
}

#[test]
fn every_reason_that_is_given_is_in_the_table() {
    let known = |condition: &str, status: &str, reason: &str| {
        reasons::REASONS.iter().any(|known| {
            let speaks_of = known.condition == condition || known.condition == "*";
            speaks_of && known.status == status && known.reason == reason
        })
    };
    let findings = [
        Findings::default(),
        Findings {
            rollout: Rollout::Rolling(String::new()),
            ..Findings::default()
        },
        Findings {
            rollout: Rollout::Unready(String::new()),
            ..Findings::default()
        },
        Findings {
            reach: Reach {
                answered: 1,
                ..Reach::default()
            },
            ..Findings::default()
        },
    ];
    for findings in findings {
        for condition in after(&mut forum(), &findings, now()).conditions {
            assert!(
                known(&condition.type_, &condition.status, &condition.reason),
                "{condition:?}"
            );
        }
    }
}
