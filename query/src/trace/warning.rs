//! What was wrong with a trace and what was done about it.

/// One sentence about one kind of trouble; the rows' flags say which rows have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The trouble.
    pub kind: WarningKind,
    /// The first row that has it; `None` where no row is left to show.
    pub row: Option<usize>,
    /// What was found and what was done, for a person.
    pub message: String,
}

/// Kinds of trouble.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WarningKind {
    /// One identity came more than once.
    Duplicate,
    /// A span's parent is not in the trace.
    Orphan,
    /// A span is its own ancestor.
    Cycle,
    /// A span does not know when it started.
    UnknownTime,
    /// A span ends before it starts.
    EndBeforeStart,
    /// Two clocks disagree.
    ClockSkew,
}

impl WarningKind {
    /// The API's word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Duplicate => "duplicate",
            Self::Orphan => "orphan",
            Self::Cycle => "cycle",
            Self::UnknownTime => "unknown_time",
            Self::EndBeforeStart => "end_before_start",
            Self::ClockSkew => "clock_skew",
        }
    }
}
