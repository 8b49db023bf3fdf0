//! Parameters: declared once, read strictly, described from the same declaration.

pub(super) mod condition;
pub(super) mod cursor;
pub(super) mod duration;
pub(super) mod kind;
pub(super) mod time;

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use super::error::ApiError;

/// One parameter of a route.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Parameter {
    /// As it is written.
    pub(super) name: &'static str,
    /// What may be written behind it.
    pub(super) shape: Shape,
    /// What it means, for the description of the API.
    pub(super) meaning: &'static str,
    /// Whether it must be given.
    pub(super) required: bool,
}

/// What a parameter's value looks like.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// Any text but none.
    Text,
    /// Any text, even none.
    AnyText,
    /// Texts: the parameter may be given up to so many times.
    Texts(usize),
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A whole number.
    Whole {
        /// The smallest.
        min: usize,
        /// The largest.
        max: usize,
        /// What counts where the parameter is left out.
        default: usize,
    },
    /// A duration as `250ms`.
    Duration,
    /// A moment as `2026-11-23T10:00:00Z` or a Unix time.
    Time,
    /// So many hexadecimal digits.
    Hex(usize),
}

impl Parameter {
    /// One that may be left out.
    pub(super) const fn new(name: &'static str, shape: Shape, meaning: &'static str) -> Self {
        Self { name, shape, meaning, required: false }
    }

    /// This one, which must be given.
    pub(super) const fn required(self) -> Self {
        Self { required: true, ..self }
    }

    /// The error that `text` is not what this parameter takes.
    pub(super) fn refuse(&self, problem: impl std::fmt::Display) -> ApiError {
        ApiError::invalid(self.name, format!("{}: {problem}", self.name))
    }

    /// The error that `text` is none of the words.
    pub(super) fn no_such_word(&self, text: &str) -> ApiError {
        let words = match self.shape {
            Shape::OneOf(words) => list(words, "or"),
            _ => String::new(),
        };
        let what = self.name.replace('_', " ");
        ApiError::invalid(self.name, format!("unknown {what} '{}': use {words}", shown(text)))
    }
}

/// The parameters of one request.
#[derive(Debug)]
pub(super) struct Parameters<'a>(Vec<(&'static Parameter, Cow<'a, str>)>);

impl<'a> Parameters<'a> {
    /// Reads the query part of an address, which may only have `known` parameters.
    ///
    /// # Errors
    /// Where a parameter is unknown, not percent-encoded UTF-8, given more often than
    /// it may be, empty, or missing.
    pub(super) fn parse(
        query: Option<&'a str>,
        known: &[&'static Parameter],
    ) -> Result<Self, ApiError> {
        let mut given: Vec<(&'static Parameter, Cow<'a, str>)> = Vec::new();
        for pair in query.unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
            let (name, text) = pair.split_once('=').unwrap_or((pair, ""));
            let name = decode(name).ok_or_else(|| not_text(name))?;
            let parameter = find(&name, known)?;
            let text = decode(text).ok_or_else(|| not_text(parameter.name))?;
            let times = given.iter().filter(|(other, _)| *other == parameter).count();
            match parameter.shape {
                Shape::Texts(max) if times >= max => {
                    return Err(parameter.refuse(format!("given more than {max} times")));
                }
                Shape::Texts(_) => {}
                _ if times > 0 => return Err(parameter.refuse("given more than once")),
                _ => {}
            }
            if text.is_empty() && parameter.shape != Shape::AnyText {
                return Err(parameter.refuse("empty; give a value or leave it out"));
            }
            given.push((parameter, text));
        }
        let given = Self(given);
        for parameter in known.iter().filter(|parameter| parameter.required) {
            if given.text(parameter).is_none() {
                return Err(parameter.refuse("missing; this question needs it"));
            }
        }
        Ok(given)
    }

    /// What was given for `parameter`.
    pub(super) fn text(&self, parameter: &Parameter) -> Option<&str> {
        self.texts(parameter).next()
    }

    /// Everything that was given for `parameter`, in order.
    pub(super) fn texts(&self, parameter: &Parameter) -> impl Iterator<Item = &str> {
        self.0
            .iter()
            .filter(move |(given, _)| given.name == parameter.name)
            .map(|(_, text)| text.as_ref())
    }

    /// Name and text of everything given, in order.
    pub(super) fn all(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.iter().map(|(parameter, text)| (parameter.name, text.as_ref()))
    }

    /// What was given for the second of each pair, as if it had been given for the first.
    pub(super) fn renamed(&self, pairs: &[(&'static Parameter, &'static Parameter)]) -> Self {
        let renamed = self.0.iter().filter_map(|(given, text)| {
            let (stands_for, _) = pairs.iter().find(|(_, written)| written.name == given.name)?;
            Some((*stands_for, text.clone()))
        });
        Self(renamed.collect())
    }

    /// The number given for `parameter`, which is a whole one, or its default.
    ///
    /// # Errors
    /// Where it is no number or out of bounds.
    pub(super) fn whole(&self, parameter: &Parameter) -> Result<usize, ApiError> {
        let Shape::Whole { min, max, default } = parameter.shape else {
            return Err(ApiError::internal(format!("{} is no whole number", parameter.name)));
        };
        let Some(text) = self.text(parameter) else {
            return Ok(default);
        };
        let number = text.parse().ok().filter(|number| (min..=max).contains(number));
        number.ok_or_else(|| {
            parameter.refuse(format!("'{}' is no whole number from {min} to {max}", shown(text)))
        })
    }
}

fn find(name: &str, known: &[&'static Parameter]) -> Result<&'static Parameter, ApiError> {
    known.iter().copied().find(|parameter| parameter.name == name).ok_or_else(|| {
        let names: Vec<&str> = known.iter().map(|parameter| parameter.name).collect();
        let known = match names.as_slice() {
            [] => "this question takes none".to_owned(),
            names => format!("this question takes {}", list(names, "and")),
        };
        let name = shown(name);
        ApiError::invalid(name.clone(), format!("unknown parameter '{name}': {known}"))
    })
}

fn not_text(name: &str) -> ApiError {
    let name = shown(name);
    ApiError::invalid(name.clone(), format!("{name}: not percent-encoded UTF-8"))
}

/// A part of a query, decoded; `None` where the bytes are not UTF-8.
fn decode(part: &str) -> Option<Cow<'_, str>> {
    if part.contains('+') {
        let spaced = part.replace('+', " ");
        let decoded = percent_decode_str(&spaced).decode_utf8().ok()?;
        return Some(Cow::Owned(decoded.into_owned()));
    }
    percent_decode_str(part).decode_utf8().ok()
}

/// What someone typed, fit to be shown back: no control characters, not endless.
pub(super) fn shown(text: &str) -> String {
    const CHARS_MAX: usize = 64;
    let mut shown: String = text.escape_debug().take(CHARS_MAX).collect();
    if text.escape_debug().nth(CHARS_MAX).is_some() {
        shown.push('…');
    }
    shown
}

/// `a, b or c`.
fn list(words: &[&str], last: &str) -> String {
    match words {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., end] => format!("{} {last} {end}", first.join(", ")),
    }
}
