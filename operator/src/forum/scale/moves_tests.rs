use super::*;

fn at(second: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::seconds(second)
}

fn pods(sockets: &[u32]) -> Vec<Serving> {
    let pods = sockets.iter().enumerate();
    pods.map(|(index, sockets)| Serving {
        name: format!("p{index}"),
        sockets: *sockets,
        since: at(-100),
    })
    .collect()
}

/// The sockets of the pods after all that were moved came back to each of the pods equally often.
fn spread(before: &[u32], moves: &[Move]) -> Vec<u32> {
    let moved: u32 = moves.iter().map(|one| one.count).sum();
    let count = u32::try_from(before.len()).unwrap();
    let left = |index: usize| {
        let one = moves.iter().find(|one| one.pod == format!("p{index}"));
        one.map_or(0, |one| one.count)
    };
    let pods = before.iter().enumerate();
    pods.map(|(index, sockets)| sockets - left(index) + moved / count)
        .collect()
}

#[test]
fn all_end_near_the_mean() {
    let cases: [&[u32]; 8] = [
        &[1000, 0],
        &[1000, 1000, 0],
        &[200, 0, 0],
        &[501, 500, 0],
        &[60, 0],
        &[4000, 1000, 1000, 1000],
        &[900, 800, 700, 100, 0],
        &[2000, 0, 0, 0, 0, 0],
    ];
    for before in cases {
        let moves = plan(&pods(before));
        assert!(!moves.is_empty(), "{before:?}");
        let after = spread(before, &moves);
        let mean = after.iter().sum::<u32>() / u32::try_from(after.len()).unwrap();
        let fullest = *after.iter().max().unwrap();
        assert!(
            fullest <= mean + mean / 5 + mean.isqrt() + 10,
            "{before:?} becomes {after:?}"
        );
        assert!(
            after.iter().min() > before.iter().min(),
            "{before:?} becomes {after:?}"
        );
        assert!(
            plan(&pods(&after)).is_empty(),
            "{before:?}: {after:?} is even"
        );
    }
}

#[test]
fn what_chance_explains_is_left_alone() {
    let cases: [&[u32]; 9] = [
        &[],
        &[100],
        &[0, 0],
        &[5, 0],
        &[100, 80],
        &[1000, 900, 800],
        &[10, 3, 6],
        &[1, 2, 0],
        &[4000, 3500, 3800],
    ];
    for even in cases {
        assert!(plan(&pods(even)).is_empty(), "{even:?}");
    }
}

#[test]
fn no_pod_moves_more_than_it_has_or_may() {
    for before in [
        [u32::MAX, 0],
        [100_000, 0],
        [20, 0],
        [4_000_000_000, 4_000_000],
    ] {
        for one in plan(&pods(&before)) {
            assert!(one.count <= before[0].min(LIMIT), "{one:?}");
        }
    }
}

#[test]
fn a_new_pod_is_waited_for_and_then_given_its_share() {
    let mut moves = Moves::default();
    let mut now = pods(&[600, 0]);
    now[1].since = at(0);
    assert_eq!(moves.next(&now, at(4)), Next::Later);
    assert!(matches!(moves.next(&now, at(5)), Next::Ask(_)));
    assert_eq!(moves.last(), Some(at(5)));
    assert_eq!(
        moves.next(&now, at(6)),
        Next::Later,
        "it was asked a second ago"
    );
    assert_eq!(moves.next(&pods(&[310, 290]), at(7)), Next::Even);
}

#[test]
fn a_request_that_does_not_help_is_repeated_ever_more_seldom() {
    let mut moves = Moves::default();
    let uneven = pods(&[600, 0]);
    let asked: Vec<i64> = (0..24 * 3600)
        .filter(|second| matches!(moves.next(&uneven, at(*second)), Next::Ask(_)))
        .collect();
    assert_eq!(asked[..5], [0, 60, 180, 420, 900]);
    let longest = asked.windows(2).map(|pair| pair[1] - pair[0]).max();
    assert_eq!(longest, Some(LONGEST_COOL_DOWN.num_seconds()));
    // A pod more is worth an attempt.
    let more = pods(&[600, 0, 0]);
    let asked = asked.last().unwrap();
    assert_eq!(moves.next(&more, at(asked + 30)), Next::Later);
    assert!(matches!(moves.next(&more, at(asked + 60)), Next::Ask(_)));
}

#[test]
fn what_helps_may_be_asked_again_after_a_minute() {
    let mut moves = Moves::default();
    assert!(matches!(
        moves.next(&pods(&[50_000, 0]), at(0)),
        Next::Ask(_)
    ));
    for round in 1..3 {
        let sockets = 50_000 - 6_250 * u32::try_from(round).unwrap();
        let now = pods(&[sockets, 50_000 - sockets]);
        assert_eq!(
            moves.next(&now, at(60 * round - 1)),
            Next::Later,
            "in round {round}"
        );
        assert!(
            matches!(moves.next(&now, at(60 * round)), Next::Ask(_)),
            "in round {round}"
        );
    }
}
