use http::StatusCode;
use tonic::Status;

use crate::api::tempo::answer::Refusal;

/// The same in gRPC's words.
pub(super) fn status(Refusal { status, words, .. }: Refusal) -> Status {
    match status {
        StatusCode::SERVICE_UNAVAILABLE => Status::unavailable(words),
        StatusCode::GATEWAY_TIMEOUT => Status::deadline_exceeded(words),
        StatusCode::NOT_FOUND => Status::not_found(words),
        status if status.is_client_error() => Status::invalid_argument(words),
        _ => Status::internal(words),
    }
}
