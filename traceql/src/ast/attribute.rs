//! Attributes and intrinsics.

use std::fmt;

use super::Scope;
use crate::lexer::name::is_plain;

/// What a query can look up on a span.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Attribute {
    /// An attribute that a sender set.
    Named {
        /// Whether it is looked up on the span's parent, which is read but not answered.
        of_parent: bool,
        /// Where it is looked for.
        scope: Scope,
        /// Its key.
        name: String,
    },
    /// Something every span, event, link or trace has.
    Intrinsic(Intrinsic),
}

impl Attribute {
    /// The attribute `name` of this scope.
    pub fn named(scope: Scope, name: impl Into<String>) -> Self {
        Self::Named { of_parent: false, scope, name: name.into() }
    }

    /// The name without its scope, as search results label it.
    pub fn bare_name(&self) -> &str {
        match self {
            Self::Named { name, .. } => name,
            Self::Intrinsic(intrinsic) => intrinsic.text(),
        }
    }
}

impl fmt::Display for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Intrinsic(intrinsic) => f.write_str(intrinsic.text()),
            Self::Named { of_parent, scope, name } => {
                if *of_parent {
                    f.write_str("parent.")?;
                }
                match (scope, of_parent) {
                    (Scope::None, true) => {}
                    _ => write!(f, "{}.", scope.word())?,
                }
                // `.5` would be a number.
                let is_number =
                    *scope == Scope::None && name.starts_with(|c: char| c.is_ascii_digit());
                if name.chars().all(is_plain) && !is_number {
                    return f.write_str(name);
                }
                f.write_str("\"")?;
                for c in name.chars() {
                    let escape = if matches!(c, '"' | '\\') { "\\" } else { "" };
                    write!(f, "{escape}{c}")?;
                }
                f.write_str("\"")
            }
        }
    }
}

macro_rules! intrinsics {
    ($($name:ident $text:literal $(or $other:literal)?, $doc:literal;)*) => {
        /// What every span, event, link, scope or trace has.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Intrinsic {
            $(#[doc = $doc] $name,)*
        }

        impl Intrinsic {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// How it is written in canonical form.
            pub fn text(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// The intrinsic that is written so, in canonical form or with a scope.
            pub(crate) fn of_text(text: &str) -> Option<Self> {
                match text {
                    $($text $(| $other)? => Some(Self::$name),)*
                    _ => None,
                }
            }
        }
    };
}

intrinsics! {
    Name "name" or "span:name", "The span's name.";
    Duration "duration" or "span:duration", "End minus start.";
    Status "status" or "span:status", "How the span ended.";
    StatusMessage "statusMessage" or "span:statusMessage", "The sender's words about that.";
    Kind "kind" or "span:kind", "The span's role in a call.";
    SpanId "span:id", "The span's id, 16 hex digits.";
    ParentId "span:parentID", "The parent's id; zeros where there is none.";
    ChildCount "span:childCount", "How many spans of the trace have it as parent.";
    TraceDuration "traceDuration" or "trace:duration", "Latest end minus earliest start.";
    RootName "rootName" or "trace:rootName", "The root span's name.";
    RootService "rootServiceName" or "trace:rootService", "The root span's service.";
    TraceId "trace:id", "The trace's id, 32 hex digits.";
    NestedSetLeft "nestedSetLeft", "Where a walk over the tree enters the span.";
    NestedSetRight "nestedSetRight", "Where a walk over the tree leaves the span.";
    NestedSetParent "nestedSetParent", "The parent's left number; -1 of a root.";
    EventName "event:name", "An event's name.";
    EventTime "event:timeSinceStart", "An event's time since the span's start.";
    LinkTraceId "link:traceID", "The trace that a link is to.";
    LinkSpanId "link:spanID", "The span that a link is to.";
    ScopeName "instrumentation:name", "The instrumentation's name.";
    ScopeVersion "instrumentation:version", "The instrumentation's version.";
    Parent "parent", "The parent: read, but not answered.";
}
