//! How far a larger part of now than of before is to be believed.

use super::{Figures, SURE_DEVIATIONS, deviations};

/// The chance that a normally distributed value is more than [`SURE_DEVIATIONS`] above the mean.
const SURE_CHANCE: f64 = 0.001_349_898;
/// From this variance on, 100 to either side, counts are distributed normally: the answer is
/// then off by less than 0.01, and adding up all that may be would take longer and longer.
const VARIANCE_MAX: f64 = 10_000.0;
/// What adds less than this, relatively, no longer counts.
const NEGLIGIBLE: f64 = 1e-9;

/// How far a larger part of `now` than of `before` is to be believed: 0 where it may be
/// chance, 1 where chance is as unlikely as [`SURE_DEVIATIONS`] are, between them by the square
/// of the standard deviations that are as unlikely. More affected now make it no less.
///
/// Fisher's exact test, one-sided, with the mid-p of Lancaster ("Significance Tests in Discrete
/// Distributions", JASA 56, 1961), which is not on the safe side as the test alone is: if all
/// calls were alike, those affected would be drawn from all of them, and how many of now's are
/// drawn is distributed hypergeometrically. A normal approximation takes 1 of 3 beside 0 of 300
/// for ten standard deviations; by this test it is chance one time in 200.
pub(super) fn certainty(now: Figures, before: Figures) -> f64 {
    (sure_deviations(Draw::of(now, before)) / SURE_DEVIATIONS).clamp(0.0, 1.0).powi(2)
}

/// As many standard deviations as are as unlikely as what was drawn.
fn sure_deviations(draw: Draw) -> f64 {
    if draw.affected <= draw.mean() {
        return 0.0;
    }
    if draw.variance() > VARIANCE_MAX {
        let Draw { affected, calls, affected_before, calls_before } = draw;
        return deviations((affected, calls), (affected_before, calls_before));
    }
    draw.chance().map_or(SURE_DEVIATIONS, deviations_of)
}

/// Calls that are drawn from all calls, whole numbers: `affected` of `calls` now, the others
/// before.
struct Draw {
    affected: f64,
    calls: f64,
    affected_before: f64,
    calls_before: f64,
}

impl Draw {
    fn of(now: Figures, before: Figures) -> Self {
        // Late spans may have taken out more than there is.
        let whole = |calls: f64| calls.max(1.0).round();
        let (calls, calls_before) = (whole(now.calls), whole(before.calls));
        Self {
            affected: now.affected.round().clamp(0.0, calls),
            calls,
            affected_before: before.affected.round().clamp(0.0, calls_before),
            calls_before,
        }
    }

    fn all(&self) -> f64 {
        self.calls + self.calls_before
    }

    fn all_affected(&self) -> f64 {
        self.affected + self.affected_before
    }

    /// How many of those affected would be now's.
    fn mean(&self) -> f64 {
        self.calls * (self.all_affected() / self.all())
    }

    fn variance(&self) -> f64 {
        let spread = (self.all() - self.all_affected()) / (self.all() - 1.0);
        self.mean() * (self.calls_before / self.all()) * spread
    }

    /// The chance that more are drawn, with half of that of as many; `None` where it is below
    /// [`SURE_CHANCE`].
    fn chance(&self) -> Option<f64> {
        let mut more = 0.0;
        // How likely a count is, over how likely `affected` is.
        let mut weight = 1.0;
        let mut count = self.affected;
        while weight > NEGLIGIBLE * (1.0 + more) {
            weight *= self.next_over(count);
            more += weight;
            count += 1.0;
        }
        let drawn = more + 0.5;
        let mut all = more + 1.0;
        (weight, count) = (1.0, self.affected);
        while weight > NEGLIGIBLE * all {
            if drawn < SURE_CHANCE * all {
                return None;
            }
            count -= 1.0;
            // Infinite where `count` cannot be: those not drawn were more than there are.
            weight /= self.next_over(count);
            all += weight;
        }
        Some(drawn / all)
    }

    /// How likely it is to draw one more than `count`, over how likely `count` is.
    fn next_over(&self, count: f64) -> f64 {
        let (drawn, left) = (self.calls - count, self.all_affected() - count);
        let unaffected = self.calls_before - left;
        drawn * left / ((count + 1.0) * (unaffected + 1.0))
    }
}

