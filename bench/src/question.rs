//! Questions about the spans that the load generator sends, drawn from the seed.

use std::collections::BTreeMap;

use anyhow::Context;

use crate::dialect::{Answer, Ask, Relation, Search, Series, Structure};
use crate::dice::Dice;
use crate::request::Requests;
use crate::sent::{self, SentSpan};

/// How many requests are looked through for a span that a question can be about.
const TRIES: usize = 100;

/// Each kind of question.
pub(crate) const KINDS: &[Kind] = &[
    Kind::TraceById,
    Kind::AbsentTrace,
    Kind::Services,
    Kind::Newest,
    Kind::Service,
    Kind::ServiceAndName,
    Kind::Error,
    Kind::ServiceAndError,
    Kind::MinDuration,
    Kind::ServiceAndDuration,
    Kind::CommonAttribute,
    Kind::ServiceAndAttribute,
    Kind::ServiceDurationAndAttribute,
    Kind::UniqueAttribute,
    Kind::ServiceAndUniqueAttribute,
    Kind::AbsentAttribute,
    Kind::Slowest,
    Kind::SlowestOfService,
    Kind::UnderAnother,
    Kind::CalledByAnother,
    Kind::BesideAnother,
    Kind::ErrorUnderAnother,
    Kind::SpansOverTime,
    Kind::SpansOfServicesOverTime,
    Kind::ErrorsOverTime,
    Kind::DurationsOverTime,
    Kind::ErrorsCompared,
];

/// A kind of question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    TraceById,
    AbsentTrace,
    Services,
    Newest,
    Service,
    ServiceAndName,
    Error,
    ServiceAndError,
    MinDuration,
    ServiceAndDuration,
    CommonAttribute,
    ServiceAndAttribute,
    ServiceDurationAndAttribute,
    UniqueAttribute,
    ServiceAndUniqueAttribute,
    AbsentAttribute,
    Slowest,
    SlowestOfService,
    UnderAnother,
    CalledByAnother,
    BesideAnother,
    ErrorUnderAnother,
    SpansOverTime,
    SpansOfServicesOverTime,
    ErrorsOverTime,
    DurationsOverTime,
    ErrorsCompared,
}

/// A question, and what is known of its answer.
#[derive(Debug)]
pub(crate) struct Question {
    pub(crate) ask: Ask,
    pub(crate) expected: Expected,
}

/// What an answer must say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expected {
    /// The trace, with so many spans.
    Trace { spans: usize },
    /// No such trace.
    NotFound,
    /// At least one trace or name.
    Some,
    /// No trace.
    Nothing,
    /// Any number of traces.
    Any,
}

impl Expected {
    /// How many results `answer` has.
    ///
    /// # Errors
    /// Why it cannot be right.
    pub(crate) fn count(self, answer: &Answer) -> Result<usize, String> {
        let count = match answer {
            Answer::NotFound => 0,
            Answer::Trace { span_ids } => span_ids.len(),
            Answer::Traces(count) | Answer::Names(count) | Answer::Series(count) => *count,
        };
        match (self, answer) {
            (Self::NotFound, Answer::NotFound) => Ok(0),
            (Self::NotFound, _) => Err("a trace that was never sent".to_owned()),
            (Self::Trace { spans }, _) if count != spans => {
                Err(format!("{count} spans, not {spans}"))
            }
            (Self::Some, _) if count == 0 => Err("nothing".to_owned()),
            (Self::Nothing, _) if count > 0 => Err(format!("{count} traces")),
            _ => Ok(count),
        }
    }
}

/// Draws questions about what `requests` sent.
pub(crate) struct Examiner<'a> {
    requests: &'a Requests,
    dice: Dice,
}

impl<'a> Examiner<'a> {
    pub(crate) fn new(requests: &'a Requests, seed: u64) -> Self {
        Self { requests, dice: Dice::new(seed, 0xa5) }
    }

