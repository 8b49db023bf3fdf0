//! The query part of an address, read as leniently as Zipkin reads it: unknown parameters
//! are ignored, of one that is given twice the first counts.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use super::answer::Refusal;

/// The parameters of one request.
#[derive(Debug)]
pub(super) struct Parameters<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'a> Parameters<'a> {
    pub(super) fn parse(query: Option<&'a str>) -> Self {
        let pairs = query.unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
        let pairs = pairs.map(|pair| {
            let (name, text) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(text))
        });
        Self(pairs.collect())
    }

    /// What was given for `name`, even nothing.
    pub(super) fn given(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(given, _)| given == name).map(|(_, text)| text.as_ref())
    }

    /// What was given for `name`, which must be.
    ///
    /// # Errors
    /// Where it was not.
    pub(super) fn required(&self, name: &str) -> Result<&str, Refusal> {
        self.given(name).ok_or_else(|| {
            Refusal::invalid(format!("Mandatory parameter/header/attribute is missing: {name}"))
        })
    }

    /// A text in lower case; `None` where it is empty or was not given.
    pub(super) fn lower(&self, name: &str) -> Option<String> {
        self.given(name).filter(|text| !text.is_empty()).map(str::to_lowercase)
    }

    /// A number above 0; `None` where it was not given.
    ///
    /// # Errors
    /// Where it is no such number.
    pub(super) fn number(&self, name: &str) -> Result<Option<u64>, Refusal> {
        let Some(text) = self.given(name) else {
            return Ok(None);
        };
        let number: i64 = text.parse().map_err(|_| {
            let shown: String = text.chars().take(64).collect();
            Refusal::invalid(format!("For input string: {shown:?}"))
        })?;
        match u64::try_from(number) {
            Ok(number) if number > 0 => Ok(Some(number)),
            _ => Err(Refusal::invalid(format!("{name} <= 0"))),
        }
    }
}

fn decode(part: &str) -> Cow<'_, str> {
    if part.contains('+') {
        let spaced = part.replace('+', " ");
        return Cow::Owned(percent_decode_str(&spaced).decode_utf8_lossy().into_owned());
    }
    percent_decode_str(part).decode_utf8_lossy()
}
