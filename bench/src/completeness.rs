//! Whether traces come back with the spans that were sent, by their ids. What else the
//! spans say is not compared.

use std::collections::{BTreeMap, HashSet};

use crate::dialect::{Answer, Api, Ask};
use crate::dice::Dice;
use crate::query::Asker;
use crate::request::{Arrival, Requests, Trace};
use crate::sent;

/// What was found.
#[derive(Debug, serde::Serialize)]
pub(crate) struct Report {
    pub(crate) traces: usize,
    /// Those that came back with exactly the span ids that were sent.
    pub(crate) complete: usize,
    /// The same by how the traces were sent.
    pub(crate) by_arrival: BTreeMap<Arrival, Count>,
    /// What was wrong with the first that was not complete.
    pub(crate) first_incomplete: Option<String>,
}

/// How many traces of one kind.
#[derive(Debug, Default, serde::Serialize)]
pub(crate) struct Count {
    pub(crate) traces: usize,
    pub(crate) complete: usize,
}

/// Fetches a sample of `traces` traces from `api`, which holds what `requests` sent.
///
/// # Errors
/// Where the API cannot be reached.
pub(crate) async fn check(
    api: &Api,
    requests: &Requests,
    seed: u64,
    traces: usize,
) -> anyhow::Result<Report> {
    let asker = Asker::new(api)?;
    let mut report =
        Report { traces: 0, complete: 0, by_arrival: BTreeMap::new(), first_incomplete: None };
    for trace in sample(requests, seed, traces) {
        let arrival = requests.arrival(trace);
        let id = requests.id(trace);
        let mut sent: Vec<u64> =
            sent::spans_of(requests, trace)?.iter().map(|span| span.span_id).collect();
        let answer = asker.ask(&Ask::Trace(id)).await?;
        let verdict = match answer.map(|(answer, _)| answer) {
            Some(Ok(Answer::Trace { mut span_ids })) => compare(&mut sent, &mut span_ids),
            Some(Ok(_)) => Err(format!("none of its {} spans", sent.len())),
            Some(Err(reason)) => Err(reason),
            None => Err("this API has no traces by id".to_owned()),
        };
        let count = report.by_arrival.entry(arrival).or_default();
        count.traces += 1;
        report.traces += 1;
        match verdict {
            Ok(()) => {
                count.complete += 1;
                report.complete += 1;
            }
            Err(reason) => {
                let reason = format!("trace {id:032x}, sent {arrival:?}: {reason}");
                report.first_incomplete.get_or_insert(reason);
            }
        }
    }
    Ok(report)
}

/// Different traces: half of them any, the other half split, late or long, as far as
/// there are such.
fn sample(requests: &Requests, seed: u64, traces: usize) -> Vec<Trace> {
    const ROUND: &[Arrival] = &[Arrival::Whole, Arrival::Split, Arrival::Whole, Arrival::Late];
    /// In each of so many draws, a long one.
    const LONG_EVERY: usize = 20;
    /// Where fewer traces were sent than asked for.
    const TRIES_PER_TRACE: usize = 10;
    let mut dice = Dice::new(seed, 0xc0);
    let mut seen = HashSet::new();
    let mut sample = Vec::new();
    for number in 0..traces * TRIES_PER_TRACE {
        if sample.len() == traces {
            break;
        }
        let wanted =
            if number % LONG_EVERY == 0 { Arrival::Long } else { ROUND[number % ROUND.len()] };
        if let Some(trace) = requests.sample(wanted, &mut dice)
            && seen.insert(trace)
        {
            sample.push(trace);
        }
    }
    sample
}

/// Whether both lists have the same ids, each as often.
fn compare(sent: &mut [u64], found: &mut [u64]) -> Result<(), String> {
    sent.sort_unstable();
    found.sort_unstable();
    if sent == found {
        return Ok(());
    }
    let sent_ids: HashSet<_> = sent.iter().collect();
    let found_ids: HashSet<_> = found.iter().collect();
    Err(format!(
        "{} spans, not {}; {} of them missing, {} never sent",
        found.len(),
        sent.len(),
        sent_ids.difference(&found_ids).count(),
        found_ids.difference(&sent_ids).count()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::{Plan, Recipe};
    use crate::shape::Shape;

    #[test]
    fn a_sample_has_traces_of_all_kinds_each_once() {
        let recipe = Recipe { spans_per_request: 130, seed: 7, one_trace: false };
        let plan = Plan { shape: Shape::Diverse, spans: 130_000, recipe };
        let requests = Requests::new(&plan).unwrap();
        let sample = sample(&requests, 1, 60);
        assert_eq!(sample.len(), 60);
        assert_eq!(sample.iter().collect::<HashSet<_>>().len(), 60);
        let count =
            |arrival| sample.iter().filter(|trace| requests.arrival(**trace) == arrival).count();
        assert_eq!(count(Arrival::Long), 1);
        assert!(count(Arrival::Late) > 10);
        assert!(count(Arrival::Split) > 10);
    }

    #[test]
    fn a_trace_is_complete_only_with_the_same_spans_as_often() {
        assert_eq!(compare(&mut [1, 2, 2], &mut [2, 1, 2]), Ok(()));
        assert_eq!(
            compare(&mut [1, 2, 3], &mut [1, 4]),
            Err("2 spans, not 3; 2 of them missing, 1 never sent".to_owned())
        );
        assert!(compare(&mut [1, 2, 2], &mut [1, 2, 1]).is_err());
        assert!(compare(&mut [1, 2], &mut [1, 2, 2]).is_err());
    }
}
