use super::*;

fn at(second: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::seconds(second)
}

const TARGET: Target = Target {
    min: 1,
    max: 5,
    per_pod: 500,
    window: TimeDelta::seconds(300),
};
const AUTO: Policy = Policy::BySockets(TARGET);

fn pod(sockets: impl Into<Option<u32>>) -> Load {
    Load {
        name: "demo-chat-a".to_owned(),
        sockets: sockets.into(),
        ready: true,
        active: true,
        draining: false,
        revision: Some("1".to_owned()),
    }
}

fn pods(sockets: &[u32]) -> Vec<Load> {
    sockets.iter().map(|sockets| pod(*sockets)).collect()
}

fn ending(sockets: u32) -> Load {
    Load {
        active: false,
        ready: false,
        draining: true,
        ..pod(sockets)
    }
}

fn situation(current: i32, pods: &[Load]) -> Situation<'_> {
    Situation {
        current: Some(current),
        pods,
        quiet: true,
        moved: None,
    }
}

/// A window in which every recommendation was `recommended`, for long enough.
fn after_long(recommended: i32) -> Window {
    let mut window = Window::default();
    for second in (-400..0).step_by(10) {
        window.record(at(second), recommended);
    }
    window
}

fn replicas(policy: &Policy, situation: &Situation<'_>, window: &mut Window) -> (i32, i32) {
    let decision = decide(policy, situation, window, at(0));
    (decision.replicas, decision.desired)
}

#[test]
fn sockets_need_pods_at_once() {
    let cases: [(&[u32], i32, i32); 10] = [
        (&[0], 1, 1),
        (&[500], 1, 1),
        (&[501], 1, 2),
        (&[600, 401], 2, 3),
        (&[1200, 0, 0], 3, 3),
        (&[2500], 1, 5),
        (&[9000], 1, 5),
        (&[u32::MAX, u32::MAX], 2, 5),
        // None is there yet, or all were taken away by somebody.
        (&[], 0, 1),
        (&[100, 100, 100], 0, 1),
    ];
    for (sockets, current, expected) in cases {
        let pods = pods(sockets);
        let found = replicas(&AUTO, &situation(current, &pods), &mut Window::default());
        assert_eq!(found, (expected, expected), "{sockets:?}");
    }
}

#[test]
fn a_new_forum_begins_with_the_fewest() {
    let none = Situation {
        current: None,
        pods: &[],
        quiet: false,
        moved: None,
    };
    assert_eq!(replicas(&AUTO, &none, &mut Window::default()), (1, 1));
    let three = Policy::BySockets(Target { min: 3, ..TARGET });
    assert_eq!(replicas(&three, &none, &mut Window::default()), (3, 3));
    assert_eq!(
        replicas(&Policy::Fixed(2), &none, &mut Window::default()),
        (2, 2)
    );
}

#[test]
fn sockets_of_pods_that_end_count_because_they_move() {
    let pods = [pod(300), ending(400)];
    assert_eq!(
        replicas(&AUTO, &situation(1, &pods), &mut Window::default()),
        (2, 2)
    );
}

#[test]
fn fewer_pods_only_after_the_whole_window_and_one_at_a_time() {
    let pods = pods(&[100, 100, 100, 100]);
    let mut window = Window::default();
    for second in (0..300).step_by(10) {
        let decision = decide(&AUTO, &situation(4, &pods), &mut window, at(second));
        assert_eq!(
            (decision.replicas, decision.waiting),
            (4, true),
            "at {second} s"
        );
    }
    let decision = decide(&AUTO, &situation(4, &pods), &mut window, at(300));
    assert_eq!((decision.replicas, decision.desired), (3, 1));
    // The others follow without another window, each when the one before is gone.
    let decision = decide(&AUTO, &situation(3, &pods), &mut window, at(310));
    assert_eq!(decision.replicas, 3, "the pod's end is not seen yet");
    let rest = [
        pods[0].clone(),
        pods[1].clone(),
        pods[2].clone(),
        ending(60),
    ];
    assert_eq!(
        decide(&AUTO, &situation(3, &rest), &mut window, at(320)).replicas,
        3
    );
    assert_eq!(
        decide(&AUTO, &situation(3, &rest[..3]), &mut window, at(330)).replicas,
        2
    );
}

