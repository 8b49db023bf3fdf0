//! The calls of some traces only: those that meet conditions, against those that do not.

use proto::{Span, TraceId};
use storage::{
    Chains, Completeness, Condition, Order, ReadError, Search, SearchPage, TimeRange, Trace,
    TraceConditions, chains_of,
};
use traceql::ast::Pipeline;

use crate::by_query::{CannotFind, finds_something};
use crate::findings::both;

/// How many traces are looked at for each one of the rest: where nearly all meet the
/// conditions, what is left is not looked for in everything stored.
const LOOKS_EACH: usize = 5;

/// Which traces count.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Picked {
    /// When they began.
    pub(crate) range: TimeRange,
    /// What one of their spans must meet at once.
    pub(crate) span: Vec<Condition>,
    /// What they must meet.
    pub(crate) trace: TraceConditions,
    /// What a query must find something in, beside.
    pub(crate) query: Option<Pipeline>,
    /// Whose root is of this service, whether they meet the conditions or not.
    pub(crate) root_service: Option<String>,
    /// Whose root has this name, likewise.
    pub(crate) root_name: Option<String>,
    /// How many at most, the newest; and as many of the rest.
    pub(crate) traces_max: usize,
    /// Whether those that do not meet the conditions are the reference.
    pub(crate) against_rest: bool,
}

/// How many traces were added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Looked {
    pub(crate) traces: usize,
    /// Whether there may be older ones.
    pub(crate) more: bool,
}

/// What the traces add up to.
pub(crate) struct PickedChains {
    /// Of those that meet the conditions.
    pub(crate) chains: Chains,
    pub(crate) looked: Looked,
    /// Of those that do not, if they are asked for.
    pub(crate) rest: Option<(Chains, Looked)>,
}

type SearchFn<'a> = &'a dyn Fn(&Search, Option<&Pipeline>) -> Result<SearchPage, CannotFind>;
type ReadFn<'a> = &'a dyn Fn(TraceId) -> Result<Option<Trace>, ReadError>;

/// What `picked` adds up to, each trace read whole.
///
/// # Errors
/// Those of `search` and `read`, and what the query has no answer for.
pub(crate) fn picked_chains(
    picked: &Picked,
    search: SearchFn<'_>,
    read: ReadFn<'_>,
) -> Result<PickedChains, CannotFind> {
    let roots = TraceConditions {
        root_service: picked.root_service.clone(),
        root_name: picked.root_name.clone(),
        ..TraceConditions::default()
    };
    let everything = Search {
        range: picked.range,
        span: Vec::new(),
        trace: roots.clone(),
        order: Order::Newest,
        limit: picked.traces_max,
        after: None,
    };
    let TraceConditions { root_service, root_name, .. } = roots;
    let trace = TraceConditions { root_service, root_name, ..picked.trace.clone() };
    let wanted = Search { span: picked.span.clone(), trace, ..everything.clone() };
    let query = picked.query.as_ref();
    let one_page = Walk { search, read, query, looks_max: picked.traces_max };
    let (chains, looked) = one_page.add_up(&wanted, picked.traces_max, &|_| Ok(true))?;
    let rest = match picked.against_rest {
        true => {
            let looks_max = picked.traces_max.saturating_mul(LOOKS_EACH);
            let walk = Walk { search, read, query: None, looks_max };
            let is_rest = |spans: &[Span]| {
                let found = wanted.finds(spans)
                    && query.map_or(Ok(true), |query| finds_something(query, spans))?;
                Ok(!found)
            };
            Some(walk.add_up(&everything, picked.traces_max, &is_rest)?)
        }
        false => None,
    };
    Ok(PickedChains { chains, looked, rest })
}

/// Goes through what a search finds.
struct Walk<'a> {
    search: SearchFn<'a>,
    read: ReadFn<'a>,
    /// What must find something beside, which `search` knows how to ask.
    query: Option<&'a Pipeline>,
    /// How many found traces are read at most.
    looks_max: usize,
}

impl Walk<'_> {
    /// Adds up the first `traces_max` of `asked` that are wanted.
    fn add_up(
        &self,
        asked: &Search,
        traces_max: usize,
        is_wanted: &dyn Fn(&[Span]) -> Result<bool, CannotFind>,
    ) -> Result<(Chains, Looked), CannotFind> {
        let mut completeness = Completeness::Complete;
        let mut asked = asked.clone();
        let mut page: Vec<TraceId> = Vec::new();
        let mut is_last = false;
        let (mut taken, mut looks) = (0, 0);
        let next = || {
            while taken < traces_max && looks < self.looks_max {
                let Some(id) = page.pop() else {
                    if is_last {
                        break;
                    }
                    let found = match (self.search)(&asked, self.query) {
                        Ok(found) => found,
                        Err(error) => return Some(Err(error)),
                    };
                    completeness = both(completeness.clone(), found.completeness);
                    page = found.traces.iter().rev().map(|it| it.summary.trace_id).collect();
                    is_last = found.next.is_none();
                    asked.after = found.next;
                    continue;
                };
                looks += 1;
                let trace = match (self.read)(id) {
                    Ok(Some(trace)) => trace,
                    // It was removed meanwhile.
                    Ok(None) => continue,
                    Err(error) => return Some(Err(error.into())),
                };
                match is_wanted(&trace.spans) {
                    Ok(true) => {
                        completeness = both(completeness.clone(), trace.completeness);
                        taken += 1;
                        return Some(Ok(trace.spans));
                    }
                    Ok(false) => {}
                    Err(error) => return Some(Err(error)),
                }
            }
            None
        };
        let mut chains = chains_of(std::iter::from_fn(next))?;
        chains.completeness = completeness;
        let more = !page.is_empty() || !is_last;
        Ok((chains, Looked { traces: taken, more }))
    }
}
