//! Terms: what of a span the postings tell traces by.
//!
//! A term is a 32-bit hash (XXH3) of what it stands for. Two may share a hash: then
//! both have the traces of both, which costs a few candidates and nothing else,
//! since postings only ever propose and the evaluator decides.
//!
//! ```text
//! term = low half of XXH3-64 of:  what it is of, u8 · each operand but the last: length, u32 · bytes
//!                                 · last operand: bytes
//! ```

use proto::batch::value;
use proto::{Attribute, Span, Value};
use xxhash_rust::xxh3::xxh3_64;

use crate::contract::search::AttributeScope;
use crate::evaluate::attribute_lists;
use crate::segment::commit::Lists;

/// A term's hash.
pub(crate) type Term = u32;

/// What a term is of. The numbers are stored, in the hashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Of {
    Service = 1,
    ServiceAndName = 2,
    Name = 3,
    SpanKind = 4,
    StatusCode = 5,
    StatusMessage = 6,
    DurationClass = 7,
    AttributeKey = 8,
    AttributeText = 9,
    AttributeNumber = 10,
    EventName = 11,
    ScopeName = 12,
    ScopeVersion = 13,
    LinkTraceId = 14,
    LinkSpanId = 15,
}

/// Makes terms, in one buffer.
#[derive(Debug, Default)]
pub(crate) struct Terms {
    buffer: Vec<u8>,
}

impl Terms {
    pub(crate) fn service(&mut self, name: &str) -> Term {
        self.term(Of::Service, &[], name.as_bytes())
    }

    /// Both on one span.
    pub(crate) fn service_and_name(&mut self, service: &str, name: &str) -> Term {
        self.term(Of::ServiceAndName, &[service.as_bytes()], name.as_bytes())
    }

    pub(crate) fn name(&mut self, name: &str) -> Term {
        self.term(Of::Name, &[], name.as_bytes())
    }

    pub(crate) fn span_kind(&mut self, kind: i32) -> Term {
        self.term(Of::SpanKind, &[], &kind.to_le_bytes())
    }

    pub(crate) fn status_code(&mut self, code: i32) -> Term {
        self.term(Of::StatusCode, &[], &code.to_le_bytes())
    }

    pub(crate) fn status_message(&mut self, message: &str) -> Term {
        self.term(Of::StatusMessage, &[], message.as_bytes())
    }

    /// The spans whose duration has as many bits, see [`duration_class`].
    pub(crate) fn duration_class(&mut self, class: u8) -> Term {
        self.term(Of::DurationClass, &[], &[class])
    }

    /// An attribute that is there.
    pub(crate) fn attribute_key(&mut self, scope: AttributeScope, key: &str) -> Term {
        self.term(Of::AttributeKey, &[&[scope_number(scope)]], key.as_bytes())
    }

    /// An attribute whose value is no number and has this text form.
    pub(crate) fn attribute_text(&mut self, scope: AttributeScope, key: &str, text: &str) -> Term {
        let operands: [&[u8]; 2] = [&[scope_number(scope)], key.as_bytes()];
        self.term(Of::AttributeText, &operands, text.as_bytes())
    }

    /// An attribute whose value is a number that is closest to this double. Numbers
    /// have a term of their own, so that 5 and 5.0 meet.
    pub(crate) fn attribute_number(
        &mut self,
        scope: AttributeScope,
        key: &str,
        number: f64,
    ) -> Term {
        // Adding makes one zero of the two.
        let bits = (number + 0.0).to_bits();
        let operands: [&[u8]; 2] = [&[scope_number(scope)], key.as_bytes()];
        self.term(Of::AttributeNumber, &operands, &bits.to_le_bytes())
    }

    /// The one of the two above for a value that is encoded.
    pub(crate) fn attribute(&mut self, scope: AttributeScope, key: &str, encoded: &[u8]) -> Term {
        if let Some(text) = value::as_text(encoded).and_then(|text| str::from_utf8(text).ok()) {
            return self.attribute_text(scope, key, text);
        }
        self.attribute_value(scope, key, &value::read(encoded).unwrap_or_default())
    }

    /// The terms of the elements of a value that is encoded and a list; of others none.
    pub(crate) fn elements(
        &mut self,
        scope: AttributeScope,
        key: &str,
        encoded: &[u8],
    ) -> Vec<Term> {
        if !value::is_list(encoded) {
            return Vec::new();
        }
        let value = value::read(encoded).unwrap_or_default();
        let elements = value.elements().iter();
        elements.map(|element| self.attribute_value(scope, key, element)).collect()
    }

