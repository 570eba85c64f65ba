//! A log-linear histogram of latencies: 128 steps to each power of two, so within 0.8 %.

const STEP_BITS: u32 = 7;
const STEPS: usize = 1 << STEP_BITS;
const BUCKETS: usize = (64 - STEP_BITS as usize + 1) * STEPS;

/// Counts of values, in nanoseconds.
#[derive(Clone, Debug)]
pub struct Histogram {
    counts: Vec<u64>,
    total: u64,
}

impl Default for Histogram {
    fn default() -> Self {
        Self {
            counts: vec![0; BUCKETS],
            total: 0,
        }
    }
}

impl Histogram {
    /// Counts one value.
    #[inline]
    pub fn record(&mut self, nanoseconds: u64) {
        self.counts[bucket(nanoseconds)] += 1;
        self.total += 1;
    }

    /// Counts what another one has counted too.
    pub fn add(&mut self, other: &Self) {
        for (count, more) in self.counts.iter_mut().zip(&other.counts) {
            *count += more;
        }
        self.total += other.total;
    }

    /// How many values were counted.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.total
    }

    /// The value that a share `quantile` (0..=1) of all values does not exceed, in nanoseconds.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss
    )]
    pub fn quantile(&self, quantile: f64) -> u64 {
        let wanted = ((self.total as f64 * quantile).ceil() as u64).clamp(1, self.total.max(1));
        let mut seen = 0;
        for (index, count) in self.counts.iter().enumerate() {
            seen += count;
            if seen >= wanted {
                return highest(index);
            }
        }
        0
    }
}

#[inline]
fn bucket(value: u64) -> usize {
    let shift = (u64::BITS - STEP_BITS).saturating_sub(value.leading_zeros() + 1);
    let step = usize::try_from(value >> shift).unwrap_or(0);
    shift as usize * STEPS + step
}

/// The highest value that is counted in a bucket.
fn highest(index: usize) -> u64 {
    // Below 2 × STEPS every value has its own bucket; above, the upper half of the steps is used.
    if index < 2 * STEPS {
        return index as u64;
    }
    let shift = index / STEPS - 1;
    let step = index - shift * STEPS;
    ((step as u64 + 1) << shift) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_within_its_bucket() {
        for exponent in 0..50 {
            for offset in [0, 1, 3, 77] {
                let value = (1_u64 << exponent) + offset;
                let top = highest(bucket(value));
                assert!(top >= value, "{top} < {value}");
                assert!(top - value <= value / 64, "{value} counted as {top}");
            }
        }
        let _largest_does_not_panic = bucket(u64::MAX);
    }

    #[test]
    fn quantiles_of_a_ramp() {
        let mut histogram = Histogram::default();
        (1..=100_000_u64).for_each(|value| histogram.record(value * 1_000));
        for (quantile, exact) in [
            (0.5, 50_000_000_u64),
            (0.99, 99_000_000),
            (0.999, 99_900_000),
        ] {
            let found = histogram.quantile(quantile);
            assert!(found.abs_diff(exact) < exact / 100, "{quantile}: {found}");
        }
        assert_eq!(Histogram::default().quantile(0.99), 0);
    }
}
