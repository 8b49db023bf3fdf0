use std::path::Path;

use super::{Error, Options};

/// Reads the configuration file: its settings, and the names of those it sets.
pub(super) fn read(path: &Path) -> Result<(Options, toml::Table), Error> {
    let shown = path.display().to_string();
    let text = std::fs::read_to_string(path)
        .map_err(|error| Error::Unreadable { path: shown.clone(), error })?;
    let invalid = |error: toml::de::Error| Error::Invalid {
        path: shown.clone(),
        line: line_of(&text, error.span().map_or(0, |span| span.start)),
        message: error.message().to_owned(),
    };
    let options = toml::from_str(&text).map_err(invalid)?;
    let table = toml::from_str(&text).map_err(invalid)?;
    Ok((options, table))
}

/// The line, from 1, that holds byte `offset`.
fn line_of(text: &str, offset: usize) -> usize {
    let before = text.as_bytes().get(..offset).unwrap_or(text.as_bytes());
    before.iter().filter(|byte| **byte == b'\n').count().saturating_add(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistake_is_named_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("hopline.toml");
        let check = |text: &str, expect: &str| {
            std::fs::write(&path, text).unwrap();
            let message = read(&path).unwrap_err().to_string();
            assert!(message.contains(expect), "{message}");
        };
        check(
            "durability = 'disk'\nweb-listen = '4320'\n",
            "line 2: '4320' is no address to listen on: write it as",
        );
        check("\n\ncolour = 'red'\n", "line 3: unknown field `colour`, expected");
        check("durability = 'paper'\n", "line 1: unknown variant `paper`, expected `disk` or");
        check("retention-age = '5s'\n", "line 1: the shortest is 1m");
        check("disk-free-min = '1MiB'\n", "line 1: the least is 64MiB");
        check("retention-bytes = '1GiB/s'\n", "line 1: '1GiB/s' is no amount of bytes");
    }
}
