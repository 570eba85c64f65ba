//! How many uploads run at once, in all and for each user: what bounds the memory that they take.

use std::{collections::HashMap, sync::Arc};

use parking_lot::Mutex;

/// The places.
#[derive(Debug, Clone)]
pub struct Slots {
    running: Arc<Mutex<Running>>,
    total: u32,
    per_user: u32,
}

#[derive(Debug, Default)]
struct Running {
    total: u32,
    by_user: HashMap<String, u32>,
}

/// A place that is taken until this is dropped.
#[derive(Debug)]
pub struct Slot {
    running: Arc<Mutex<Running>>,
    user: String,
}

/// Why there is no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Full {
    /// The user has too many uploads running.
    User,
    /// All users together have.
    Total,
}

impl Slots {
    /// As many as `total`, of which one user may take `per_user`.
    #[must_use]
    pub fn new(total: u32, per_user: u32) -> Self {
        Self {
            running: Arc::default(),
            total,
            per_user,
        }
    }

    /// Takes a place for `user`.
    ///
    /// # Errors
    /// Which places are full.
    pub fn take(&self, user: &str) -> Result<Slot, Full> {
        let mut running = self.running.lock();
        if running
            .by_user
            .get(user)
            .is_some_and(|own| *own >= self.per_user)
        {
            return Err(Full::User);
        }
        if running.total >= self.total {
            return Err(Full::Total);
        }
        running.total += 1;
        *running.by_user.entry(user.to_owned()).or_default() += 1;
        Ok(Slot {
            running: self.running.clone(),
            user: user.to_owned(),
        })
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut running = self.running.lock();
        running.total -= 1;
        if let Some(own) = running.by_user.get_mut(&self.user) {
            *own -= 1;
            if *own == 0 {
                running.by_user.remove(&self.user);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_for_each_and_for_all_and_given_back() {
        let slots = Slots::new(3, 2);
        let first = slots.take("ann").expect("a place");
        let _second = slots.take("ann").expect("a place");
        assert_eq!(slots.take("ann").err(), Some(Full::User));
        let third = slots.take("bob").expect("a place");
        assert_eq!(slots.take("cat").err(), Some(Full::Total));
        drop(third);
        drop(first);
        let _again = slots.take("ann").expect("a place");
        assert_eq!(slots.running.lock().by_user.len(), 1);
    }
}
