//! The server under test, as a child process on ports and a folder of its own.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use serde_json::Value;

use crate::dialect::{Api, Dialect};
use crate::experiment::Subject;
use crate::process;
use crate::sender::Protocol;

/// How long the server may take to start, and to stop.
const START_MAX: Duration = Duration::from_secs(60);
const STOP_MAX: Duration = Duration::from_secs(60);
/// How long it may take to seal all spans.
const SEALED_MAX: Duration = Duration::from_secs(900);

/// A running server. It ends with this value, whatever happens.
pub(crate) struct Server {
    child: Child,
    data_dir: PathBuf,
    otlp_grpc: String,
    otlp_http: String,
    web: String,
    /// From the start of the process until it listened everywhere.
    pub(crate) started_in: Duration,
}

impl Server {
    /// Starts `binary` on `data_dir`; its log goes to `log`.
    ///
    /// # Errors
    /// Where it does not start, or does not say where it listens.
    pub(crate) fn start(
        binary: &Path,
        data_dir: &Path,
        log: &Path,
        extra: &[String],
    ) -> anyhow::Result<Self> {
        let begun = Instant::now();
        let child = Command::new(binary)
            .arg("--data-dir")
            .arg(data_dir)
            .args(["--otlp-grpc-listen=127.0.0.1:0", "--otlp-http-listen=127.0.0.1:0"])
            .args(["--web-listen=127.0.0.1:0", "--jaeger-listen=off"])
            .args(["--tempo-listen=off", "--zipkin-listen=off"])
            .args(extra)
            .stdout(Stdio::piped())
            .stderr(std::fs::File::create(log)?)
            .spawn()
            .with_context(|| format!("cannot start {}", binary.display()))?;
        let mut server = Self {
            child,
            data_dir: data_dir.to_owned(),
            otlp_grpc: String::new(),
            otlp_http: String::new(),
            web: String::new(),
            started_in: Duration::ZERO,
        };
        let lines = server.lines()?;
        while [&server.otlp_grpc, &server.otlp_http, &server.web].iter().any(|at| at.is_empty()) {
            let left = START_MAX.saturating_sub(begun.elapsed());
            let line =
                lines.recv_timeout(left).context("the server did not say where it listens")?;
            // `listening otlp-http=127.0.0.1:4318`
            let Some((name, address)) =
                line.strip_prefix("listening ").and_then(|rest| rest.split_once('='))
            else {
                continue;
            };
            let url = format!("http://{address}");
            match name {
                "otlp-grpc" => server.otlp_grpc = url,
                "otlp-http" => server.otlp_http = url,
                "web" => server.web = url,
                _ => {}
            }
        }
        server.started_in = begun.elapsed();
        Ok(server)
    }

    /// What it prints, read by a thread for as long as it lives, so that its pipe
    /// never fills.
    fn lines(&mut self) -> anyhow::Result<mpsc::Receiver<String>> {
        let stdout = self.child.stdout.take().context("the server has no output")?;
        let (sender, receiver) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                // Nobody listens any more once the addresses are known.
                sender.send(line).ok();
            }
        });
        Ok(receiver)
    }

    /// The server as something to measure, loaded by `protocol`.
    ///
    /// # Errors
    /// Where it said an address that is none.
    pub(crate) fn subject(&self, protocol: Protocol) -> anyhow::Result<Subject> {
        let endpoint = match protocol {
            Protocol::Http => &self.otlp_http,
            Protocol::Grpc => &self.otlp_grpc,
        };
        Ok(Subject {
            endpoint: endpoint.clone(),
            api: Api::new(Dialect::Native, &self.web)?,
            pid: self.child.id(),
            data_dir: self.data_dir.clone(),
        })
    }

    /// Where OTLP/HTTP is taken, a URL.
    pub(crate) fn otlp_http(&self) -> &str {
        &self.otlp_http
    }

    /// Where the API is, a URL.
    pub(crate) fn web(&self) -> &str {
        &self.web
    }

    /// Waits until it has nothing left to do in the background; with `until_sealed`
    /// also until no span is held in memory only.
    ///
    /// # Errors
    /// Where it never comes to that.
    pub(crate) async fn rest(&self, until_sealed: bool) -> anyhow::Result<()> {
        let begun = Instant::now();
        loop {
            process::rest(self.child.id(), Duration::ZERO).await?;
            if !until_sealed || self.status().await?["hot_spans"] == 0 {
                return Ok(());
            }
            let seconds = SEALED_MAX.as_secs();
            ensure!(begun.elapsed() < SEALED_MAX, "spans are still unsealed after {seconds} s");
        }
    }

    /// What it says about itself at `/api/v1/status`.
    ///
    /// # Errors
    /// Where it says nothing.
    pub(crate) async fn status(&self) -> anyhow::Result<Value> {
        let client = reqwest::Client::builder().no_proxy().build()?;
        let response = client.get(format!("{}/api/v1/status", self.web)).send().await?;
        Ok(response.error_for_status()?.json().await?)
    }

    /// Asks it to stop, and waits until it has.
    ///
    /// # Errors
    /// Where it does not stop by itself, or not well.
    pub(crate) async fn stop(mut self) -> anyhow::Result<()> {
        let pid = i32::try_from(self.child.id()).ok().and_then(rustix::process::Pid::from_raw);
        let pid = pid.context("the server has no process id")?;
        rustix::process::kill_process(pid, rustix::process::Signal::TERM)?;
        let begun = Instant::now();
        while begun.elapsed() < STOP_MAX {
            if let Some(status) = self.child.try_wait()? {
                ensure!(status.success(), "the server ended with {status}");
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        bail!("the server did not stop within {} s", STOP_MAX.as_secs());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Does nothing to a server that has ended. There is no one left to tell.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
