//! Several timelines read as one.

use folkmoot_common::kv::Slice;
use uuid::Uuid;

/// Merges parts of timelines that were read below one cursor, newest first, each id once.
///
/// A timeline that does not reach its end is only known down to the last of its ids: what is older in the others is left
/// out, because something of this one may belong between.
pub(crate) fn merge(slices: &[Slice]) -> Slice {
    let known_to = |slice: &Slice| match slice.ids.last() {
        _ if slice.is_end => Uuid::nil(),
        Some(last) => *last,
        None => Uuid::max(),
    };
    let known_to = slices.iter().map(known_to).max().unwrap_or_default();
    let mut ids: Vec<Uuid> = slices
        .iter()
        .flat_map(|slice| &slice.ids)
        .copied()
        .collect();
    ids.retain(|id| *id >= known_to);
    ids.sort_unstable_by(|one, other| other.cmp(one));
    ids.dedup();
    let is_end = slices.iter().all(|slice| slice.is_end);
    Slice { ids, is_end }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slice(ids: &[u128], is_end: bool) -> Slice {
        let ids = ids.iter().map(|id| Uuid::from_u128(*id)).collect();
        Slice { ids, is_end }
    }

    #[test]
    fn what_may_have_something_before_it_is_left_out() {
        for (slices, merged) in [
            (vec![], slice(&[], true)),
            (vec![slice(&[9, 5], false)], slice(&[9, 5], false)),
            (
                vec![slice(&[9, 5], false), slice(&[8, 5, 3], true)],
                slice(&[9, 8, 5], false),
            ),
            (
                vec![slice(&[9, 5], true), slice(&[8, 3], true)],
                slice(&[9, 8, 5, 3], true),
            ),
            (
                vec![slice(&[9, 5], true), slice(&[], false)],
                slice(&[], false),
            ),
            (
                vec![slice(&[9, 5], true), slice(&[], true)],
                slice(&[9, 5], true),
            ),
        ] {
            assert_eq!(merge(&slices), merged, "{slices:?}");
        }
    }

    /// Whatever is read of each list, the merged part is the beginning of all together.
    #[test]
    fn a_merged_part_is_a_beginning_of_the_whole() {
        let mut state = 7_u64;
        let mut below = |bound: u64| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 33) % bound
        };
        for _ in 0..2_000 {
            let mut whole: Vec<Uuid> = Vec::new();
            let mut slices = Vec::new();
            for _ in 0..below(5) {
                let count = below(12);
                let mut list: Vec<Uuid> = (0..count)
                    .map(|_| Uuid::from_u128(u128::from(below(40) + 1)))
                    .collect();
                list.sort_unstable_by(|one, other| other.cmp(one));
                list.dedup();
                whole.extend(&list);
                let read = below(14) as usize;
                let is_end = read > list.len();
                list.truncate(read);
                slices.push(Slice { ids: list, is_end });
            }
            whole.sort_unstable_by(|one, other| other.cmp(one));
            whole.dedup();
            let merged = merge(&slices);
            assert!(whole.starts_with(&merged.ids), "{slices:?} {merged:?}");
            assert!(!merged.is_end || merged.ids == whole, "{slices:?}");
        }
    }
}
