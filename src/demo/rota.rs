//! Who is in trouble, and when: a fixed rota, so that a user can compare what the
//! page says with what is so.
//!
//! | turn | slow | failing |
//! | --- | --- | --- |
//! | 1 | payment → bank, 800 ms in bank itself | inventory → postgresql, `SELECT stock` is refused |
//! | 2 | inventory → postgresql, `SELECT stock` takes 600 ms | bank → postgresql, `UPDATE accounts` is refused |
//! | 3 | frontend → payment, 700 ms in payment itself | frontend → cart, cart itself throws |
//! | 4 | frontend → cart, 500 ms in cart itself | frontend → payment, payment itself throws |
//!
//! Then it begins again. A turn takes a minute unless the user says otherwise.

use std::fmt;
use std::time::{Duration, Instant};

/// The services that can be in trouble.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Party {
    Cart,
    Inventory,
    Payment,
    Bank,
}

/// What is wrong during one turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Turn {
    pub(super) slow: Slow,
    pub(super) failing: Failing,
}

/// The hop that is slow: who dawdles, and how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slow {
    party: Party,
    millis: u64,
}

/// The hop that fails: where the error begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Failing {
    party: Party,
}

const TURNS: [Turn; 4] = [
    turn(Party::Bank, 800, Party::Inventory),
    turn(Party::Inventory, 600, Party::Bank),
    turn(Party::Payment, 700, Party::Cart),
    turn(Party::Cart, 500, Party::Payment),
];

const fn turn(slow: Party, millis: u64, failing: Party) -> Turn {
    Turn { slow: Slow { party: slow, millis }, failing: Failing { party: failing } }
}

/// The rota, from its first turn on.
#[derive(Debug)]
pub(super) struct Rota {
    begin: Instant,
    /// How long a turn takes, never zero.
    turn: Duration,
}

impl Rota {
    /// Begins now. A turn takes at least a millisecond.
    pub(super) fn new(turn: Duration) -> Self {
        Self { begin: Instant::now(), turn: turn.max(Duration::from_millis(1)) }
    }

    /// The turn, and how long it still takes.
    pub(super) fn now(&self) -> (Turn, Duration) {
        at(self.begin.elapsed(), self.turn)
    }

    /// How long `party` dawdles now.
    pub(super) fn delay(&self, party: Party) -> Duration {
        let Slow { party: slow, millis } = self.now().0.slow;
        if slow == party { Duration::from_millis(millis) } else { Duration::ZERO }
    }

    /// Whether `party` fails now.
    pub(super) fn fails(&self, party: Party) -> bool {
        self.now().0.failing.party == party
    }
}

fn at(elapsed: Duration, turn: Duration) -> (Turn, Duration) {
    let (elapsed, turn) = (elapsed.as_nanos(), turn.as_nanos());
    let index = usize::try_from((elapsed / turn) % TURNS.len() as u128).unwrap_or(0);
    let left = u64::try_from(turn - elapsed % turn).unwrap_or(u64::MAX);
    (TURNS[index], Duration::from_nanos(left))
}

impl fmt::Display for Slow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (hop, place) = match self.party {
            Party::Cart => ("frontend → cart", "cart itself"),
            Party::Inventory => ("inventory → postgresql", "SELECT stock"),
            Party::Payment => ("frontend → payment", "payment itself"),
            Party::Bank => ("payment → bank", "bank itself"),
        };
        write!(f, "{hop} ({} ms in {place})", self.millis)
    }
}

impl fmt::Display for Failing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.party {
            Party::Cart => "frontend → cart (cart throws)",
            Party::Inventory => "inventory → postgresql (SELECT stock is refused)",
            Party::Payment => "frontend → payment (payment throws)",
            Party::Bank => "bank → postgresql (UPDATE accounts is refused)",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_follow_each_other_and_begin_again() {
        let minute = Duration::from_secs(60);
        let check = |seconds, index: usize, left| {
            let (turn, rest) = at(Duration::from_secs(seconds), minute);
            assert_eq!((turn, rest), (TURNS[index], Duration::from_secs(left)), "{seconds} s");
        };
        check(0, 0, 60);
        check(59, 0, 1);
        check(60, 1, 60);
        check(200, 3, 40);
        check(240, 0, 60);
    }

    #[test]
    fn nobody_is_slow_and_failing_at_once() {
        for turn in TURNS {
            assert_ne!(turn.slow.party, turn.failing.party);
        }
    }
}
