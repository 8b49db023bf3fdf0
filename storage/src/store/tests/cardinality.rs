//! Services and values that never come again: answers stay exact or say that they are cut.

use proto::SpanId;

use super::*;
use crate::contract::catalog::{Catalog, CatalogQuestion};
use crate::contract::search::{AttributeScope, Comparison, Condition, Field, Operand};

const TRACES: u64 = 3_000;
const KEYS: u64 = 10;

/// A trace of one span, whose service and values no other has.
fn lonely(number: u64) -> Span {
    let values = (0..KEYS).map(|key| format!(" id.{key}=v-{key}-{number:05}"));
    let values: String = values.collect();
    let mut span = trace(&format!("service-{number:05} work 0..1{values}")).remove(0);
    let mut id = [1; 16];
    id[..8].copy_from_slice(&number.to_be_bytes());
    span.trace_id = TraceId::new(id);
    span.span_id = SpanId::new((number + 1).to_be_bytes());
    span
}

#[test]
fn what_no_other_span_has_is_found_and_lists_of_it_say_that_they_are_cut() {
    let lab = Lab::new();
    let all: Vec<Span> = (0..TRACES).map(lonely).collect();
    let (sealed, hot) = all.split_at(all.len() / 2);
    lab.write(sealed);
    lab.store().seal_now().unwrap();
    lab.write(hot);

    let find = |field: Field, text: &str| {
        let operand = Operand::Text(text.to_owned());
        let condition = Condition { field, comparison: Comparison::Equal, operand };
        let page = lab.search(Search { span: vec![condition], ..search_all() });
        assert_eq!(page.completeness, Completeness::Complete);
        page.traces.into_iter().map(|found| found.summary.trace_id).collect::<Vec<_>>()
    };
    for number in (0..TRACES).step_by(271) {
        let id = lonely(number).trace_id;
        assert_eq!(find(Field::Service, &format!("service-{number:05}")), [id]);
        let scope = AttributeScope::Any;
        let field = Field::Attribute { scope, key: "id.7".to_owned() };
        assert_eq!(find(field.clone(), &format!("v-7-{number:05}")), [id]);
        assert!(find(field, &format!("v-6-{number:05}")).is_empty());
    }

    let list = |catalog: Catalog| {
        let question = CatalogQuestion { catalog, range: TimeRange::ALL, limit: 100 };
        lab.store().catalog(&question, soon()).unwrap()
    };
    let services = list(Catalog::Services);
    let names: Vec<&str> = services.entries.iter().map(|entry| entry.name.as_str()).collect();
    let first: Vec<String> = (0..100).map(|number| format!("service-{number:05}")).collect();
    assert_eq!(names, first);
    assert!(matches!(services.completeness, Completeness::Truncated { .. }));
    let (scope, key, prefix) = (AttributeScope::Any, "id.7".to_owned(), String::new());
    let values = list(Catalog::AttributeValues { scope, key, prefix });
    assert_eq!(values.entries.len(), 100);
    assert!(matches!(values.completeness, Completeness::Truncated { .. }));
}