/// How many standard deviations above the mean has this chance of being exceeded, which is 0.5 at
/// most; right to 4.5e-4 (Abramowitz and Stegun, Handbook of Mathematical Functions, 26.2.23).
fn deviations_of(chance: f64) -> f64 {
    let t = (-2.0 * chance.min(0.5).ln()).sqrt();
    let below = 2.515_517 + t * (0.802_853 + t * 0.010_328);
    let above = 1.0 + t * (1.432_788 + t * (0.189_269 + t * 0.001_308));
    t - below / above
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn part(affected: u32, calls: u32) -> Figures {
        Figures::part(affected.into(), calls.into())
    }

    /// ln n!
    fn ln_factorial(n: u32) -> f64 {
        (2..=n).map(|factor| f64::from(factor).ln()).sum()
    }

    fn ln_choose(n: u32, of: u32) -> f64 {
        ln_factorial(n) - ln_factorial(of) - ln_factorial(n - of)
    }

    /// The chance itself, term by term.
    fn chance((affected, calls): (u32, u32), (affected_before, calls_before): (u32, u32)) -> f64 {
        let all_affected = affected + affected_before;
        let most = calls.min(all_affected);
        let all = ln_choose(calls + calls_before, all_affected);
        let of = |count: u32| {
            let here = ln_choose(calls, count) + ln_choose(calls_before, all_affected - count);
            (here - all).exp()
        };
        (affected + 1..=most).map(of).sum::<f64>() + of(affected) / 2.0
    }

    /// The chance that a normally distributed value is so many standard deviations above the
    /// mean: the area below the curve, by Simpson's rule.
    fn chance_above(deviations: f64) -> f64 {
        let density = |x: f64| (-x * x / 2.0).exp() / std::f64::consts::TAU.sqrt();
        let (steps, width) = (1_000, 10.0 / 1_000.0);
        let area = |step: i32| {
            let at = deviations + f64::from(step) * width;
            density(at) + 4.0 * density(at + width / 2.0) + density(at + width)
        };
        (0..steps).map(area).sum::<f64>() * width / 6.0
    }

    /// The certainty that goes with a chance.
    fn expected(chance: f64) -> f64 {
        let (mut low, mut high) = (0.0, SURE_DEVIATIONS);
        for _ in 0..30 {
            let middle = (low + high) / 2.0;
            if chance_above(middle) > chance { low = middle } else { high = middle }
        }
        (low / SURE_DEVIATIONS).powi(2)
    }

    #[test]
    fn few_calls_say_little() {
        let certainty = |now, before| {
            let percent = certainty(now, before) * 100.0;
            percent.round()
        };
        let few = part(0, 300);
        assert_eq!(certainty(part(1, 3), few), 74.0);
        assert_eq!(certainty(part(2, 3), few), 100.0);
        assert_eq!(certainty(part(1, 30), few), 32.0);
        assert_eq!(certainty(part(1, 300), few), 5.0);
        assert_eq!(certainty(part(9, 300), few), 100.0);
        assert_eq!(certainty(part(0, 3), few), 0.0);
        assert_eq!(certainty(part(1, 3), part(100, 300)), 0.0);
        // Of what was not there before one call is taken to have been well.
        assert_eq!(certainty(part(5, 5), part(0, 0)), 21.0);
        // As long as a day of a busy service: the normal distribution.
        assert_eq!(certainty(part(1_002_000, 10_000_000), part(1_000_000, 10_000_000)), 25.0);
    }

    #[test]
    fn figures_of_what_was_taken_out_are_answered() {
        let odd = [-3.0, 0.0, 0.5, 1.0, 1e18];
        for affected in odd {
            for calls in odd {
                for before in odd {
                    let (now, before) =
                        (Figures::part(affected, calls), Figures::part(before, 1.0));
                    for sure in [certainty(now, before), certainty(before, now)] {
                        assert!((0.0..=1.0).contains(&sure), "{now:?} {before:?} {sure}");
                    }
                }
            }
        }
    }

    /// Affected, and calls.
    fn side(calls_max: u32) -> impl Strategy<Value = (u32, u32)> {
        (1..=calls_max).prop_flat_map(|calls| (0..=calls, Just(calls)))
    }

    proptest! {
        #[test]
        fn it_is_what_the_exact_chance_says(now in side(200), before in side(400)) {
            let sure = certainty(part(now.0, now.1), part(before.0, before.1));
            let expected = match f64::from(now.0 * before.1) > f64::from(before.0 * now.1) {
                true => expected(chance(now, before)),
                false => 0.0,
            };
            prop_assert!((sure - expected).abs() < 1e-3, "{sure} {expected}");
        }

        #[test]
        fn more_affected_are_believed_no_less(before in side(5_000), calls in 1..5_000_u32) {
            let mut last = 0.0;
            for affected in 0..=calls {
                let sure = certainty(part(affected, calls), part(before.0, before.1));
                prop_assert!((0.0..=1.0).contains(&sure));
                prop_assert!(sure >= last - 1e-6, "{affected}: {sure} {last}");
                last = sure;
                if sure == 1.0 && affected > before.0 + 100 {
                    break;
                }
            }
        }

        #[test]
        fn many_calls_are_as_the_normal_distribution_says(
            calls in 100_000..200_000_u32,
            (rate, more) in (0.3..0.5_f64, 0.0..4.0_f64),
        ) {
            let all = f64::from(calls);
            let affected = (rate * all).round();
            let spread = (2.0 * rate * (1.0 - rate) * all).sqrt();
            let now = Figures::part((affected + more * spread).round(), all);
            let before = Figures::part(affected, all);
            // Beyond the bound it is not added up; here it is.
            let draw = Draw::of(now, before);
            prop_assume!(draw.affected > draw.mean());
            let added_up = draw.chance().map_or(SURE_DEVIATIONS, deviations_of);
            let added_up = (added_up / SURE_DEVIATIONS).clamp(0.0, 1.0).powi(2);
            let sure = certainty(now, before);
            prop_assert!((sure - added_up).abs() < 0.01, "{sure} {added_up} {}", draw.variance());
        }
    }
}
