//! What was configured and what it means: flags over environment over one TOML
//! file over defaults.

mod age;
mod alert_url;
mod dialect_listen;
mod effective;
mod file;
mod listen;
mod memory;
mod options;
mod size;

pub(crate) use effective::{Effective, Settings};
pub(crate) use options::{Options, Typed};

/// Why a configuration is refused, for the person who wrote it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The file cannot be read.
    #[error("cannot read the configuration file {path}: {error}")]
    Unreadable {
        /// The file.
        path: String,
        /// What the system says.
        error: std::io::Error,
    },
    /// The file is not what it should be.
    #[error("{path}, line {line}: {message}")]
    Invalid {
        /// The file.
        path: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        message: String,
    },
    /// The platform names no folder for data, as where there is no home.
    #[error("there is no home folder to keep data in: say where with --data-dir")]
    NoDataDir,
}
