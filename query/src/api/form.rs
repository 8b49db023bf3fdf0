//! The query part of an address as Go's `net/url` reads it: lenient, so that what
//! servers written in Go take is taken here.

use percent_encoding::percent_decode_str;

use super::go::{self, Bad};

/// Names and values, in order.
#[derive(Debug)]
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    /// Pairs that are not percent-encoded UTF-8, or hold a semicolon, are left out.
    pub(super) fn parse(query: Option<&str>) -> Self {
        let pairs = query.unwrap_or_default().split('&');
        let pairs = pairs.filter(|pair| !pair.is_empty() && !pair.contains(';'));
        let read = |pair: &str| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Some((unescape(name)?, unescape(value)?))
        };
        Self(pairs.filter_map(read).collect())
    }

    /// The first value of `name`, if it is given and not empty.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.all(name).next().filter(|value| !value.is_empty())
    }

    /// The same by the first of several spellings that is given.
    pub(super) fn spelled<'a>(&self, names: &[&'a str]) -> Option<(&'a str, &str)> {
        names.iter().find_map(|name| Some((*name, self.text(name)?)))
    }

    /// Every value of `name`, in order.
    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        let values = self.0.iter().filter(move |(given, _)| given == name);
        values.map(|(_, value)| value.as_str())
    }

    /// All names with their values, in order.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// A switch; off where it is left out.
    ///
    /// # Errors
    /// Where it is neither on nor off.
    pub(super) fn switch(&self, name: &str) -> Result<bool, Bad> {
        self.text(name).map_or(Ok(false), |text| go::parse_bool(text).map_err(|bad| bad.of(name)))
    }

    /// A whole number.
    ///
    /// # Errors
    /// Where it is none.
    pub(super) fn number(&self, name: &str) -> Result<Option<i64>, Bad> {
        let text = self.text(name);
        text.map(|text| go::parse_int(text).map_err(|bad| bad.of(name))).transpose()
    }
}

/// A text whose bytes stand as `%20` or, a space, as `+`; `None` where it is no UTF-8.
pub(super) fn unescape(text: &str) -> Option<String> {
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8().ok().map(|text| text.into_owned())
}
