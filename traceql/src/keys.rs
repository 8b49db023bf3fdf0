//! What of spans a query looks at, so that nobody has to read the rest.

use std::collections::BTreeSet;

use crate::ast::{
    Attribute, Field, Function, Intrinsic, Metrics, Pipeline, Scalar, Scope, SpansetExpr, Stage,
};

/// What of spans a query looks at, beside what all have: times, ids, kind, status, resource,
/// scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LooksAt {
    /// The keys of attributes, wherever these are; all where `None`.
    pub keys: Option<BTreeSet<String>>,
    /// Names.
    pub names: bool,
    /// Events, links and the status message.
    pub details: bool,
    /// Whether other attributes of spans and events are counted, and names. It is enough to know
    /// which they are ([`Trace::with_numbered`](crate::Trace::with_numbered)); the names of spans
    /// without a parent are looked at.
    pub counts_others: bool,
}

impl Pipeline {
    /// The keys of the attributes that it looks at, wherever these are, or shows.
    pub fn keys(&self) -> BTreeSet<String> {
        let mut keys = Keys::default();
        keys.pipeline(self);
        keys.keys
    }
}

impl Metrics {
    /// What all of its pipelines look at.
    pub fn looks_at(&self) -> LooksAt {
        let mut seen = Keys::default();
        let mut counts_others = false;
        for one in self.pipelines() {
            if let Function::Compare(compare) = &one.function {
                seen.field(&compare.selection.field);
                counts_others = true;
            }
            seen.pipeline(&one.pipeline);
            one.function.attribute().into_iter().chain(&one.by).for_each(|one| seen.add(one));
        }
        LooksAt {
            keys: Some(seen.keys),
            names: seen.names,
            details: seen.details || counts_others,
            counts_others,
        }
    }
}

#[derive(Default)]
struct Keys {
    keys: BTreeSet<String>,
    names: bool,
    details: bool,
}

impl Keys {
    fn add(&mut self, attribute: &Attribute) {
        match attribute {
            Attribute::Named { scope, name, .. } => {
                self.keys.insert(name.clone());
                self.details |= matches!(scope, Scope::Event | Scope::Link);
            }
            Attribute::Intrinsic(Intrinsic::Name | Intrinsic::RootName) => self.names = true,
            Attribute::Intrinsic(
                Intrinsic::StatusMessage
                | Intrinsic::EventName
                | Intrinsic::EventTime
                | Intrinsic::LinkTraceId
                | Intrinsic::LinkSpanId,
            ) => self.details = true,
            Attribute::Intrinsic(_) => {}
        }
    }

    fn field(&mut self, field: &Field) {
        field.for_each_attribute(&mut |attribute| self.add(attribute));
    }

    fn pipeline(&mut self, pipeline: &Pipeline) {
        for stage in &pipeline.stages {
            match stage {
                Stage::Spansets(expr) => self.spansets(expr),
                Stage::By(field, _) => self.field(field),
                Stage::Coalesce => {}
                Stage::Select(attributes, _) => attributes.iter().for_each(|one| self.add(one)),
                Stage::Filter(filter) => {
                    self.scalar(&filter.left);
                    self.scalar(&filter.right);
                }
            }
        }
    }

    fn spansets(&mut self, expr: &SpansetExpr) {
        match expr {
            SpansetExpr::Filter(filter) => self.field(&filter.field),
            SpansetExpr::Operation { left, right, .. } => {
                self.spansets(left);
                self.spansets(right);
            }
            SpansetExpr::Pipeline(pipeline) => self.pipeline(pipeline),
        }
    }