    /// The next question of this kind.
    ///
    /// # Errors
    /// Where what was sent cannot be decoded, or has no span that it could be about.
    pub(crate) fn question(&mut self, kind: Kind) -> anyhow::Result<Question> {
        let found = |search| Question { ask: Ask::Search(search), expected: Expected::Some };
        let series = |series| Question { ask: Ask::Series(series), expected: Expected::Any };
        Ok(match kind {
            Kind::TraceById => self.trace_by_id()?,
            Kind::AbsentTrace => {
                let id = self.any_span()?.trace_id ^ 0xff;
                Question { ask: Ask::Trace(id), expected: Expected::NotFound }
            }
            Kind::Services => Question { ask: Ask::Services, expected: Expected::Some },
            Kind::Newest => found(Search::default()),
            Kind::Service => found(of_service(&self.any_span()?)),
            Kind::ServiceAndName => {
                let span = self.any_span()?;
                found(Search { span_name: Some(span.name.clone()), ..of_service(&span) })
            }
            Kind::Error => Question {
                ask: Ask::Search(Search { has_error: true, ..Search::default() }),
                expected: Expected::Any,
            },
            Kind::ServiceAndError => {
                let search = Search { has_error: true, ..of_service(&self.any_span()?) };
                Question { ask: Ask::Search(search), expected: Expected::Any }
            }
            Kind::MinDuration => found(as_long_as(&self.any_span()?, Search::default())),
            Kind::ServiceAndDuration => {
                let span = self.any_span()?;
                found(as_long_as(&span, of_service(&span)))
            }
            Kind::CommonAttribute => {
                let (_, attribute) = self.span_with(is_common)?;
                found(Search { attribute: Some(attribute), ..Search::default() })
            }
            Kind::ServiceAndAttribute => {
                let (span, attribute) = self.span_with(is_common)?;
                found(Search { attribute: Some(attribute), ..of_service(&span) })
            }
            Kind::ServiceDurationAndAttribute => {
                let (span, attribute) = self.span_with(is_common)?;
                let search = Search { attribute: Some(attribute), ..of_service(&span) };
                found(as_long_as(&span, search))
            }
            Kind::UniqueAttribute => {
                let (_, attribute) = self.span_with(is_unique)?;
                found(Search { attribute: Some(attribute), ..Search::default() })
            }
            Kind::ServiceAndUniqueAttribute => {
                let (span, attribute) = self.span_with(is_unique)?;
                found(Search { attribute: Some(attribute), ..of_service(&span) })
            }
            Kind::AbsentAttribute => {
                let (_, (key, value)) = self.span_with(is_unique)?;
                let attribute = Some((key, format!("{value}0")));
                let search = Search { attribute, ..Search::default() };
                Question { ask: Ask::Search(search), expected: Expected::Nothing }
            }
            Kind::Slowest => found(Search { slowest_first: true, ..Search::default() }),
            Kind::SlowestOfService => {
                found(Search { slowest_first: true, ..of_service(&self.any_span()?) })
            }
            Kind::UnderAnother => self.call_by(Relation::Descendant)?,
            Kind::CalledByAnother => self.call_by(Relation::Child)?,
            Kind::BesideAnother => self.siblings()?,
            Kind::ErrorUnderAnother => {
                let of = self.any_span()?.service;
                let relation = Relation::Descendant;
                let ask = Ask::Structure(Structure { of, relation, service: None });
                Question { ask, expected: Expected::Any }
            }
            Kind::SpansOverTime => series(Series::Spans),
            Kind::SpansOfServicesOverTime => series(Series::SpansOfServices),
            Kind::ErrorsOverTime => series(Series::Errors),
            Kind::DurationsOverTime => series(Series::Durations),
            Kind::ErrorsCompared => series(Series::ErrorsCompared),
        })
    }

    /// Large traces are asked for more often: as a span of theirs is.
    fn trace_by_id(&mut self) -> anyhow::Result<Question> {
        let number = self.dice.number() % self.requests.count;
        let spans = sent::spans_in(self.requests, number)?;
        let id = self.dice.pick(&spans).context("a request without spans")?.trace_id;
        let mut traces = self.requests.traces_in(number).into_iter();
        let trace = traces.find(|trace| self.requests.id(*trace) == id);
        let trace = trace.context("a span of no trace")?;
        let spans = sent::spans_of(self.requests, trace)?.len();
        Ok(Question { ask: Ask::Trace(id), expected: Expected::Trace { spans } })
    }

    /// A span that another service's called.
    fn call_by(&mut self, relation: Relation) -> anyhow::Result<Question> {
        self.pair(relation, |one, other| one.parent_span_id == other.span_id)
    }

    /// Two spans with the same parent.
    fn siblings(&mut self) -> anyhow::Result<Question> {
        self.pair(Relation::Sibling, |one, other| {
            one.parent_span_id != 0 && one.parent_span_id == other.parent_span_id
        })
    }

