use proto::TraceId;
use serde::Serialize;
use utoipa::ToSchema;

use super::AsText;
use super::completeness::Completeness;
use crate::HopId;
use crate::findings::{self, Entry, word};
use crate::peers::Peer;

/// What is wrong now, and what was lately.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api::native) struct FindingsAnswer<'a> {
    /// What is wrong now, the most harmful first.
    pub(in crate::api::native) open: Vec<OpenFinding<'a>>,
    /// What was wrong lately, the last first.
    pub(in crate::api::native) resolved: Vec<OpenFinding<'a>>,
    /// How the requests that enter the system changed, who got slowest in all first.
    pub(in crate::api::native) entries: Vec<Entrance<'a>>,
    /// Calls made one after the other that might be made at once; nothing is wrong there.
    pub(in crate::api::native) opportunities: Vec<Opportunity<'a>>,
    /// What was compared at the last look; null where there was too little.
    pub(in crate::api::native) compared: Option<Compared>,
    /// The same of services that run another version than an hour before, the last that changed
    /// first: the time since then, compared with the hour before.
    pub(in crate::api::native) compared_by_version: Vec<Compared>,
    /// Why nothing can be said now; null where something can.
    pub(in crate::api::native) silent_because: Option<&'a str>,
}

/// What `data` of an event of `watch` is.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api::native) struct WatchEvent<'a> {
    /// `snapshot`: what is open, for who just came or missed something. Else what became of
    /// a finding: `opened`, `changed` (its harm, by a fourth or more) or `resolved`.
    pub(in crate::api::native) kind: &'static str,
    /// Of a snapshot: what is wrong now, the most harmful first.
    pub(in crate::api::native) open: Option<Vec<OpenFinding<'a>>>,
    /// Otherwise the finding.
    pub(in crate::api::native) finding: Option<OpenFinding<'a>>,
}

/// A finding and its history.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api::native) struct OpenFinding<'a> {
    #[serde(flatten)]
    pub(in crate::api::native) finding: Finding<'a>,
    /// Since when it is so: the first minute that shows it.
    #[schema(value_type = String)]
    pub(in crate::api::native) since_unix_nano: AsText<u64>,
    /// When it was found last.
    #[schema(value_type = String)]
    pub(in crate::api::native) last_unix_nano: AsText<u64>,
    /// When it was over; null while it is not.
    #[schema(value_type = Option<String>)]
    pub(in crate::api::native) resolved_unix_nano: Option<AsText<u64>>,
    /// The most harm that it did.
    pub(in crate::api::native) harm_max: f64,
}

/// One thing that is worse.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api::native) struct Finding<'a> {
    /// `slow_code`, `slow_gap`, `failing`, `swallowed`, `silent`, `error_events`, `stopped`,
    /// `appeared`, `multiplied` or `retried`.
    pub(in crate::api::native) kind: &'static str,
    /// What it is, in one sentence.
    pub(in crate::api::native) sentence: &'a str,
    /// The service to blame.
    pub(in crate::api::native) service: &'a str,
    /// The other end of the hop; null where there is none.
    pub(in crate::api::native) other: Option<&'a str>,
    /// The id of the hop that it is about; null where that is not known.
    #[schema(value_type = Option<String>)]
    pub(in crate::api::native) hop_id: Option<AsText<HopId>>,
    /// The span name, or what the event says. Ids in it are `*`.
    pub(in crate::api::native) span_name: &'a str,
    /// Of errors that are swallowed: who gets them and does not fail; null of others.
    pub(in crate::api::native) absorbed_by: Option<&'a str>,
    /// Of calls that nobody answers: whom they are to; null of others, and where they do not
    /// say.
    pub(in crate::api::native) peer: Option<&'a Peer>,
    /// The change of version since which it is so; null where it is not known to be due to one.
    pub(in crate::api::native) version_change: Option<VersionChange>,
    /// By how much a request is worse, as a part: of its time, or of all requests.
    pub(in crate::api::native) harm: f64,
    /// How much longer a request takes on average.
    pub(in crate::api::native) nano_per_request: u64,
    /// How often it happened, or is missing, for each request.
    pub(in crate::api::native) per_request: f64,
    /// At how many paths it is so.
    pub(in crate::api::native) paths: usize,
    /// How it is now, where it does most harm.
    pub(in crate::api::native) now: Figures,
    /// How it was there before.
    pub(in crate::api::native) before: Figures,
    /// The services and span names that lead there, from the root on.
    pub(in crate::api::native) chain: Vec<ChainLink<'a>>,
    /// The requests that it harms, the most harmed first; ten at most.
    pub(in crate::api::native) entries: Vec<Harmed<'a>>,
    /// Traces in which it happened.
    #[schema(value_type = Vec<String>)]
    pub(in crate::api::native) bad_trace_ids: Vec<AsText<TraceId>>,
    /// What the bad ones have more often than others, the largest difference first.
    pub(in crate::api::native) differences: Vec<Difference<'a>>,
    /// Traces of the time before.
    #[schema(value_type = Vec<String>)]
    pub(in crate::api::native) normal_trace_ids: Vec<AsText<TraceId>>,
}

