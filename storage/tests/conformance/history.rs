//! Random histories: what is written, sealed, reopened and asked, in which order.

use std::sync::Arc;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use proto::testing::{log_record_of, span_strategy, trace_strategy};
use proto::{Batch, Span};

use crate::question::{Question, QuestionSeed, question_strategy};

/// Batches in one group at most.
const BATCHES_MAX: usize = 4;
/// Spans in one batch at most.
const BATCH_SPANS_MAX: usize = 16;
/// Steps in one history at most.
const STEPS_MAX: usize = 12;
/// Questions after a step at most.
const QUESTIONS_MAX: usize = 6;

/// One thing that happens to a store.
#[derive(Debug, Clone)]
pub(crate) enum Step {
    /// A group of batches is written.
    Write(Vec<Arc<Batch>>),
    /// What is in memory is sealed.
    Seal,
    /// What is due is done.
    Maintain,
    /// The store is closed and opened again.
    Reopen,
    /// Questions are asked.
    Ask(Vec<Question>),
}

/// A [`Step`] that does not know the spans yet.
#[derive(Debug, Clone)]
enum StepSeed {
    Write(Vec<Vec<Index>>),
    Seal,
    Maintain,
    Reopen,
}

/// A history over a pool of spans. Batches draw from the pool with replacement, so
/// spans come late and again; some of the pool share another's identity, with other
/// content, and some are log records of others, or of none. Every history ends with questions.
pub(crate) fn history_strategy() -> impl Strategy<Value = Vec<Step>> {
    let write = vec(vec(any::<Index>(), 0..BATCH_SPANS_MAX), 1..BATCHES_MAX);
    let step = prop_oneof![
        5 => write.prop_map(StepSeed::Write),
        3 => Just(StepSeed::Seal),
        1 => Just(StepSeed::Maintain),
        1 => Just(StepSeed::Reopen),
    ];
    let asked_step = (step, vec(question_strategy(), 0..QUESTIONS_MAX));
    (pool_strategy(), vec(asked_step, 1..STEPS_MAX), vec(question_strategy(), QUESTIONS_MAX))
        .prop_map(|(pool, steps, last_questions)| {
            let mut written: Vec<Span> = Vec::new();
            let mut history = Vec::new();
            for (step, questions) in &steps {
                history.push(match step {
                    StepSeed::Write(group) => {
                        let group = draw(group, &pool);
                        written.extend(group.iter().flat_map(|batch| batch.spans()));
                        Step::Write(group)
                    }
                    StepSeed::Seal => Step::Seal,
                    StepSeed::Maintain => Step::Maintain,
                    StepSeed::Reopen => Step::Reopen,
                });
                history.push(ask(questions, &written, &pool));
            }
            history.push(ask(&last_questions, &written, &pool));
            history
        })
}

/// The questions, about what is written; where there is nothing, about what might
/// have been.
fn ask(seeds: &[QuestionSeed], written: &[Span], pool: &[Span]) -> Step {
    let spans = if written.is_empty() { pool } else { written };
    Step::Ask(seeds.iter().map(|seed| seed.about(spans)).collect())
}

/// At least one span.
pub(crate) fn pool_strategy() -> impl Strategy<Value = Vec<Span>> {
    let traces = vec(trace_strategy(12), 1..6);
    let singles = vec(span_strategy(), 0..12);
    let impostors = vec((any::<Index>(), span_strategy()), 0..4);
    let records = vec((any::<Index>(), span_strategy()), 0..8);
    (traces, singles, impostors, records).prop_map(|(traces, singles, impostors, records)| {
        let mut pool: Vec<Span> = traces.into_iter().flatten().chain(singles).collect();
        for (index, content) in impostors {
            let real = index.get(&pool);
            let impostor =
                Span { trace_id: real.trace_id, span_id: real.span_id, kind: real.kind, ..content };
            pool.push(impostor);
        }
        for (index, content) in records {
            let record = log_record_of(index.get(&pool), content);
            pool.push(record);
        }
        pool
    })
}

pub(crate) fn draw(group: &[Vec<Index>], pool: &[Span]) -> Vec<Arc<Batch>> {
    let batch = |indexes: &Vec<Index>| {
        let spans: Vec<_> = indexes.iter().map(|index| index.get(pool).clone()).collect();
        Arc::new(Batch::of(&spans))
    };
    group.iter().map(batch).collect()
}