    fn attribute_value(&mut self, scope: AttributeScope, key: &str, value: &Value) -> Term {
        match number(value) {
            Some(number) => self.attribute_number(scope, key, number),
            None => self.attribute_text(scope, key, &value.text()),
        }
    }

    pub(crate) fn event_name(&mut self, name: &str) -> Term {
        self.term(Of::EventName, &[], name.as_bytes())
    }

    pub(crate) fn scope_name(&mut self, name: &str) -> Term {
        self.term(Of::ScopeName, &[], name.as_bytes())
    }

    pub(crate) fn scope_version(&mut self, version: &str) -> Term {
        self.term(Of::ScopeVersion, &[], version.as_bytes())
    }

    /// A link to the trace with this id, in hex.
    pub(crate) fn link_trace_id(&mut self, id: &str) -> Term {
        self.term(Of::LinkTraceId, &[], id.as_bytes())
    }

    /// A link to the span with this id, in hex.
    pub(crate) fn link_span_id(&mut self, id: &str) -> Term {
        self.term(Of::LinkSpanId, &[], id.as_bytes())
    }

    /// Every term that finds `span` in a segment that knows lists so, some of them several times: what a census notes,
    /// span by span, to compare with.
    pub(super) fn of_span(&mut self, span: &Span, lists: Lists) -> Vec<Term> {
        let service = span.service_name();
        let mut all = vec![
            self.service(&service),
            self.name(&span.name),
            self.service_and_name(&service, &span.name),
            self.span_kind(span.kind.0),
            self.status_code(span.status.code.0),
            self.duration_class(duration_class(span.duration_nano())),
            self.scope_name(&span.scope.name),
            self.scope_version(&span.scope.version),
        ];
        if !span.status.message.is_empty() {
            all.push(self.status_message(&span.status.message));
        }
        all.extend(span.events.iter().map(|event| self.event_name(&event.name)));
        for link in &span.links {
            all.push(self.link_trace_id(&link.trace_id.to_string()));
            all.push(self.link_span_id(&link.span_id.to_string()));
        }
        for (scope, attributes) in attribute_lists(span) {
            for Attribute { key, value } in attributes {
                all.push(self.attribute_key(scope, key));
                all.push(self.attribute_value(scope, key, value));
                if lists == Lists::ByElement {
                    let elements = value.elements().iter();
                    all.extend(elements.map(|one| self.attribute_value(scope, key, one)));
                }
            }
        }
        all
    }

    fn term(&mut self, of: Of, operands: &[&[u8]], last: &[u8]) -> Term {
        self.buffer.clear();
        self.buffer.push(of as u8);
        for operand in operands {
            let length = u32::try_from(operand.len()).unwrap_or(u32::MAX);
            self.buffer.extend_from_slice(&length.to_le_bytes());
            self.buffer.extend_from_slice(operand);
        }
        self.buffer.extend_from_slice(last);
        xxh3_64(&self.buffer) as u32
    }
}

/// The double that a numeric value is closest to; `None` for NaN, which is equal to
/// no number and known by its text.
pub(crate) fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Int(number) => Some(*number as f64),
        Value::Double(number) if !number.is_nan() => Some(*number),
        _ => None,
    }
}

/// How many bits `nano` has: durations of one class are within a factor of two.
pub(crate) fn duration_class(nano: u64) -> u8 {
    (u64::BITS - nano.leading_zeros()) as u8
}

/// The scope's number in stored keys and hashes.
pub(crate) fn scope_number(scope: AttributeScope) -> u8 {
    match scope {
        AttributeScope::Any => 0,
        AttributeScope::Span => 1,
        AttributeScope::Resource => 2,
        AttributeScope::Scope => 3,
        AttributeScope::Event => 4,
        AttributeScope::Link => 5,
    }
}

/// The scope of a number.
pub(crate) fn scope_of_number(number: u8) -> Option<AttributeScope> {
    ATTRIBUTE_SCOPES.into_iter().find(|scope| scope_number(*scope) == number)
}

/// Every scope that attributes have.
pub(crate) const ATTRIBUTE_SCOPES: [AttributeScope; 5] = [
    AttributeScope::Span,
    AttributeScope::Resource,
    AttributeScope::Scope,
    AttributeScope::Event,
    AttributeScope::Link,
];