/// That a service runs another version than before.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api::native) struct VersionChange {
    pub(in crate::api::native) service: String,
    /// Its `service.version` now.
    pub(in crate::api::native) version: String,
    /// The one before.
    pub(in crate::api::native) version_before: String,
    /// The minute in which the first span of the new one began.
    #[schema(value_type = String)]
    pub(in crate::api::native) changed_unix_nano: AsText<u64>,
    /// Until when other versions ran, too; as `changed_unix_nano` where none did.
    #[schema(value_type = String)]
    pub(in crate::api::native) others_until_unix_nano: AsText<u64>,
    /// The same in words that go on from the sentence of a finding.
    pub(in crate::api::native) sentence: String,
}

/// What a finding does to requests that enter the system.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api::native) struct Harmed<'a> {
    /// Who takes them.
    pub(in crate::api::native) service: &'a str,
    pub(in crate::api::native) span_name: &'a str,
    /// The part of the finding's harm that is theirs.
    pub(in crate::api::native) harm: f64,
    /// The part of what they got slower that it explains: with those of other findings, and
    /// what none explains, 1. Null where they did not get slower, and of other kinds.
    pub(in crate::api::native) share_of_slowdown: Option<f64>,
    /// The part of the further errors below them that began here, of those that got through.
    /// Null where there are none, and of other kinds.
    pub(in crate::api::native) share_of_failures: Option<f64>,
}

/// How requests of one kind, that enter the system, changed.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api::native) struct Entrance<'a> {
    /// Who takes them.
    pub(in crate::api::native) service: &'a str,
    pub(in crate::api::native) span_name: &'a str,
    pub(in crate::api::native) requests: u64,
    /// How many there were in the time before.
    pub(in crate::api::native) reference_requests: u64,
    /// How long one takes on average.
    pub(in crate::api::native) mean_nano: u64,
    /// How long one took before.
    pub(in crate::api::native) reference_mean_nano: u64,
    /// Of the difference: what no finding explains. Negative where findings explain more than
    /// there is, because something else takes less.
    pub(in crate::api::native) not_explained_nano: i64,
}

/// Figures of a hop.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api::native) struct Figures {
    /// Calls, or those that might have made one.
    pub(in crate::api::native) calls: f64,
    /// Of them those that this is about.
    pub(in crate::api::native) affected: f64,
    /// Half of them take no longer.
    pub(in crate::api::native) p50_nano: u64,
    /// Nine of ten take no longer.
    pub(in crate::api::native) p90_nano: u64,
}

/// An attribute that bad ones have more often.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api::native) struct Difference<'a> {
    /// `span` or `resource`.
    pub(in crate::api::native) scope: &'a str,
    pub(in crate::api::native) key: &'a str,
    /// As text.
    pub(in crate::api::native) value: &'a str,
    /// The part of the bad ones that has it.
    pub(in crate::api::native) bad: f64,
    /// The part of the others that has it.
    pub(in crate::api::native) normal: f64,
}

/// One call of a chain.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api::native) struct ChainLink<'a> {
    pub(in crate::api::native) service: &'a str,
    pub(in crate::api::native) span_name: &'a str,
}

/// What was compared with what.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api::native) struct Compared {
    #[schema(value_type = String)]
    pub(in crate::api::native) from_unix_nano: AsText<u64>,
    #[schema(value_type = String)]
    pub(in crate::api::native) to_unix_nano: AsText<u64>,
    /// From here to `reference_to_unix_nano`, but for minutes in which something was wrong.
    #[schema(value_type = String)]
    pub(in crate::api::native) reference_from_unix_nano: AsText<u64>,
    #[schema(value_type = String)]
    pub(in crate::api::native) reference_to_unix_nano: AsText<u64>,
    /// Requests that were judged: roots of traces.
    pub(in crate::api::native) requests: u64,
    /// Requests that they were compared with.
    pub(in crate::api::native) reference_requests: u64,
    /// How long a request took before, on average.
    pub(in crate::api::native) request_nano: u64,
    /// By how much the two differ in which requests came, from 0 to 1. From about 0.3 on,
    /// differences may be due to that.
    pub(in crate::api::native) workload_shift: f64,
    /// Whether that is another workload: other kinds of requests, or twice as many a minute
    /// or half as many.
    pub(in crate::api::native) is_other_workload: bool,
    /// What it was compared with.
    pub(in crate::api::native) baseline: Baseline,
    /// What it was compared with, and in what the workload was another then, in one sentence.
    pub(in crate::api::native) sentence: String,
}

