//! A finding in one sentence.

use chain::What;

use super::Finding;
use crate::trace::format::{duration, short};

/// What happens less often than this part of the time does not happen.
const GONE_PART: f64 = 0.02;
/// How much of a name is shown.
const NAME_CHARS_MAX: usize = 80;

/// What `finding` says, without a full stop.
pub(super) fn sentence(finding: &Finding, found: &chain::Finding) -> String {
    let Finding { what, now, before, .. } = finding;
    let service = name(&finding.service);
    let hop = match (&finding.other, &finding.peer) {
        (Some(other), _) => format!("{} → {service} {}", name(other), quoted(&finding.name)),
        (None, Some(peer)) => {
            format!("{service} → {} {}", name(&peer.name), quoted(&finding.name))
        }
        (None, None) => format!("{service} {}", quoted(&finding.name)),
    };
    let longer = format!("{} longer for each request", seconds(finding.seconds));
    let took = format!(
        "90 % took up to {}, now {}",
        seconds(before.p90_seconds),
        seconds(now.p90_seconds)
    );
    let rates = format!("{} before, now {}", rate(before), rate(now));
    let thing = if found.is_event { "says" } else { "calls" };
    let other = finding.other.as_deref().map_or_else(String::new, name);
    let called = called(finding.other.as_deref(), &finding.name);
    match what {
        What::SlowCode if finding.peer.is_some() => {
            format!("{hop} takes longer: {took}; {longer}")
        }
        What::SlowCode => format!("{hop} takes longer in {service} itself: {took}; {longer}"),
        What::SlowGap => format!(
            "the way between {other} and {service} {} is slow (connect, queue, network): \
             {took}; {longer}",
            quoted(&finding.name)
        ),
        What::Failing => format!("errors begin in {hop}: {rates} of its calls"),
        What::Swallowed => {
            let by = finding.absorbed_by.as_deref().map_or_else(|| "a caller".to_owned(), name);
            format!(
                "errors begin in {hop}, and {by} answers in spite of them: {rates} of its calls"
            )
        }
        What::Silent => {
            let waited = if finding.seconds > 0.0 { format!("; {longer}") } else { String::new() };
            format!(
                "{service} does not answer {} of {other}: {rates} of the calls{waited}",
                quoted(&finding.name)
            )
        }
        What::ErrorEvents => {
            format!("{service} tells of errors, {}: in {rates} of its spans", quoted(&finding.name))
        }
        What::Stopped if now.affected < GONE_PART * now.calls => {
            format!("{service} no longer {thing} {}: {rates}", called)
        }
        What::Stopped => {
            format!("{service} {thing} {} less often: {rates} of the time", called)
        }
        What::Appeared if found.is_new_caller => {
            let name = quoted(&finding.name);
            format!("{other} has a new caller: {service} calls its {name}, {rates} of the time")
        }
        What::Appeared if before.affected < GONE_PART * before.calls => {
            format!("{service} now {thing} {}: {rates}", called)
        }
        What::Appeared => {
            format!("{service} {thing} {} more often: {rates} of the time", called)
        }
        What::Multiplied => format!(
            "{service} calls {} {:.1} times where it did {:.1} times; {longer}",
            called,
            now.affected / now.calls.max(1.0),
            before.affected / before.calls.max(1.0),
        ),
        What::Retried => format!("{hop} is called again after it failed: {rates} of the calls"),
    }
}

/// "bank `POST /charge`".
pub(super) fn called(service: Option<&str>, span_name: &str) -> String {
    match service {
        Some(service) => format!("{} {}", name(service), quoted(span_name)),
        None => quoted(span_name),
    }
}

fn rate(figures: &chain::Figures) -> String {
    let percent = figures.affected / figures.calls.max(1.0) * 100.0;
    let decimals = usize::from(percent > 0.0 && percent < 9.95);
    format!("{percent:.decimals$} %")
}

pub(super) fn seconds(seconds: f64) -> String {
    duration((seconds * 1e9) as u64)
}

pub(super) fn name(text: &str) -> String {
    short(text, NAME_CHARS_MAX)
}

pub(super) fn quoted(text: &str) -> String {
    format!("`{}`", short(text, NAME_CHARS_MAX).replace('`', "'"))
}