#[test]
fn one_look_at_more_sockets_begins_the_wait_anew() {
    let (few, many) = (pods(&[100, 100]), pods(&[500, 500]));
    let mut window = Window::default();
    for second in (0..1000).step_by(10) {
        let seen = if second == 290 { &many } else { &few };
        let decision = decide(&AUTO, &situation(2, seen), &mut window, at(second));
        let expected = if second < 600 { 2 } else { 1 };
        assert_eq!(decision.replicas, expected, "at {second} s");
    }
}

#[test]
fn nothing_goes_while_sockets_are_not_known_or_something_moves() {
    let few = pods(&[10, 10, 10]);
    let calm = situation(3, &few);
    assert_eq!(replicas(&AUTO, &calm, &mut after_long(1)).0, 2);

    let unknown = [pod(10), pod(None), pod(10)];
    let draining = [
        pod(10),
        pod(10),
        Load {
            draining: true,
            ..pod(10)
        },
    ];
    let obstacles = [
        Situation {
            quiet: false,
            ..calm
        },
        Situation {
            moved: Some(at(-29)),
            ..calm
        },
        Situation {
            moved: Some(at(29)),
            ..calm
        },
        Situation {
            pods: &unknown,
            ..calm
        },
        Situation {
            pods: &draining,
            ..calm
        },
    ];
    for obstacle in obstacles {
        assert_eq!(
            replicas(&AUTO, &obstacle, &mut after_long(1)).0,
            3,
            "{obstacle:?}"
        );
    }
    let settled = Situation {
        moved: Some(at(-30)),
        ..calm
    };
    assert_eq!(replicas(&AUTO, &settled, &mut after_long(1)).0, 2);
}

#[test]
fn what_is_known_is_enough_for_more_pods() {
    let pods = [pod(600), pod(None)];
    assert_eq!(
        replicas(&AUTO, &situation(1, &pods), &mut Window::default()).0,
        2
    );
    assert_eq!(
        replicas(&AUTO, &situation(2, &pods), &mut after_long(2)).0,
        2
    );
}

#[test]
fn a_number_about_a_border_takes_no_pod_away() {
    for (sockets, expected) in [([500, 500, 0], 3), ([450, 451, 0], 3), ([450, 450, 0], 2)] {
        let pods = pods(&sockets);
        let mut window = Window::default();
        let mut current = 3;
        for second in (0..2000).step_by(10) {
            let situation = situation(current, &pods[..usize::try_from(current).unwrap()]);
            current = decide(&AUTO, &situation, &mut window, at(second)).replicas;
        }
        assert_eq!(current, expected, "{sockets:?}");
    }
    // One socket a pod has no tenth to leave free.
    let one = Policy::BySockets(Target {
        per_pod: 1,
        ..TARGET
    });
    assert_eq!(
        replicas(&one, &situation(2, &pods(&[1, 0])), &mut after_long(1)).0,
        1
    );
}

#[test]
fn new_bounds_hold_at_once() {
    let pods = pods(&[600, 600, 600]);
    let more = Policy::BySockets(Target {
        min: 5,
        max: 9,
        ..TARGET
    });
    assert_eq!(
        replicas(&more, &situation(3, &pods), &mut Window::default()),
        (5, 5)
    );
    let fewer = Policy::BySockets(Target { max: 1, ..TARGET });
    assert_eq!(
        replicas(&fewer, &situation(3, &pods), &mut Window::default()),
        (2, 1)
    );
    // An order waits for no rollout and for no reading, but for the pod before.
    let unknown = [pod(None), pod(None), pod(5)];
    let rollout = Situation {
        quiet: false,
        ..situation(3, &unknown)
    };
    assert_eq!(replicas(&fewer, &rollout, &mut Window::default()), (2, 1));
    let drain = [pod(5), pod(5), pod(5), ending(5)];
    assert_eq!(
        replicas(&fewer, &situation(3, &drain), &mut Window::default()),
        (3, 1)
    );
}

