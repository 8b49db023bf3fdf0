//! The adjusters: each repairs one kind of trouble, flags the spans it touched and
//! leaves a warning. None removes a span, but for exact repetitions of one.

pub(super) mod clock_skew;
pub(super) mod cycle;
pub(super) mod duplicate;
pub(super) mod parent;
pub(super) mod shared_id;
pub(super) mod times;