    fn scalar(&mut self, scalar: &Scalar) {
        match scalar {
            Scalar::Static(_) => {}
            Scalar::Aggregate(aggregate) => {
                aggregate.field.iter().for_each(|field| self.field(field));
            }
            Scalar::Arithmetic { left, right, .. } => {
                self.scalar(left);
                self.scalar(right);
            }
            Scalar::Pipeline { pipeline, scalar, .. } => {
                self.pipeline(pipeline);
                self.scalar(scalar);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;
    use proptest::sample::select;
    use proto::testing::trace_strategy;

    use super::LooksAt;
    use crate::ast::Root;
    use crate::metrics::{Evaluation, Limits, Range};
    use crate::testing::any_query;
    use crate::{Trace, evaluate};

    const FUNCTIONS: &[&str] = &[
        "rate()",
        "rate() by(rootName, span.retry)",
        "count_over_time() by(name)",
        "sum_over_time(.retry) by(statusMessage)",
        "quantile_over_time(duration, .5, .9) by(resource.service.name)",
        "histogram_over_time(event:timeSinceStart)",
        "compare({ .retry = 1 })",
    ];

    #[test]
    fn every_part_of_a_query_has_its_keys() {
        let query = "({ .a = 1 && !span.b } >> { event.c > 2 || name = `d` }) | by(resource.e) \
                     | max(link.f) > 3 | select(.g)";
        let Root::Spansets(pipeline) = crate::compile(query).unwrap().root else {
            panic!("metrics");
        };
        assert_eq!(pipeline.keys().into_iter().collect::<String>(), "abcefg");
        let metrics = |query: &str| match crate::compile(query).unwrap().root {
            Root::Metrics(metrics) => metrics.looks_at(),
            Root::Spansets(_) => panic!("spansets"),
        };
        let looks_at = metrics("{ .a = 1 } | sum_over_time(span.b) by(.c)");
        assert_eq!(looks_at.keys.unwrap().into_iter().collect::<String>(), "abc");
        assert!(!looks_at.names && !looks_at.details);
        assert!(metrics("{} | rate() by(rootName)").names);
        assert!(metrics("{ statusMessage = `a` } | rate()").details);
        let compared = metrics("{} | compare({ .a = 1 })");
        assert_eq!(compared.keys, Some(["a".to_owned()].into()));
        assert!(!compared.names && compared.details && compared.counts_others);
        assert!(metrics("{ name = `a` } | compare({ .a = 1 })").names);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn other_attributes_change_no_answer(mut spans in trace_strategy(6), text in any_query()) {
            let Ok(query) = crate::compile(&text) else {
                return Ok(());
            };
            let Root::Spansets(pipeline) = &query.root else {
                return Ok(());
            };
            let told = |spans: &[proto::Span]| {
                let trace = Trace::new(spans);
                let answer = evaluate(pipeline, &trace);
                answer.map(|answer| {
                    let shown = (0..spans.len()).map(|span| answer.attributes_of(span));
                    format!("{:?} {:?}", answer.spansets, shown.collect::<Vec<_>>())
                })
            };
            let whole = told(&spans);
            let keys = pipeline.keys();
            for span in &mut spans {
                let events = span.events.iter_mut().map(|event| &mut event.attributes);
                let links = span.links.iter_mut().map(|link| &mut link.attributes);
                for attributes in events.chain(links).chain([&mut span.attributes]) {
                    attributes.retain(|attribute| keys.contains(&attribute.key));
                }
            }
            prop_assert_eq!(whole, told(&spans));
        }

        #[test]
        fn what_it_does_not_look_at_changes_no_series(
            mut spans in trace_strategy(6),
            text in any_query(),
            function in select(FUNCTIONS.to_vec()),
        ) {
            let Ok(query) = crate::compile(&format!("{text} | {function}")) else {
                return Ok(());
            };
            let Root::Metrics(metrics) = query.root else {
                return Ok(());
            };
            let metrics = &Arc::new(metrics);
            let told = |spans: &[proto::Span]| {
                let range = Range::instant(0, u64::MAX).unwrap();
                let mut evaluation = Evaluation::new(metrics, range, Limits::default());
                let error = evaluation.observe(&Trace::new(spans)).err();
                format!("{:?} {:?}", evaluation.finish(), error)
            };
            let whole = told(&spans);
            let LooksAt { keys, names, details, counts_others } = metrics.looks_at();
            for span in &mut spans {
                if !details {
                    span.events.clear();
                    span.links.clear();
                    span.status.message.clear();
                }
                if !names && !counts_others {
                    span.name.clear();
                }
                let events = span.events.iter_mut().map(|event| &mut event.attributes);
                let links = span.links.iter_mut().map(|link| &mut link.attributes);
                for attributes in events.chain(links).chain([&mut span.attributes]) {
                    let has = |key: &String| counts_others || keys.as_ref().is_none_or(|keys| keys.contains(key));
                    attributes.retain(|one| has(&one.key));
                }
            }
            prop_assert_eq!(whole, told(&spans));
        }
    }
}
