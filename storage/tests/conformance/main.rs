//! What every store promises, asked of every store: random spans in random
//! batches, late and twice, with seals and restarts in between, and random
//! questions after each step. A store answers exactly as [`hopline_storage::MemoryStore`],
//! and that one as plain loops over the spans say.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod check;
mod history;
mod oracle;
mod pins;
mod question;
mod size;
mod subject;

use proptest::prelude::*;

use history::{Step, history_strategy};
use hopline_storage::MemoryStore;
use subject::{Roomy, Subject, Tight};

/// Histories for each test: enough to meet each pair of features often, few enough
/// for a minute. The variable `PROPTEST_CASES` says otherwise.
const CASES: u32 = 96;

fn config() -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    ProptestConfig {
        cases: cases.unwrap_or(CASES),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// Plays `steps` to a store and to the oracle, and compares all they answer.
fn play<S: Subject>(steps: &[Step]) -> Result<(), TestCaseError> {
    let mut subject = S::create();
    let mut expected = check::Expected::default();
    for step in steps {
        match step {
            Step::Write(group) => {
                expected.write(group);
                check::write(&subject, group)?;
            }
            Step::Seal => subject.seal(),
            Step::Maintain => subject.maintain(),
            Step::Reopen => subject.reopen(),
            Step::Ask(questions) => {
                for question in questions {
                    check::answers(subject.store(), &expected, question)?;
                }
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_memory_store_answers_as_the_memory_store(steps in history_strategy()) {
        play::<MemoryStore>(&steps)?;
    }

    #[test]
    fn a_store_that_seals_when_told_answers_as_the_memory_store(steps in history_strategy()) {
        play::<Roomy>(&steps)?;
    }

    #[test]
    fn a_store_that_must_seal_answers_as_the_memory_store(steps in history_strategy()) {
        play::<Tight>(&steps)?;
    }

    #[test]
    fn the_memory_store_answers_as_plain_loops_do(steps in history_strategy()) {
        oracle::check(&steps)?;
    }
}

#[test]
fn memory_traces_stay_whole() {
    size::traces_stay_whole_over_seals::<MemoryStore>();
}

#[test]
fn memory_shows_at_once_what_it_acknowledged() {
    size::what_is_acknowledged_is_visible_at_once::<MemoryStore>();
}

#[test]
fn stored_traces_stay_whole() {
    size::traces_stay_whole_over_seals::<Roomy>();
}

#[test]
fn the_store_shows_at_once_what_it_acknowledged() {
    size::what_is_acknowledged_is_visible_at_once::<Roomy>();
}

#[test]
fn a_store_short_of_memory_shows_at_once_what_it_acknowledged() {
    size::what_is_acknowledged_is_visible_at_once::<Tight>();
}
