use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The one host name that is understood: it means the same on every machine.
const LOCALHOST: &str = "localhost";

/// Where to listen: `127.0.0.1:4320`, `[::1]:4320`, `0.0.0.0:0`, `localhost:4320`.
///
/// `localhost` is 127.0.0.1 without asking a resolver, so that the same line listens on
/// the same address everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Listen(SocketAddr);

impl Listen {
    /// This port of 127.0.0.1.
    pub(crate) const fn loopback(port: u16) -> Self {
        Self(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), port))
    }

    /// The address that is meant.
    pub(crate) const fn address(self) -> SocketAddr {
        self.0
    }
}

impl FromStr for Listen {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(address) = text.parse() {
            return Ok(Self(address));
        }
        let (host, port) = text.rsplit_once(':').ok_or_else(|| not_an_address(text))?;
        let port: u16 = port.parse().map_err(|_| not_an_address(text))?;
        if host.eq_ignore_ascii_case(LOCALHOST) {
            return Ok(Self::loopback(port));
        }
        Err(format!(
            "'{host}' is no IP address: write that of the interface to listen on, 0.0.0.0:{port} for \
             all of them, or localhost:{port}"
        ))
    }
}

fn not_an_address(text: &str) -> String {
    format!(
        "'{text}' is no address to listen on: write it as 127.0.0.1:4320, [::1]:4320 or \
         localhost:4320; port 0 takes any"
    )
}

impl TryFrom<String> for Listen {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Listen> for String {
    fn from(listen: Listen) -> Self {
        listen.0.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn localhost_is_the_loopback_address() {
        for (text, address) in [
            ("localhost:4320", "127.0.0.1:4320"),
            ("LocalHost:0", "127.0.0.1:0"),
            ("127.0.0.1:1", "127.0.0.1:1"),
            ("0.0.0.0:65535", "0.0.0.0:65535"),
            ("[::1]:4320", "[::1]:4320"),
        ] {
            let listen: Listen = text.parse().expect(text);
            assert_eq!(listen.address(), address.parse().expect(address), "{text}");
            assert_eq!(String::from(listen), address);
        }
    }

    #[test]
    fn anything_else_says_what_to_write() {
        for (text, words) in [
            ("4320", "localhost:4320"),
            ("", "localhost:4320"),
            ("localhost", "localhost:4320"),
            ("localhost:", "no address"),
            ("localhost:http", "no address"),
            ("localhost:65536", "no address"),
            (":4320", "0.0.0.0:4320 for all"),
            ("example.org:80", "'example.org' is no IP address"),
            ("::1:4320x", "no address"),
        ] {
            let error = text.parse::<Listen>().expect_err(text);
            assert!(error.contains(words), "{text}: {error}");
        }
    }
}
