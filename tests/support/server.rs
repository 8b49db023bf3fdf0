use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus, Output, Stdio};
use std::sync::{Mutex, mpsc};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use super::{Ports, until};

/// How long the program may take to say where it listens.
const START: Duration = Duration::from_secs(60);

/// The program under test, before it is started. Its environment holds nothing of
/// ours but what a test puts there.
#[derive(Debug)]
pub(crate) struct Command(std::process::Command);

impl Command {
    /// `hopline` with these arguments.
    pub(crate) fn new<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Self {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_hopline"));
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("HOPLINE_") {
                command.env_remove(name);
            }
        }
        command.args(arguments).stdin(Stdio::null());
        Self(command)
    }

    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.0.env(name, value);
        self
    }

    /// Runs it to its end.
    pub(crate) fn output(mut self) -> Output {
        self.0.output().expect("the program starts")
    }
}

/// A running `hopline`. It is killed when the value goes.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    grpc: SocketAddr,
    http: SocketAddr,
    web: SocketAddr,
    jaeger: SocketAddr,
    tempo: SocketAddr,
    zipkin: SocketAddr,
    data_dir: PathBuf,
    /// Kept for its `Drop`; `None` where the folder outlives the server.
    _scratch: Option<TempDir>,
    /// What it has printed on standard output.
    lines: Mutex<mpsc::Receiver<String>>,
}

impl Server {
    /// Starts `hopline serve` on free ports in a folder of its own.
    pub(crate) fn start() -> Self {
        Self::start_with("serve", &[])
    }

    /// The same with another subcommand that serves, and further arguments.
    pub(crate) fn start_with(subcommand: &str, arguments: &[&str]) -> Self {
        let scratch = tempfile::tempdir().expect("a folder");
        let mut server = Self::open(scratch.path(), Ports::ANY, subcommand, arguments);
        server._scratch = Some(scratch);
        server
    }

    /// Starts `hopline serve` on `data_dir`, which stays when the server goes.
    pub(crate) fn on(data_dir: &Path, ports: Ports) -> Self {
        Self::open(data_dir, ports, "serve", &[])
    }

    fn open(data_dir: &Path, ports: Ports, subcommand: &str, arguments: &[&str]) -> Self {
        let Command(mut command) = Command::new([subcommand]);
        for flag in ["--jaeger-listen", "--tempo-listen"] {
            if !arguments.contains(&flag) {
                command.args([flag, "127.0.0.1:0"]);
            }
        }
        let mut child = command
            .args(arguments)
            .arg("--data-dir")
            .arg(data_dir)
            .args(["--otlp-grpc-listen", &format!("127.0.0.1:{}", ports.grpc)])
            .args(["--otlp-http-listen", &format!("127.0.0.1:{}", ports.http)])
            .args(["--web-listen", &format!("127.0.0.1:{}", ports.web)])
            .args(["--zipkin-listen", &format!("127.0.0.1:{}", ports.zipkin)])
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let lines = read_lines(child.stdout.take().expect("a pipe"));
        let mut server = Self {
            child,
            grpc: nowhere(),
            http: nowhere(),
            web: nowhere(),
            jaeger: nowhere(),
            tempo: nowhere(),
            zipkin: nowhere(),
            data_dir: data_dir.to_owned(),
            _scratch: None,
            lines: Mutex::new(lines),
        };
        server.read_addresses();
        server
    }

    fn read_addresses(&mut self) {
        loop {
            let line = self.next_line(START).expect("the program says where it listens");
            let address = |prefix: &str| {
                line.strip_prefix(prefix).map(|text| text.parse().expect("an address"))
            };
            if let Some(address) = address("listening otlp-grpc=") {
                self.grpc = address;
            } else if let Some(address) = address("listening otlp-http=") {
                self.http = address;
            } else if let Some(address) = address("listening web=") {
                self.web = address;
            } else if let Some(address) = address("listening jaeger=") {
                self.jaeger = address;
            } else if let Some(address) = address("listening tempo=") {
                self.tempo = address;
            } else if let Some(address) = address("listening zipkin=") {
                self.zipkin = address;
            } else if line.starts_with("open http://") {
                return;
            }
        }
    }

    /// The next line on standard output, or `None` when there is none for so long
    /// or the program has ended.
    pub(crate) fn next_line(&self, patience: Duration) -> Option<String> {
        self.lines.lock().expect("the lines").recv_timeout(patience).ok()
    }

    /// Where it takes OTLP over gRPC.
    pub(crate) fn grpc(&self) -> SocketAddr {
        self.grpc
    }

    /// Where it takes OTLP over HTTP.
    pub(crate) fn http(&self) -> SocketAddr {
        self.http
    }

    /// Where it answers questions.
    pub(crate) fn web(&self) -> SocketAddr {
        self.web
    }

    /// Where it answers what Jaeger is asked.
    pub(crate) fn jaeger(&self) -> SocketAddr {
        self.jaeger
    }

    /// Where it answers what Tempo is asked.
    pub(crate) fn tempo(&self) -> SocketAddr {
        self.tempo
    }

    /// Where it speaks Zipkin.
    pub(crate) fn zipkin(&self) -> SocketAddr {
        self.zipkin
    }

    /// The ports it got, for a restart on the same ones.
    pub(crate) fn ports(&self) -> Ports {
        Ports {
            grpc: self.grpc.port(),
            http: self.http.port(),
            web: self.web.port(),
            zipkin: self.zipkin.port(),
        }
    }

    pub(crate) fn data_dir(&self) -> &Path {
        &self.data_dir
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Ends it by SIGKILL, as a crash would, and waits until it is gone.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("a running program");
        self.child.wait().expect("its end");
    }

    /// Asks it by SIGTERM to stop and waits until it has.
    pub(crate) fn stop(mut self) -> ExitStatus {
        self.terminate();
        self.wait()
    }

    /// Sends SIGTERM.
    pub(crate) fn terminate(&self) {
        let pid = i32::try_from(self.pid()).ok().and_then(Pid::from_raw).expect("a process id");
        kill_process(pid, Signal::TERM).expect("a running program");
    }

    /// Waits until it has ended.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        until("the program ends", || self.child.try_wait().expect("its status"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Both fail only where it has ended already.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// The most memory that a process ever had resident, in bytes, from `/proc`.
pub(crate) fn memory_peak_bytes(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("a live process");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("VmHWM");
    let kibibytes: u64 = line.trim().trim_end_matches(" kB").parse().expect("a number of kB");
    kibibytes * 1024
}

fn nowhere() -> SocketAddr {
    SocketAddr::from(([0, 0, 0, 0], 0))
}

/// Reads on in a thread, so that the program never blocks on a full pipe.
fn read_lines(stdout: impl Read + Send + 'static) -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            // Nobody listens once the test has what it wanted: read on all the same.
            sender.send(line).ok();
        }
    });
    receiver
}
