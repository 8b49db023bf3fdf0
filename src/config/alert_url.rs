use std::str::FromStr;

use reqwest::Url;
use serde::{Deserialize, Serialize};

/// What stands for nowhere.
const OFF: &str = "off";

/// Where findings are sent to: an address, or `off`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct AlertUrl(Option<Url>);

impl AlertUrl {
    /// Nowhere.
    pub(crate) const OFF: Self = Self(None);

    /// The address, if there is one.
    pub(crate) fn url(&self) -> Option<&Url> {
        self.0.as_ref()
    }
}

impl FromStr for AlertUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == OFF {
            return Ok(Self::OFF);
        }
        match Url::parse(text) {
            Ok(url) if url.scheme() == "http" && url.has_host() => Ok(Self(Some(url))),
            _ => Err(format!(
                "'{text}' is no address to send findings to: write it as \
                 http://localhost:9093/api/v2/alerts, or {OFF}"
            )),
        }
    }
}

impl TryFrom<String> for AlertUrl {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<AlertUrl> for String {
    fn from(url: AlertUrl) -> Self {
        url.0.map_or_else(|| OFF.to_owned(), Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_or_off() {
        for text in ["off", "http://localhost:9093/api/v2/alerts"] {
            let url: AlertUrl = text.parse().expect(text);
            assert_eq!(String::from(url), text);
        }
        for text in ["", "localhost:9093", "https://example.org/", "ftp://a/", "http://"] {
            let error = text.parse::<AlertUrl>().expect_err(text);
            assert!(error.contains("http://localhost:9093"), "{text}: {error}");
        }
    }
}
