//! `bench scale`: the same with more and more spans, and how the figures grow.

use std::fs;
use std::path::PathBuf;

use anyhow::ensure;

use crate::experiment::Questions;
use crate::request::Plan;
use crate::run::{self, Session, Setting};
use crate::shape::Shape;
use crate::summary;

/// What to run.
#[derive(Debug, Clone, clap::Args)]
#[group(skip)]
pub(crate) struct Options {
    /// How many spans to send each time; a server of its own for each.
    #[arg(long, value_delimiter = ',', default_values_t = [1_000_000, 4_000_000])]
    spans: Vec<u64>,
    /// What the traces look like.
    #[arg(long, value_enum, default_value_t = Shape::Diverse)]
    shape: Shape,
    #[command(flatten)]
    setting: Setting,
}

/// Runs it all; answers the folder that holds the figures.
///
/// # Errors
/// Where any part fails, or the sizes do not grow.
pub(crate) async fn run(options: &Options) -> anyhow::Result<PathBuf> {
    let Options { spans, shape, setting } = options;
    let grows = spans.is_sorted_by(|smaller, larger| smaller < larger);
    ensure!(grows && !spans.is_empty(), "--spans wants growing numbers, as 1000000,4000000");
    let session = Session::new();
    let mut all = Vec::new();
    for spans in spans {
        let plan = Plan { shape: *shape, spans: *spans, recipe: setting.recipe };
        all.push(run::measure(&session, setting, &plan, &setting.pace, Questions::Idle).await?);
    }
    let folder = setting.folder.create(&session.machine, Some("scale"))?;
    for results in &all {
        results.write(&folder)?;
    }
    fs::write(folder.join("summary.md"), summary::of_scale(&session.machine, &all))?;
    Ok(folder)
}
