//! Which attributes a query looks at, so that nobody has to read the others.

use std::collections::BTreeSet;

use crate::ast::{Attribute, Field, Function, Metrics, Pipeline, Scalar, SpansetExpr, Stage};

impl Pipeline {
    /// The keys of the attributes that it looks at, wherever these are, or shows.
    pub fn keys(&self) -> BTreeSet<String> {
        let mut keys = Keys::default();
        keys.pipeline(self);
        keys.0
    }
}

impl Metrics {
    /// The same of all of its pipelines; `None` where it looks at every attribute.
    pub fn keys(&self) -> Option<BTreeSet<String>> {
        let mut keys = Keys::default();
        for one in self.pipelines() {
            if matches!(one.function, Function::Compare(_)) {
                return None;
            }
            keys.pipeline(&one.pipeline);
            one.function.attribute().into_iter().chain(&one.by).for_each(|one| keys.add(one));
        }
        Some(keys.0)
    }
}

#[derive(Default)]
struct Keys(BTreeSet<String>);

impl Keys {
    fn add(&mut self, attribute: &Attribute) {
        if let Attribute::Named { name, .. } = attribute {
            self.0.insert(name.clone());
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
    use proptest::prelude::*;
    use proto::testing::trace_strategy;

    use crate::ast::Root;
    use crate::testing::any_query;
    use crate::{Trace, evaluate};

    #[test]
    fn every_part_of_a_query_has_its_keys() {
        let query = "({ .a = 1 && !span.b } >> { event.c > 2 || name = `d` }) | by(resource.e) \
                     | max(link.f) > 3 | select(.g)";
        let Root::Spansets(pipeline) = crate::compile(query).unwrap().root else {
            panic!("metrics");
        };
        assert_eq!(pipeline.keys().into_iter().collect::<String>(), "abcefg");
        let metrics = |query: &str| match crate::compile(query).unwrap().root {
            Root::Metrics(metrics) => metrics.keys(),
            Root::Spansets(_) => panic!("spansets"),
        };
        let keys = metrics("{ .a = 1 } | sum_over_time(span.b) by(.c)");
        assert_eq!(keys.unwrap().into_iter().collect::<String>(), "abc");
        assert_eq!(metrics("{} | compare({ .a = 1 })"), None);
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
    }
}
