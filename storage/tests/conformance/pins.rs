//! Pins, and what retention leaves: every store as the memory store, by the ids of traces,
//! whatever is pinned, unpinned, sealed and retired in between.

use std::sync::Arc;

use hopline_storage::{MemoryStore, Pin, PinError, Pins, SpanWriter, TraceBounds, TraceReader};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use proto::{Batch, Span, TraceId};

use crate::check::{self, deadline};
use crate::config;
use crate::history::{draw, pool_strategy};
use crate::subject::{Roomy, Subject, Tight};

/// One thing that happens to a store.
#[derive(Debug, Clone)]
enum Step {
    Write(Vec<Arc<Batch>>),
    Pin(TraceId),
    Unpin(TraceId),
    Retire,
    Seal,
    Maintain,
    Reopen,
}

#[derive(Debug, Clone)]
enum Seed {
    Write(Vec<Vec<Index>>),
    Pin(Index),
    Unpin(Index),
    Other(Step),
}

/// Steps over a pool of spans, and the traces that these are of. Most are of few traces, so
/// that pins meet what comes late, again, and with another content.
fn steps() -> impl Strategy<Value = (Vec<Step>, Vec<TraceId>)> {
    let step = prop_oneof![
        6 => vec(vec(any::<Index>(), 0..16), 1..3).prop_map(Seed::Write),
        4 => any::<Index>().prop_map(Seed::Pin),
        1 => any::<Index>().prop_map(Seed::Unpin),
        3 => Just(Seed::Other(Step::Retire)),
        2 => Just(Seed::Other(Step::Seal)),
        1 => Just(Seed::Other(Step::Maintain)),
        1 => Just(Seed::Other(Step::Reopen)),
    ];
    (pool_strategy(), vec(step, 1..24)).prop_map(|(pool, seeds)| {
        let id = |index: &Index| index.get(&pool).trace_id;
        let step = |seed: &Seed| match seed {
            Seed::Write(group) => Step::Write(draw(group, &pool)),
            Seed::Pin(of) => Step::Pin(id(of)),
            Seed::Unpin(of) => Step::Unpin(id(of)),
            Seed::Other(step) => step.clone(),
        };
        (seeds.iter().map(step).collect(), ids(&pool))
    })
}

fn ids(pool: &[Span]) -> Vec<TraceId> {
    let mut ids: Vec<TraceId> = pool.iter().map(|span| span.trace_id).collect();
    ids.sort();
    ids.dedup();
    ids
}

/// A pin without what differs from store to store, and from clock to clock.
fn shown(pin: Pin) -> Pin {
    Pin { pinned_unix_nano: 0, bytes: 0, ..pin }
}

fn pin(store: &dyn Pins, id: TraceId) -> Result<Option<Pin>, PinError> {
    Ok(store.pin(id, TraceBounds::NONE, deadline())?.map(shown))
}

fn pins(store: &dyn Pins) -> Vec<Pin> {
    let mut pins: Vec<Pin> = store.pins().into_iter().map(shown).collect();
    pins.sort_by_key(|pin| pin.summary.trace_id);
    pins
}

fn play<S: Subject>(steps: &[Step], ids: &[TraceId]) -> Result<(), TestCaseError> {
    let mut subject = S::create();
    let oracle = MemoryStore::new();
    for step in steps {
        match step {
            Step::Write(group) => {
                oracle.write(group).unwrap();
                check::write(&subject, group)?;
            }
            Step::Pin(id) => {
                prop_assert_eq!(pin(subject.store(), *id).unwrap(), pin(&oracle, *id).unwrap());
            }
            Step::Unpin(id) => {
                let unpin = |store: &dyn Pins| store.unpin(*id, deadline()).unwrap();
                prop_assert_eq!(unpin(subject.store()), unpin(&oracle));
            }
            Step::Retire => {
                subject.retire_all();
                oracle.retire_all();
            }
            Step::Seal => subject.seal(),
            Step::Maintain => subject.maintain(),
            Step::Reopen => subject.reopen(),
        }
        prop_assert_eq!(pins(subject.store()), pins(&oracle));
        for id in ids {
            for bounds in [TraceBounds::NONE, TraceBounds::spans(2)] {
                let trace = |store: &dyn TraceReader| store.trace(*id, bounds, deadline()).unwrap();
                let (found, expected) = (trace(subject.store()), trace(&oracle));
                // As text, by which NaN is NaN and -0 is not 0.
                prop_assert_eq!(
                    format!("{found:#?}"),
                    format!("{expected:#?}"),
                    "after {:?}",
                    step
                );
            }
            let found = subject.store().pin_of(*id).map(shown);
            prop_assert_eq!(found, oracle.pin_of(*id).map(shown));
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn pins_of_a_store_that_seals_when_told_are_the_memory_stores((steps, ids) in steps()) {
        play::<Roomy>(&steps, &ids)?;
    }

    #[test]
    fn pins_of_a_store_that_must_seal_are_the_memory_stores((steps, ids) in steps()) {
        play::<Tight>(&steps, &ids)?;
    }
}
