use prost::Message;

/// `google.protobuf.Timestamp` and `google.protobuf.Duration`: they are alike.
#[derive(Clone, Copy, PartialEq, Message)]
pub(super) struct Moment {
    #[prost(int64, tag = "1")]
    pub(super) seconds: i64,
    #[prost(int32, tag = "2")]
    pub(super) nanos: i32,
}

const SECOND: u64 = 1_000_000_000;

/// The first of January of the year 1: what Go clients send for no time at all.
const NO_TIME_SECONDS: i64 = -62_135_596_800;

/// A time that somebody gave.
pub(super) fn given(time: Option<Moment>) -> Option<Moment> {
    time.filter(|time| *time != Moment { seconds: NO_TIME_SECONDS, nanos: 0 })
}

impl Moment {
    /// So many nanoseconds, since the Unix epoch or as a duration.
    pub(super) fn of_nano(nano: u64) -> Self {
        // Both fit: there are 18 billion seconds at most.
        Self { seconds: (nano / SECOND) as i64, nanos: (nano % SECOND) as i32 }
    }

    /// Nanoseconds, as many as there is room for.
    pub(super) fn nano(self) -> i64 {
        self.seconds.saturating_mul(SECOND as i64).saturating_add(self.nanos.into())
    }

    /// Nanoseconds since the Unix epoch, 0 for what was before it.
    pub(super) fn unix_nano(self) -> u64 {
        u64::try_from(self.nano()).unwrap_or(0)
    }
}
