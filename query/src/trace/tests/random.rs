//! Whatever spans come in, the explanation holds together.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proto::testing::trace_strategy;

use super::explained;

proptest! {
    #[test]
    fn every_span_is_one_row(spans in trace_strategy(60)) {
        let identity = |span: &proto::Span| (span.span_id, span.kind);
        let sent: BTreeSet<_> = spans.iter().map(identity).collect();
        let explained = explained(spans);
        let shown: BTreeSet<_> = explained.tree.spans.iter().map(identity).collect();
        prop_assert_eq!(explained.tree.len(), shown.len());
        prop_assert_eq!(shown, sent);
    }

    #[test]
    fn the_order_of_arrival_changes_nothing(spans in trace_strategy(30)) {
        let mut spans = spans;
        let mut seen = BTreeSet::new();
        spans.retain(|span| seen.insert((span.span_id, span.kind)));
        let mut backwards = spans.clone();
        backwards.reverse();
        prop_assert_eq!(explained(spans), explained(backwards));
    }
}
