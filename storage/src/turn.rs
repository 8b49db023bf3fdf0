//! Turns: what takes much memory is done one at a time.

use parking_lot::{Condvar, Mutex};

use crate::contract::{Deadline, ReadError};

/// One may have it at a time.
#[derive(Debug, Default)]
pub struct Turn {
    is_taken: Mutex<bool>,
    given_back: Condvar,
}

/// The turn, given back when this is dropped.
#[derive(Debug)]
pub struct TurnTaken<'a>(&'a Turn);

impl Turn {
    /// Waits until the turn is free, and takes it.
    ///
    /// # Errors
    /// [`ReadError::DeadlineExceeded`] where that takes longer than until `deadline`.
    pub fn take(&self, deadline: Deadline) -> Result<TurnTaken<'_>, ReadError> {
        let mut is_taken = self.is_taken.lock();
        while *is_taken {
            deadline.check()?;
            self.given_back.wait_for(&mut is_taken, deadline.left());
        }
        *is_taken = true;
        Ok(TurnTaken(self))
    }
}

impl Drop for TurnTaken<'_> {
    fn drop(&mut self) {
        *self.0.is_taken.lock() = false;
        self.0.given_back.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn one_has_the_turn_and_the_next_gets_it_or_runs_out_of_time() {
        let turn = Turn::default();
        let taken = turn.take(Deadline::after(Duration::ZERO)).unwrap();
        let late = turn.take(Deadline::after(Duration::from_millis(1)));
        assert!(matches!(late, Err(ReadError::DeadlineExceeded)));
        std::thread::scope(|scope| {
            let next = scope.spawn(|| turn.take(Deadline::after(Duration::from_secs(60))).is_ok());
            drop(taken);
            assert!(next.join().unwrap());
        });
        turn.take(Deadline::after(Duration::ZERO)).unwrap();
    }
}
