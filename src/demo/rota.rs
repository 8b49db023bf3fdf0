//! Who is in trouble, and when: a fixed rota, so that a user can compare what the
//! page says with what is so.
//!
//! | turn | slow | failing |
//! | --- | --- | --- |
//! | 1 | payment → bank, 800 ms in bank itself | inventory → postgresql, `SELECT stock` is refused |
//! | 3 | inventory → postgresql, `SELECT stock` takes 600 ms | bank → postgresql, `UPDATE accounts` is refused |
//! | 5 | frontend → payment, 700 ms in payment itself | frontend → cart, cart itself throws |
//! | 7 | frontend → cart, 500 ms in cart itself | frontend → payment, payment itself throws |
//! | 9 | payment → bank, 300 ms on the way there | frontend → cart, which frontend does without |
//! | 11 | inventory asks its database 24 times instead of once | payment → bank, which payment calls again |
//! | 13 | payment no longer calls bank | |
//!
//! In the turns between all is well, so that there is something to compare with. Then it
//! begins again. A turn takes a minute unless the user says otherwise.

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
pub(super) enum Turn {
    /// Nothing.
    Well,
    /// One hop is slow, another fails.
    Troubled(Slow, Failing),
    /// Something that no single trace makes conspicuous.
    Odd(&'static [Odd]),
}

/// Something that shows in many traces rather than in one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Odd {
    /// The way from payment to bank is slow.
    SlowWay,
    /// Cart fails, and frontend goes on without it.
    Swallowed,
    /// Inventory asks its database for each item.
    ManyQueries,
    /// Bank fails every other time, and payment calls it again.
    CalledAgain,
    /// Payment does not call bank.
    LeftOut,
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

const TURNS: [Turn; 14] = [
    turn(Party::Bank, 800, Party::Inventory),
    Turn::Well,
    turn(Party::Inventory, 600, Party::Bank),
    Turn::Well,
    turn(Party::Payment, 700, Party::Cart),
    Turn::Well,
    turn(Party::Cart, 500, Party::Payment),
    Turn::Well,
    Turn::Odd(&[Odd::SlowWay, Odd::Swallowed]),
    Turn::Well,
    Turn::Odd(&[Odd::ManyQueries, Odd::CalledAgain]),
    Turn::Well,
    Turn::Odd(&[Odd::LeftOut]),
    Turn::Well,
];

const fn turn(slow: Party, millis: u64, failing: Party) -> Turn {
    Turn::Troubled(Slow { party: slow, millis }, Failing { party: failing })
}

/// The rota, from its first turn on.
#[derive(Debug)]
pub(super) struct Rota {
    begin: Instant,
    /// How long all is well before the first turn.
    well: Duration,
    /// How long a turn takes, never zero.
    turn: Duration,
}

impl Rota {
    /// Begins now: for so long all is `well`, then turns follow. One takes at least a
    /// millisecond.
    pub(super) fn new(well: Duration, turn: Duration) -> Self {
        Self { begin: Instant::now(), well, turn: turn.max(Duration::from_millis(1)) }
    }

    /// The turn, and how long it still takes.
    pub(super) fn now(&self) -> (Turn, Duration) {
        let elapsed = self.begin.elapsed();
        match elapsed.checked_sub(self.well) {
            Some(elapsed) => at(elapsed, self.turn),
            None => (Turn::Well, self.well - elapsed),
        }
    }

    /// How long `party` dawdles now.
    pub(super) fn delay(&self, party: Party) -> Duration {
        match self.now().0 {
            Turn::Troubled(slow, _) if slow.party == party => Duration::from_millis(slow.millis),
            _ => Duration::ZERO,
        }
    }

    /// Whether `party` fails now.
    pub(super) fn fails(&self, party: Party) -> bool {
        matches!(self.now().0, Turn::Troubled(_, failing) if failing.party == party)
    }

    /// Whether this is so now.
    pub(super) fn is(&self, odd: Odd) -> bool {
        matches!(self.now().0, Turn::Odd(odds) if odds.contains(&odd))
    }
}

fn at(elapsed: Duration, turn: Duration) -> (Turn, Duration) {
    let (elapsed, turn) = (elapsed.as_nanos(), turn.as_nanos());
    let index = usize::try_from((elapsed / turn) % TURNS.len() as u128).unwrap_or(0);
    let left = u64::try_from(turn - elapsed % turn).unwrap_or(u64::MAX);
    (TURNS[index], Duration::from_nanos(left))
}

/// As `hopline demo` says it: `now …`.
impl fmt::Display for Turn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Well => f.write_str("all is well"),
            Self::Troubled(slow, failing) => write!(f, "slow: {slow}; now failing: {failing}"),
            Self::Odd(odds) => {
                let odds: Vec<String> = odds.iter().map(ToString::to_string).collect();
                f.write_str(&odds.join("; now "))
            }
        }
    }
}

impl fmt::Display for Odd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SlowWay => "payment → bank takes 300 ms on the way there",
            Self::Swallowed => "frontend goes on without cart, which throws",
            Self::ManyQueries => "inventory asks its database 24 times instead of once",
            Self::CalledAgain => "payment calls bank again, which fails every other time",
            Self::LeftOut => "payment no longer calls bank",
        })
    }
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
        check(14 * 60, 0, 60);
    }

    #[test]
    fn nobody_is_slow_and_failing_at_once() {
        for turn in TURNS {
            if let Turn::Troubled(slow, failing) = turn {
                assert_ne!(slow.party, failing.party);
            }
        }
    }

    #[test]
    fn all_is_well_every_other_turn_and_at_first_for_as_long_as_it_is_asked() {
        let is_well = |turn: &Turn| *turn == Turn::Well;
        assert!(TURNS.chunks(2).all(|pair| !is_well(&pair[0]) && is_well(&pair[1])));
        let rota = Rota::new(Duration::from_secs(3_600), Duration::from_secs(60));
        assert!(is_well(&rota.now().0) && rota.now().1 > Duration::from_secs(3_000));
    }
}