    /// A span that stands to one of another service as `stands` tells.
    fn pair(
        &mut self,
        relation: Relation,
        stands: fn(&SentSpan, &SentSpan) -> bool,
    ) -> anyhow::Result<Question> {
        for _ in 0..TRIES {
            let spans = sent::spans_in(self.requests, self.dice.number() % self.requests.count)?;
            let mut by_trace: BTreeMap<u128, Vec<&SentSpan>> = BTreeMap::new();
            spans.iter().for_each(|span| by_trace.entry(span.trace_id).or_default().push(span));
            let mut pairs = Vec::new();
            for trace in by_trace.values() {
                let all = trace.iter().flat_map(|one| trace.iter().map(move |other| (one, other)));
                pairs.extend(
                    all.filter(|(one, other)| one.service != other.service && stands(one, other)),
                );
            }
            if let Some((one, other)) = self.dice.pick(&pairs) {
                let (of, service) = (other.service.clone(), Some(one.service.clone()));
                let ask = Ask::Structure(Structure { of, relation, service });
                return Ok(Question { ask, expected: Expected::Some });
            }
        }
        anyhow::bail!("no span stands so to one of another service")
    }

    fn any_span(&mut self) -> anyhow::Result<SentSpan> {
        let spans = sent::spans_in(self.requests, self.dice.number() % self.requests.count)?;
        self.dice.pick(&spans).cloned().context("a request without spans")
    }

    /// A span, and an attribute of it whose value is like that.
    fn span_with(
        &mut self,
        is_asked: fn(&str) -> bool,
    ) -> anyhow::Result<(SentSpan, (String, String))> {
        for _ in 0..TRIES {
            let spans = sent::spans_in(self.requests, self.dice.number() % self.requests.count)?;
            let mut having = Vec::new();
            for span in &spans {
                let fits = span.attributes.iter().find(|(_, value)| is_asked(value));
                having.extend(fits.map(|attribute| (span, attribute)));
            }
            if let Some((span, attribute)) = self.dice.pick(&having) {
                return Ok(((*span).clone(), (*attribute).clone()));
            }
        }
        anyhow::bail!("no span has an attribute of the kind that is asked for")
    }
}

fn of_service(span: &SentSpan) -> Search {
    Search { service: Some(span.service.clone()), ..Search::default() }
}

/// Some APIs find only what is longer than asked for.
fn as_long_as(span: &SentSpan, search: Search) -> Search {
    let micros = (span.duration_nano / 1_000).saturating_sub(1);
    Search { min_duration_micros: Some(micros), ..search }
}

/// Whether many spans have the same value.
fn is_common(value: &str) -> bool {
    !value.is_empty() && value.len() < 20 && !value.contains('-')
}

/// Whether few other spans have the same value: a UUID or longer digits.
fn is_unique(value: &str) -> bool {
    let digits = value.trim_start_matches("o-");
    digits.len() >= 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::{Plan, Recipe};
    use crate::shape::Shape;

    fn check(shape: Shape) {
        let recipe = Recipe { spans_per_request: 1_000, seed: 3, one_trace: false };
        let requests = Requests::new(&Plan { shape, spans: 20_000, recipe }).unwrap();
        for kind in KINDS {
            let question = Examiner::new(&requests, 1).question(*kind).unwrap();
            let again = Examiner::new(&requests, 1).question(*kind).unwrap();
            assert_eq!(question.ask, again.ask);
        }
    }

    #[test]
    fn there_is_a_question_of_every_kind() {
        check(Shape::OtelDemo);
        check(Shape::Diverse);
    }

    #[test]
    fn an_answer_that_cannot_be_right_is_wrong() {
        let two_spans = Answer::Trace { span_ids: vec![1, 2] };
        assert_eq!(Expected::Trace { spans: 2 }.count(&two_spans), Ok(2));
        assert!(Expected::Trace { spans: 3 }.count(&two_spans).is_err());
        assert!(Expected::Trace { spans: 3 }.count(&Answer::NotFound).is_err());
        assert!(Expected::NotFound.count(&two_spans).is_err());
        assert_eq!(Expected::NotFound.count(&Answer::NotFound), Ok(0));
        assert!(Expected::Some.count(&Answer::Traces(0)).is_err());
        assert!(Expected::Nothing.count(&Answer::Traces(1)).is_err());
        assert_eq!(Expected::Any.count(&Answer::Traces(0)), Ok(0));
    }
}
