use std::net::SocketAddr;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::listen::Listen;

/// What stands for nowhere.
const OFF: &str = "off";

/// Where another system's API is served at its root: an address, or `off`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct DialectListen(Option<Listen>);

impl DialectListen {
    /// This port of 127.0.0.1.
    pub(crate) const fn loopback(port: u16) -> Self {
        Self(Some(Listen::loopback(port)))
    }

    /// The address, if there is one.
    pub(crate) fn address(self) -> Option<SocketAddr> {
        self.0.map(Listen::address)
    }
}

impl FromStr for DialectListen {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == OFF {
            return Ok(Self(None));
        }
        let listen = text.parse().map_err(|error| format!("{error}; {OFF} is nowhere"))?;
        Ok(Self(Some(listen)))
    }
}

impl TryFrom<String> for DialectListen {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<DialectListen> for String {
    fn from(listen: DialectListen) -> Self {
        listen.0.map_or_else(|| OFF.to_owned(), Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_or_off() {
        for text in ["off", "127.0.0.1:16686"] {
            let listen: DialectListen = text.parse().expect(text);
            assert_eq!(String::from(listen), text);
        }
        let error = "16686".parse::<DialectListen>().expect_err("no address");
        assert!(error.contains("localhost:4320") && error.ends_with("; off is nowhere"), "{error}");
    }
}
