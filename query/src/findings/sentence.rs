//! A finding in one sentence.

use chain::What;

use super::Finding;
use crate::trace::format::{duration, short};

/// What happens less often than this part of the time does not happen.
const GONE_PART: f64 = 0.02;
/// How much of a name is shown.
const NAME_CHARS_MAX: usize = 80;

/// What `finding` says, without a full stop.
pub(super) fn sentence(finding: &Finding, is_event: bool) -> String {
    let Finding { what, now, before, .. } = finding;
    let service = name(&finding.service);
    let hop = match &finding.other {
        Some(other) => format!("{} → {service} {}", name(other), quoted(&finding.name)),
        None => format!("{service} {}", quoted(&finding.name)),
    };
    let longer = format!("{} longer for each request", seconds(finding.seconds));
    let took = format!(
        "90 % took up to {}, now {}",
        seconds(before.p90_seconds),
        seconds(now.p90_seconds)
    );
    let rates = format!("{} before, now {}", rate(before), rate(now));
    let thing = if is_event { "says" } else { "calls" };
    match what {
        What::SlowCode => format!("{hop} takes longer in {service} itself: {took}; {longer}"),
        What::SlowGap => {
            let other = finding.other.as_deref().map_or_else(String::new, name);
            format!(
                "the way between {other} and {service} {} is slow (connect, queue, network): \
                 {took}; {longer}",
                quoted(&finding.name)
            )
        }
        What::Failing => format!("errors begin in {hop}: {rates} of its calls"),
        What::ErrorEvents => {
            format!("{service} tells of errors, {}: in {rates} of its spans", quoted(&finding.name))
        }
        What::Stopped if now.affected < GONE_PART * now.calls => {
            format!("{service} no longer {thing} {}: {rates}", called(finding))
        }
        What::Stopped => {
            format!("{service} {thing} {} less often: {rates} of the time", called(finding))
        }
        What::Appeared if before.affected < GONE_PART * before.calls => {
            format!("{service} now {thing} {}: {rates}", called(finding))
        }
        What::Appeared => {
            format!("{service} {thing} {} more often: {rates} of the time", called(finding))
        }
        What::Multiplied => format!(
            "{service} calls {} {:.1} times where it did {:.1} times; {longer}",
            called(finding),
            now.affected / now.calls.max(1.0),
            before.affected / before.calls.max(1.0),
        ),
        What::Retried => format!("{hop} is called again after it failed: {rates} of the calls"),
    }
}

/// "bank `POST /charge`".
fn called(finding: &Finding) -> String {
    match &finding.other {
        Some(other) => format!("{} {}", name(other), quoted(&finding.name)),
        None => quoted(&finding.name),
    }
}

fn rate(figures: &chain::Figures) -> String {
    let percent = figures.affected / figures.calls.max(1.0) * 100.0;
    let decimals = usize::from(percent > 0.0 && percent < 9.95);
    format!("{percent:.decimals$} %")
}

fn seconds(seconds: f64) -> String {
    duration((seconds * 1e9) as u64)
}

fn name(text: &str) -> String {
    short(text, NAME_CHARS_MAX)
}

fn quoted(text: &str) -> String {
    format!("`{}`", short(text, NAME_CHARS_MAX).replace('`', "'"))
}