/// What something was compared with.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api::native) struct Baseline {
    /// `recent` (the hour before), `yesterday` (the same hour), `week` (this hour of the last
    /// seven days, all together), `version` (the hour before a service ran another version), or
    /// `asked`.
    pub(in crate::api::native) kind: &'static str,
    /// Of `version`: what changed; null of others.
    pub(in crate::api::native) version_change: Option<VersionChange>,
    /// Its times, the earliest first, without those in which something was wrong. What is
    /// older than a day counts by the hours that begin there.
    pub(in crate::api::native) times: Vec<BaselineTime>,
    /// Requests that came in a minute then; null where nobody asked or that is not known.
    pub(in crate::api::native) requests_per_minute: Option<f64>,
    /// The same of what is judged.
    pub(in crate::api::native) requests_per_minute_now: Option<f64>,
}

/// A part of what something was compared with.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api::native) struct BaselineTime {
    #[schema(value_type = String)]
    pub(in crate::api::native) from_unix_nano: AsText<u64>,
    #[schema(value_type = String)]
    pub(in crate::api::native) to_unix_nano: AsText<u64>,
}

/// Two times, compared.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api::native) struct CompareAnswer<'a> {
    /// What is worse, the most harmful first.
    pub(in crate::api::native) findings: Vec<Finding<'a>>,
    /// The services, each with its part of the blame, the most first.
    pub(in crate::api::native) services: Vec<ServiceHarm<'a>>,
    /// How the requests that enter the system changed, who got slowest in all first.
    pub(in crate::api::native) entries: Vec<Entrance<'a>>,
    /// Calls made one after the other that might be made at once, in the time that is judged.
    pub(in crate::api::native) opportunities: Vec<Opportunity<'a>>,
    pub(in crate::api::native) compared: Compared,
    /// Whether there are more findings than the limit.
    pub(in crate::api::native) more: bool,
    pub(in crate::api::native) completeness: Completeness<'a>,
}

/// Calls that one span makes one after the other, and that might be made at once, if none
/// needs the answer of another.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api::native) struct Opportunity<'a> {
    /// `could_be_parallel`.
    pub(in crate::api::native) kind: &'static str,
    /// What it is, in one sentence.
    pub(in crate::api::native) sentence: &'a str,
    /// Who makes the calls.
    pub(in crate::api::native) service: &'a str,
    pub(in crate::api::native) span_name: &'a str,
    /// Some of the calls, those that take longest first.
    pub(in crate::api::native) calls: Vec<ChainLink<'a>>,
    /// The request that enters the system.
    pub(in crate::api::native) entry: ChainLink<'a>,
    /// How many of those there were.
    pub(in crate::api::native) requests: u64,
    /// How much sooner one would be answered at most, on average.
    pub(in crate::api::native) nano_per_request: u64,
    /// The same as a part of what it takes.
    pub(in crate::api::native) share: f64,
}

/// A service and its part of the blame.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api::native) struct ServiceHarm<'a> {
    pub(in crate::api::native) service: &'a str,
    /// The harm of its findings, added up.
    pub(in crate::api::native) harm: f64,
}

impl<'a> OpenFinding<'a> {
    pub(in crate::api::native) fn of(entry: &'a Entry) -> Self {
        Self {
            finding: Finding::of(&entry.finding),
            since_unix_nano: AsText(entry.since_unix_nano),
            last_unix_nano: AsText(entry.last_unix_nano),
            resolved_unix_nano: entry.resolved_unix_nano.map(AsText),
            harm_max: entry.harm_max,
        }
    }
}

impl<'a> Finding<'a> {
    pub(in crate::api::native) fn of(finding: &'a findings::Finding) -> Self {
        let ids = |ids: &[TraceId]| ids.iter().copied().map(AsText).collect();
        Self {
            kind: word(finding.what),
            sentence: &finding.sentence,
            service: &finding.service,
            other: finding.other.as_deref(),
            hop_id: finding.hop.map(AsText),
            span_name: &finding.name,
            absorbed_by: finding.absorbed_by.as_deref(),
            peer: finding.peer.as_ref(),
            version_change: finding.version.as_ref().map(VersionChange::of),
            harm: finding.harm,
            nano_per_request: nano(finding.seconds),
            per_request: finding.per_request,
            paths: finding.paths,
            now: Figures::of(&finding.now),
            before: Figures::of(&finding.before),
            entries: finding.entries.iter().map(Harmed::of).collect(),
            chain: finding.chain.iter().map(ChainLink::of).collect(),
            differences: finding.differences.iter().map(Difference::of).collect(),
            bad_trace_ids: ids(&finding.examples.bad),
            normal_trace_ids: ids(&finding.examples.normal),
        }
    }
}

