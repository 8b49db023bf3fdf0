//! What a receiver answers: the export response, and the status of a failure.
//!
//! Every text is cut to 4 KiB and every list to [`VIOLATIONS_MAX`], so that a
//! response stays far below the 4 MiB that OTLP allows, whatever the request was.

use std::time::Duration;

use serde::Serialize;

use super::protobuf::Writer;
use super::rejected::shorten;
use super::{DecodeError, Rejected, Signal};

/// How many field violations a status names.
pub const VIOLATIONS_MAX: usize = 16;

/// The type of google.rpc's details, in an `Any`.
const TYPE_PREFIX: &str = "type.googleapis.com/google.rpc.";

/// `ExportTraceServiceResponse` or `ExportLogsServiceResponse`.
///
/// Where nothing was refused the partial success is left out, as OTLP demands of
/// a full success: no bytes in protobuf, `{}` in JSON.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ExportResponse {
    /// What was exported.
    pub signal: Signal,
    /// How many were not taken and must not be sent again.
    pub rejected: u64,
    /// Why, or a warning where none was refused.
    pub error_message: String,
}

impl From<&Rejected> for ExportResponse {
    fn from(rejected: &Rejected) -> Self {
        Self {
            signal: rejected.signal(),
            rejected: rejected.spans(),
            error_message: rejected.error_message(),
        }
    }
}

impl ExportResponse {
    fn is_full_success(&self) -> bool {
        self.rejected == 0 && self.error_message.is_empty()
    }

    /// The protobuf form.
    pub fn to_protobuf(&self) -> Vec<u8> {
        let mut out = Writer::default();
        if !self.is_full_success() {
            out.message(1, |partial_success| {
                partial_success.varint(1, self.rejected);
                partial_success.text(2, &shorten(self.error_message.clone()));
            });
        }
        out.into_bytes()
    }

    /// The JSON form; 64-bit numbers are strings, as proto3 has it.
    pub fn to_json(&self) -> String {
        if self.is_full_success() {
            return "{}".to_owned();
        }
        let rejected = match self.signal {
            Signal::Traces => "rejectedSpans",
            Signal::Logs => "rejectedLogRecords",
        };
        serde_json::json!({
            "partialSuccess": {
                rejected: self.rejected.to_string(),
                "errorMessage": shorten(self.error_message.clone()),
            }
        })
        .to_string()
    }
}

/// `google.rpc.Status`: the body of every HTTP answer that is no success, and the
/// details of a gRPC status.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Status {
    /// A `google.rpc.Code`, the same numbers as gRPC's.
    pub code: i32,
    /// A sentence for the developer of the sender.
    pub message: String,
    /// `BadRequest`: which fields are wrong; none leaves the detail out.
    pub field_violations: Vec<FieldViolation>,
    /// `RetryInfo`: when to try again; none says "do not" for some codes.
    pub retry_delay: Option<Duration>,
}

/// One field of a bad request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldViolation {
    /// Its path, such as `resource_spans[0].scope_spans[1]`.
    pub field: String,
    /// What is wrong with it.
    pub description: String,
}

impl From<&DecodeError> for Status {
    /// `INVALID_ARGUMENT` naming the field, or `RESOURCE_EXHAUSTED` without retry
    /// information.
    fn from(error: &DecodeError) -> Self {
        const INVALID_ARGUMENT: i32 = 3;
        const RESOURCE_EXHAUSTED: i32 = 8;
        let message = error.to_string();
        match error {
            DecodeError::Malformed { field, reason } => Self {
                code: INVALID_ARGUMENT,
                message,
                field_violations: vec![FieldViolation {
                    field: field.clone(),
                    description: reason.clone(),
                }],
                retry_delay: None,
            },
            DecodeError::TooLarge { .. } => {
                Self { code: RESOURCE_EXHAUSTED, message, ..Self::default() }
            }
        }
    }
}

impl Status {
    /// The protobuf form.
    pub fn to_protobuf(&self) -> Vec<u8> {
        let mut out = Writer::default();
        out.varint(1, self.code as u64);
        out.text(2, &shorten(self.message.clone()));
        if !self.field_violations.is_empty() {
            write_any(&mut out, "BadRequest", |bad_request| {
                for violation in self.violations() {
                    bad_request.message(1, |out| {
                        out.text(1, &violation.field);
                        out.text(2, &violation.description);
                    });
                }
            });
        }
        if let Some(delay) = self.retry_delay {
            write_any(&mut out, "RetryInfo", |retry_info| {
                retry_info.message(1, |duration| {
                    duration.varint(1, delay.as_secs());
                    duration.varint(2, u64::from(delay.subsec_nanos()));
                });
            });
        }
        out.into_bytes()
    }

    /// The JSON form.
    pub fn to_json(&self) -> String {
        let mut details = Vec::new();
        if !self.field_violations.is_empty() {
            let violations: Vec<_> = self.violations().collect();
            details.push(serde_json::json!({
                "@type": format!("{TYPE_PREFIX}BadRequest"),
                "fieldViolations": violations,
            }));
        }
        if let Some(delay) = self.retry_delay {
            details.push(serde_json::json!({
                "@type": format!("{TYPE_PREFIX}RetryInfo"),
                "retryDelay": format!("{}.{:09}s", delay.as_secs(), delay.subsec_nanos()),
            }));
        }
        let mut status = serde_json::json!({
            "code": self.code,
            "message": shorten(self.message.clone()),
        });
        if !details.is_empty() {
            status["details"] = details.into();
        }
        status.to_string()
    }

    fn violations(&self) -> impl Iterator<Item = FieldViolation> {
        self.field_violations.iter().take(VIOLATIONS_MAX).map(|violation| FieldViolation {
            field: shorten(violation.field.clone()),
            description: shorten(violation.description.clone()),
        })
    }
}

/// A detail of the status: an `Any` that holds google.rpc's message `name`.
fn write_any(out: &mut Writer, name: &str, write: impl FnOnce(&mut Writer)) {
    out.message(3, |any| {
        any.text(1, &format!("{TYPE_PREFIX}{name}"));
        any.message(2, write);
    });
}
