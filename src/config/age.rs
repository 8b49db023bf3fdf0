use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The shortest time that spans can be kept.
const MIN: Duration = Duration::from_secs(60);

/// What a user writes for "no end".
const FOREVER: &str = "forever";

/// How long spans are kept: `36h`, `7d`, `1month`, `forever`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Age(Option<Duration>);

impl Age {
    pub(crate) const fn days(days: u64) -> Self {
        Self(Some(Duration::from_secs(days * 24 * 60 * 60)))
    }

    /// So long; `None` for ever.
    pub(crate) fn duration(self) -> Option<Duration> {
        self.0
    }
}

impl FromStr for Age {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == FOREVER {
            return Ok(Self(None));
        }
        match humantime::parse_duration(text) {
            Ok(duration) if duration >= MIN => Ok(Self(Some(duration))),
            Ok(_) => Err("the shortest is 1m".to_owned()),
            Err(error) => Err(format!("{error} (write 12h, 7d or {FOREVER})")),
        }
    }
}

impl TryFrom<String> for Age {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Age> for String {
    fn from(age: Age) -> Self {
        age.to_string()
    }
}

impl fmt::Display for Age {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(duration) => humantime::format_duration(duration).fmt(f),
            None => f.write_str(FOREVER),
        }
    }
}