#[test]
fn a_number_that_is_set_is_followed_downwards_one_at_a_time() {
    let three = pods(&[100, 100, 100]);
    let none: &[Load] = &[];
    let mut surge = three.clone();
    surge.push(Load {
        revision: Some("2".to_owned()),
        ready: false,
        ..pod(0)
    });
    let drain = [pod(100), pod(100), ending(80)];
    let cases: [(i32, i32, &[Load], i32); 9] = [
        (3, 1, none, 3),
        (1, 3, &three, 2),
        (1, 2, &drain, 2),
        (1, 2, &drain[..2], 1),
        (1, 1, &drain[..1], 1),
        (0, 1, &drain[..1], 0),
        (0, 0, none, 0),
        // One pod is gone from the number and not from the list yet.
        (1, 2, &three, 2),
        // A rollout that stands still has one pod more, of another revision.
        (1, 3, &surge, 2),
    ];
    for (wanted, current, pods, expected) in cases {
        let situation = Situation {
            quiet: false,
            ..situation(current, pods)
        };
        let found = replicas(&Policy::Fixed(wanted), &situation, &mut Window::default());
        assert_eq!(found, (expected, wanted), "{wanted} of {current}");
    }
}

#[test]
fn switching_autoscaling_off_forgets_the_window() {
    let few = pods(&[10, 10]);
    let mut window = after_long(1);
    decide(&Policy::Fixed(2), &situation(2, &few), &mut window, at(0));
    let decision = decide(&AUTO, &situation(2, &few), &mut window, at(10));
    assert_eq!(decision.replicas, 2);
}

#[test]
fn the_reason_is_for_people() {
    let reason = |policy: &Policy, situation: &Situation<'_>, window: &mut Window| {
        decide(policy, situation, window, at(0)).reason
    };
    let new = Window::default;
    let few = pods(&[100, 100, 50]);
    let unknown = [pod(10), pod(None)];
    let drain = [pod(10), pod(10), ending(1)];
    let three = Policy::BySockets(Target { min: 3, ..TARGET });
    let cases = [
        (
            reason(&AUTO, &situation(1, &pods(&[501])), &mut new()),
            "501 sockets (500 each) take 2 pods",
        ),
        (
            reason(&AUTO, &situation(1, &pods(&[5000])), &mut new()),
            "5000 sockets (500 each) take 5 pods, and maxReplicas allows no more",
        ),
        (
            reason(&three, &situation(1, &pods(&[5])), &mut new()),
            "minReplicas is 3",
        ),
        (
            reason(&AUTO, &situation(2, &pods(&[500, 300])), &mut new()),
            "2 pods hold 800 sockets (500 each)",
        ),
        (
            reason(&AUTO, &situation(1, &pods(&[1])), &mut new()),
            "1 pod holds 1 socket (500 each); minReplicas allows no fewer",
        ),
        (
            reason(
                &AUTO,
                &situation(5, &pods(&[900, 900, 900, 900, 900])),
                &mut new(),
            ),
            "5 pods hold 4500 sockets (500 each); maxReplicas allows no more",
        ),
        (
            reason(&AUTO, &situation(3, &few), &mut new()),
            "3 pods hold 250 sockets (500 each); 1 would do since 00:00:00 UTC; fewer pods at 00:05:00 UTC",
        ),
        (
            reason(&AUTO, &situation(3, &few), &mut after_long(1)),
            "3 pods hold 250 sockets (500 each); 1 would do",
        ),
        (
            reason(&AUTO, &situation(2, &drain), &mut after_long(1)),
            "2 pods hold 21 sockets (500 each); 1 would do; waiting for pod demo-chat-a to hand over its sockets",
        ),
        (
            reason(&AUTO, &situation(2, &unknown), &mut new()),
            "2 pods with at least 10 sockets (500 each); the sockets of pod demo-chat-a are not known, so that no pod is taken away",
        ),
        (
            reason(&Policy::Fixed(2), &situation(2, &few[..2]), &mut new()),
            "spec.chat.replicas is 2",
        ),
        (
            reason(&Policy::Fixed(1), &situation(2, &drain), &mut new()),
            "spec.chat.replicas is 1; the next pod goes after waiting for pod demo-chat-a to hand over its sockets",
        ),
    ];
    for (found, expected) in cases {
        assert_eq!(found, expected);
    }
}
