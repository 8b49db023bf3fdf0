//! Builds the viewer's bundle into `OUT_DIR/dist`, where `embed.rs` takes it from.
//!
//! `UI_BUILD` says how:
//!
//! | value | what is embedded |
//! | --- | --- |
//! | `auto` (default) | a fresh bundle: `npm ci` when `node_modules` is older than the lock file, then `npm run build`. Without npm, a debug build embeds a placeholder page and warns; a release build fails |
//! | `prebuilt` | `ui/dist` as found, for packagers and for CI that builds it once |
//! | `skip` | the placeholder page, for quick loops |

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// What the bundle is made from. Embedding macros do not watch a folder they did
/// not find changed, so a stale bundle would go unnoticed without these.
const INPUTS: &[&str] = &[
    "src",
    "index.html",
    "package.json",
    "package-lock.json",
    ".npmrc",
    "tsconfig.json",
    "vite.config.ts",
];

const PLACEHOLDER: &str = "placeholder.html";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            println!("cargo::error={reason}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), String> {
    println!("cargo::rerun-if-env-changed=UI_BUILD");
    for input in INPUTS.iter().chain(&["build.rs", PLACEHOLDER]) {
        println!("cargo::rerun-if-changed={input}");
    }
    let out = PathBuf::from(env::var("OUT_DIR").map_err(|e| format!("OUT_DIR: {e}"))?).join("dist");
    let mode = env::var("UI_BUILD").unwrap_or_default();
    match mode.as_str() {
        "" | "auto" if npm_is_installed() => build(&out),
        "" | "auto" if env::var("PROFILE").as_deref() == Ok("release") => Err(
            "npm is missing: install Node 20.19 or newer, or set UI_BUILD=skip to build without the web viewer"
                .to_owned(),
        ),
        "" | "auto" => {
            println!("cargo::warning=npm is missing: this debug build has a placeholder instead of the web viewer");
            embed_placeholder(&out)
        }
        "prebuilt" => embed_prebuilt(&out),
        "skip" => embed_placeholder(&out),
        other => Err(format!(
            "UI_BUILD={other} is unknown: use auto, prebuilt or skip"
        )),
    }
}

fn build(out: &Path) -> Result<(), String> {
    if !modules_are_current() {
        npm(&["ci", "--ignore-scripts", "--no-audit", "--no-fund"])?;
    }
    let out = out.to_str().ok_or("OUT_DIR is not valid UTF-8")?;
    npm(&["run", "build", "--", "--outDir", out, "--emptyOutDir"])
}

fn embed_prebuilt(out: &Path) -> Result<(), String> {
    println!("cargo::rerun-if-changed=dist");
    let dist = Path::new("dist");
    if !dist.join("index.html").is_file() {
        return Err(
            "UI_BUILD=prebuilt needs ui/dist/index.html: run `npm ci && npm run build` in ui/"
                .to_owned(),
        );
    }
    empty(out).and_then(|()| copy_folder(dist, out)).map_err(|e| format!("copying ui/dist: {e}"))
}

fn embed_placeholder(out: &Path) -> Result<(), String> {
    empty(out)
        .and_then(|()| fs::copy(PLACEHOLDER, out.join("index.html")))
        .map(|_| ())
        .map_err(|e| format!("copying {PLACEHOLDER}: {e}"))
}

fn npm_is_installed() -> bool {
    npm_command().arg("--version").output().is_ok_and(|o| o.status.success())
}

/// npm writes `node_modules/.package-lock.json` last, so its time is that of the
/// last complete installation.
fn modules_are_current() -> bool {
    let modified = |path: &str| fs::metadata(path).and_then(|m| m.modified());
    match (modified("node_modules/.package-lock.json"), modified("package-lock.json")) {
        (Ok(installed), Ok(locked)) => installed >= locked,
        _ => false,
    }
}

/// Runs npm in `ui/`. Its output goes to cargo's build log; the end of it is in
/// the error, so that a failing bundle explains itself.
fn npm(args: &[&str]) -> Result<(), String> {
    let line = format!("npm {}", args.join(" "));
    let output = npm_command().args(args).output().map_err(|e| format!("{line}: {e}"))?;
    if output.status.success() {
        return Ok(());
    }
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.push_str(&String::from_utf8_lossy(&output.stderr));
    for l in text.lines() {
        println!("cargo::error={l}");
    }
    Err(format!("`{line}` failed in ui/ ({})", output.status))
}

fn npm_command() -> Command {
    Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" })
}

fn empty(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e),
        _ => fs::create_dir_all(folder),
    }
}

fn copy_folder(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
