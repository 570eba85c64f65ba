//! Randomness that can be had again: a test that fails prints the seed it ran with.

use std::hash::{BuildHasher as _, RandomState};

/// The variable that repeats a run.
const VARIABLE: &str = "SEED";

/// A random number generator (SplitMix64) that names its seed when the test that owns it panics.
#[derive(Debug)]
pub struct Seeded {
    seed: u64,
    state: u64,
}

impl Seeded {
    /// Takes the seed from the variable `SEED`, else a new one.
    ///
    /// # Panics
    /// If `SEED` is no number.
    #[must_use]
    pub fn new() -> Self {
        let fresh = || RandomState::new().hash_one(std::process::id());
        Self::with_seed(std::env::var(VARIABLE).map_or_else(
            |_| fresh(),
            |text| text.parse().expect("SEED must be a whole number"),
        ))
    }

    /// A generator with a given seed.
    #[must_use]
    pub const fn with_seed(seed: u64) -> Self {
        Self { seed, state: seed }
    }

    /// The seed it began with.
    #[must_use]
    pub const fn seed(&self) -> u64 {
        self.seed
    }

    /// The next number.
    pub const fn next_u64(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`, or 0 if that is 0.
    pub fn below(&mut self, bound: usize) -> usize {
        let wide = u128::from(self.next_u64()) * bound as u128;
        usize::try_from(wide >> 64).expect("less than the bound")
    }

    /// True in `percent` of 100 cases.
    pub fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of `items`, which must not be empty.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }

    /// Puts `items` in a random order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }

    /// `length` random bytes.
    pub fn bytes(&mut self, length: usize) -> Vec<u8> {
        let mut bytes: Vec<u8> = (0..length.div_ceil(8))
            .flat_map(|_| self.next_u64().to_le_bytes())
            .collect();
        bytes.truncate(length);
        bytes
    }
}

impl Default for Seeded {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Seeded {
    #[expect(clippy::print_stderr, reason = "the seed belongs to the test's output")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("to repeat this run: {VARIABLE}={}", self.seed);
        }
    }
}
