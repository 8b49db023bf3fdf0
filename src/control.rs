//! How this program's other commands reach a server that runs: a socket in its data
//! folder.
//!
//! Not by the web listener, which has no authentication and which any page in a browser
//! on this machine can send to. Whoever can open the socket (mode 0600) can read the
//! store's files anyway, and the server writes nowhere but into its data folder: it links
//! a snapshot there, and the command copies that with its own rights.
//!
//! ```text
//! client: snapshot\n
//! server: ok scratch/snapshot\n      a folder within the data folder, until the client closes
//!     or: error why\n
//! ```

use std::fs::{self, Permissions};
use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream as BlockingStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use storage::{Snapshot, SnapshotError, Store};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// The socket's name in the data folder.
pub(crate) const FILE_NAME: &str = "control";
const REQUEST: &[u8] = b"snapshot\n";
/// How long a client may take to send its request.
const REQUEST_PATIENCE: Duration = Duration::from_secs(5);
/// How long it waits for the answer: what is being sealed comes first.
const ANSWER_PATIENCE: Duration = Duration::from_secs(120);
/// Clients at once; one of them has the snapshot, the others are told so.
const CLIENTS_MAX: usize = 8;

/// The socket, before anybody is answered. Its file goes with the value.
#[derive(Debug)]
pub(crate) struct Control {
    listener: UnixListener,
    path: PathBuf,
}

impl Drop for Control {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_file(&self.path) {
            tracing::warn!(%error, path = %self.path.display(), "socket left behind");
        }
    }
}

impl Control {
    /// Binds the socket in `data_dir`, whose store is open: what is there of another
    /// process is left over.
    ///
    /// # Errors
    /// What the system refuses, as a path of more than 107 bytes.
    pub(crate) fn bind(data_dir: &Path) -> io::Result<Self> {
        let path = data_dir.join(FILE_NAME);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let control = Self { listener: UnixListener::bind(&path)?, path };
        fs::set_permissions(&control.path, Permissions::from_mode(0o600))?;
        Ok(control)
    }

    /// Answers until `stop`; a snapshot that is still held then goes.
    pub(crate) async fn run(self, store: Arc<Store>, stop: CancellationToken) {
        let mut clients = JoinSet::new();
        loop {
            tokio::select! {
                accepted = self.listener.accept(), if clients.len() < CLIENTS_MAX => match accepted {
                    Ok((client, _)) => {
                        clients.spawn(answer(client, Arc::clone(&store)));
                    }
                    Err(error) => {
                        tracing::warn!(%error, "control connection not accepted");
                        tokio::time::sleep(REQUEST_PATIENCE).await;
                    }
                },
                Some(_) = clients.join_next() => {}
                () = stop.cancelled() => break,
            }
        }
        clients.shutdown().await;
    }
}

/// One client, until it closes.
async fn answer(mut client: UnixStream, store: Arc<Store>) {
    let mut request = [0; REQUEST.len()];
    let read = tokio::time::timeout(REQUEST_PATIENCE, client.read_exact(&mut request)).await;
    if !matches!(read, Ok(Ok(_))) || request != REQUEST {
        return;
    }
    let snapshot = snapshot(store).await;
    let line = match &snapshot {
        Ok((_, name)) => format!("ok {}\n", name.display()),
        Err(error) => format!("error {error}\n"),
    };
    if client.write_all(line.as_bytes()).await.is_ok() && snapshot.is_ok() {
        // Whatever it sends, and however it goes, is the end of it.
        client.read_u8().await.ok();
    }
}

/// Makes a snapshot, and its path within the data folder. It blocks: a thread of its own.
async fn snapshot(store: Arc<Store>) -> Result<(Snapshot, PathBuf), String> {
    let (made, outcome) = oneshot::channel();
    std::thread::spawn(move || {
        let snapshot = store.snapshot();
        drop(store);
        // Where nobody waits any more, the snapshot goes.
        made.send(snapshot).ok();
    });
    let snapshot: Result<Snapshot, SnapshotError> =
        outcome.await.map_err(|_| "the snapshot panicked".to_owned())?;
    let snapshot = snapshot.map_err(|error| error.to_string())?;
    let name = snapshot.name();
    Ok((snapshot, name))
}

/// A snapshot that a server holds as long as this value is there.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) path: PathBuf,
    _connection: BufReader<BlockingStream>,
}

/// Asks the server that runs on `data_dir` for a snapshot.
///
/// # Errors
/// Where none runs, or it refuses.
pub(crate) fn ask_for_snapshot(data_dir: &Path) -> anyhow::Result<Held> {
    let path = data_dir.join(FILE_NAME);
    let mut connection = BlockingStream::connect(&path).with_context(|| {
        format!(
            "no server answers in {}: start one, or name its folder with --data-dir",
            data_dir.display()
        )
    })?;
    connection.write_all(REQUEST)?;
    connection.set_read_timeout(Some(ANSWER_PATIENCE))?;
    let mut connection = BufReader::new(connection);
    let mut line = String::new();
    connection.read_line(&mut line).context("the server gave no answer")?;
    match line.trim_end().split_once(' ') {
        Some(("ok", name)) => Ok(Held { path: data_dir.join(name), _connection: connection }),
        Some(("error", why)) => bail!("the server made no snapshot: {why}"),
        _ => bail!("the server gave no answer"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_its_own_user_can_open_the_socket_and_it_goes_with_the_server() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE_NAME);
        fs::write(&path, "left over").unwrap();
        let control = Control::bind(folder.path()).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        drop(control);
        assert!(!path.exists());
        let deep = folder.path().join("d".repeat(100));
        fs::create_dir(&deep).unwrap();
        Control::bind(&deep).unwrap_err();
    }
}