impl VersionChange {
    fn of(change: &findings::VersionChange) -> Self {
        let findings::VersionChange { service, version, before, .. } = change;
        Self {
            service: service.clone(),
            version: version.clone(),
            version_before: before.clone(),
            changed_unix_nano: AsText(change.since_unix_nano),
            others_until_unix_nano: AsText(change.others_until_unix_nano),
            sentence: change.sentence(),
        }
    }
}

impl<'a> Harmed<'a> {
    fn of(harmed: &'a findings::Harmed) -> Self {
        let findings::Harmed { service, span_name, .. } = harmed;
        let findings::Harmed { harm, share_of_slowdown, share_of_failures, .. } = *harmed;
        Self { service, span_name, harm, share_of_slowdown, share_of_failures }
    }
}

impl<'a> Entrance<'a> {
    pub(in crate::api::native) fn of(entry: &'a findings::Entrance) -> Self {
        Self {
            service: &entry.service,
            span_name: &entry.span_name,
            requests: entry.requests,
            reference_requests: entry.reference_requests,
            mean_nano: nano(entry.seconds),
            reference_mean_nano: nano(entry.reference_seconds),
            not_explained_nano: (entry.not_explained_seconds * 1e9) as i64,
        }
    }
}

impl<'a> Opportunity<'a> {
    pub(in crate::api::native) fn of(one: &'a findings::Opportunity) -> Self {
        Self {
            kind: "could_be_parallel",
            sentence: &one.sentence,
            service: &one.service,
            span_name: &one.span_name,
            calls: one.calls.iter().map(ChainLink::of).collect(),
            entry: ChainLink::of(&one.entry),
            requests: one.requests,
            nano_per_request: nano(one.seconds),
            share: one.share,
        }
    }
}

impl<'a> ChainLink<'a> {
    fn of((service, span_name): &'a (String, String)) -> Self {
        Self { service, span_name }
    }
}

impl<'a> Difference<'a> {
    fn of(difference: &'a findings::Difference) -> Self {
        let findings::Difference { scope, key, value, bad, normal } = difference;
        Self { scope, key, value, bad: *bad, normal: *normal }
    }
}

impl Figures {
    fn of(figures: &chain::Figures) -> Self {
        let chain::Figures { calls, affected, p50_seconds, p90_seconds } = *figures;
        let (p50_nano, p90_nano) = (nano(p50_seconds), nano(p90_seconds));
        Self { calls, affected, p50_nano, p90_nano }
    }
}

impl Compared {
    pub(in crate::api::native) fn by_version(of: &findings::ByVersion) -> Self {
        let mut compared = Self::of(&of.compared);
        compared.baseline.version_change = Some(VersionChange::of(&of.change));
        compared
    }

    pub(in crate::api::native) fn of(compared: &findings::Compared) -> Self {
        let findings::Times { judged, reference, .. } = &compared.times;
        let first = reference.first().map_or(0, |range| range.from_unix_nano);
        let last = reference.last().map_or(0, |range| range.to_unix_nano);
        Self {
            from_unix_nano: AsText(judged.from_unix_nano),
            to_unix_nano: AsText(judged.to_unix_nano),
            reference_from_unix_nano: AsText(first),
            reference_to_unix_nano: AsText(last),
            requests: compared.requests,
            reference_requests: compared.reference_requests,
            request_nano: nano(compared.request_seconds),
            workload_shift: compared.workload_shift,
            is_other_workload: compared.is_other_workload(),
            baseline: Baseline::of(compared),
            sentence: compared.sentence(),
        }
    }
}

impl Baseline {
    fn of(compared: &findings::Compared) -> Self {
        let times = compared.times.reference.iter().map(|range| BaselineTime {
            from_unix_nano: AsText(range.from_unix_nano),
            to_unix_nano: AsText(range.to_unix_nano),
        });
        Self {
            kind: compared.times.baseline.word(),
            version_change: None,
            times: times.collect(),
            requests_per_minute: compared.rates.map(|rates| rates.before),
            requests_per_minute_now: compared.rates.map(|rates| rates.now),
        }
    }
}

fn nano(seconds: f64) -> u64 {
    (seconds * 1e9) as u64
}
