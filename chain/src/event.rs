//! What an event says, without what differs from time to time.

use std::borrow::Cow;

use proto::log_record::{MESSAGE, SEVERITY};
use proto::{Event, Value};

use crate::key::normal;

/// How many words of a log message tell it from others: what follows are its values.
const WORDS_MAX: usize = 6;
/// Longer runs of hexadecimal digits without a number are ids, too.
const HEX_WORD_MIN: usize = 16;

/// What class of exception it is (semantic conventions, "Exceptions").
const EXCEPTION_TYPE: &str = "exception.type";

/// Whether attributes of this key matter to what an event says: see [`event_text`] and
/// [`is_error`].
pub fn is_event_key(key: &str) -> bool {
    [MESSAGE, SEVERITY, EXCEPTION_TYPE].contains(&key)
}

/// What `event` says, in words that are the same each time: its name; of an exception its
/// type; of a log record its severity and the first words of its message.
pub fn event_text(event: &Event) -> Cow<'_, str> {
    let text = |key: &str| {
        let value = proto::span::find_attribute(&event.attributes, key).map(Value::text);
        value.filter(|text| !text.is_empty())
    };
    if let Some(message) = text(MESSAGE) {
        let severity = text(SEVERITY).unwrap_or_default();
        return Cow::Owned(format!("{severity} {}", words(&message)));
    }
    match text(EXCEPTION_TYPE) {
        Some(class) => Cow::Owned(format!("{} {class}", event.name)),
        None => Cow::Borrowed(&event.name),
    }
}

/// Whether `event` tells of an error: an exception, or a log record that says so.
pub fn is_error(event: &Event) -> bool {
    let severity = proto::span::find_attribute(&event.attributes, SEVERITY);
    let severity = severity.map(Value::text).unwrap_or_default();
    event.name == "exception"
        || ["ERROR", "FATAL"].iter().any(|error| severity.eq_ignore_ascii_case(error))
}

fn words(message: &str) -> String {
    let mut out = Vec::new();
    let mut count = 0;
    for (place, word) in message.split_whitespace().enumerate() {
        // The time that most loggers begin with.
        if place == 0 && word.contains(':') && word.starts_with(|c: char| c.is_ascii_digit()) {
            continue;
        }
        let is_id = word.len() >= HEX_WORD_MIN && word.bytes().all(|c| c.is_ascii_hexdigit());
        let word = if is_id { "*".to_owned() } else { normal(word) };
        count += usize::from(word != "*");
        out.push(word);
        if count >= WORDS_MAX {
            break;
        }
    }
    out.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(name: &str, attributes: &[(&str, &str)]) -> Event {
        let attributes = attributes.iter().map(|(key, value)| proto::Attribute {
            key: (*key).to_owned(),
            value: Value::from(*value),
        });
        Event { name: name.to_owned(), attributes: attributes.collect(), ..Event::default() }
    }

    #[test]
    fn events_that_say_the_same_have_the_same_text() {
        let log = |severity, message| event("log", &[(SEVERITY, severity), (MESSAGE, message)]);
        let paid = log("INFO", "16:43:25.207 INFO Charge#41 order 4711 was paid by card");
        assert_eq!(event_text(&paid), "INFO INFO Charge#* order * was paid by");
        assert!(!is_error(&paid));
        assert!(is_error(&log("error", "no")));
        let thrown = event("exception", &[("exception.type", "IOError"), ("x", "y")]);
        assert_eq!(event_text(&thrown), "exception IOError");
        assert!(is_error(&thrown));
        assert_eq!(event_text(&event("retry", &[])), "retry");
    }
}
