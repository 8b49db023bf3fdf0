//! What every span has, as a form shows it.

use traceql::ast::{Attribute, Intrinsic};

use crate::api::tempo::model::TagValue;

/// The scope that has them.
pub(super) const SCOPE: &str = "intrinsic";

/// The names that Tempo offers, in its order. More are understood.
pub(super) const NAMES: [&str; 25] = [
    "duration",
    "event:name",
    "event:timeSinceStart",
    "instrumentation:name",
    "instrumentation:version",
    "kind",
    "link:spanID",
    "link:traceID",
    "name",
    "rootName",
    "rootServiceName",
    "span:duration",
    "span:id",
    "span:kind",
    "span:name",
    "span:parentID",
    "span:status",
    "span:statusMessage",
    "status",
    "statusMessage",
    "trace:duration",
    "trace:id",
    "trace:rootName",
    "trace:rootService",
    "traceDuration",
];

/// The words that it can be, where these are few.
pub(super) fn keywords(attribute: &Attribute) -> Option<Vec<TagValue>> {
    let words: &[&str] = match attribute {
        Attribute::Intrinsic(Intrinsic::Status) => &["ok", "error", "unset"],
        Attribute::Intrinsic(Intrinsic::Kind) => {
            &["client", "server", "producer", "consumer", "internal", "unspecified"]
        }
        _ => return None,
    };
    Some(words.iter().map(|word| TagValue::new("keyword", *word)).collect())
}

/// Whether its values are too many, or too little alike, to choose from.
pub(super) fn is_endless(attribute: &Attribute) -> bool {
    use Intrinsic::{
        EventName, Name, RootName, RootService, ScopeName, ScopeVersion, StatusMessage,
    };
    match attribute {
        Attribute::Named { of_parent, .. } => *of_parent,
        Attribute::Intrinsic(intrinsic) => !matches!(
            intrinsic,
            Name | RootName | RootService | StatusMessage | EventName | ScopeName | ScopeVersion
        ),
    }
}
