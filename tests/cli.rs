//! What a person types, and what the program says to it.

use std::fs;
use std::process::Output;

use crate::support::{Command, Ports, Server, otlp};

/// Runs it, and expects this exit code and these words on standard error.
/// Answers what it said.
fn refuses(arguments: &[&str], code: i32, words: &[&str]) -> String {
    let output = Command::new(arguments).output();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
    for word in words {
        assert!(said.contains(word), "{arguments:?} does not say {word:?}: {said}");
    }
    assert!(!said.contains("panicked"), "{arguments:?}: {said}");
    said
}

fn said(output: Output) -> String {
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{error}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[test]
fn help_names_every_setting_with_its_variable_and_default() {
    // One line, so that wrapping does not hide a default.
    let help = said(Command::new(["--help"]).output());
    let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
    let check = said(Command::new(["config", "check", "--data-dir", "/data"]).output());
    for line in check.lines().filter(|line| !line.starts_with('#')) {
        let (name, rest) = line.split_once(" = ").expect("name = value");
        let variable = format!("HOPLINE_{}", name.replace('-', "_").to_uppercase());
        assert!(help.contains(&format!("--{name} <")), "{name}");
        assert!(help.contains(&variable), "{variable}");
        if rest.ends_with("# default") && name != "retention-age" {
            let default = rest.split('"').nth(1).expect("a quoted value");
            assert!(help.contains(&format!("[default: {default}]")), "{name}: {default}");
        }
    }
    assert!(check.contains("retention-age = \"7days\""), "{check}");
    assert!(help.contains("[default: 7d]"));
}

#[test]
fn a_flag_wins_over_the_environment_and_that_over_the_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("hopline.toml");
    let text = "durability = 'process'\nretention-age = '1h'\nweb-listen = '127.0.0.1:1'\n";
    fs::write(&file, text).expect("written");
    let output = Command::new(["config", "check", "--web-listen", "127.0.0.1:3"])
        .env("HOPLINE_CONFIG", file.to_str().expect("UTF-8"))
        .env("HOPLINE_WEB_LISTEN", "127.0.0.1:2")
        .env("HOPLINE_RETENTION_AGE", "2h")
        .output();
    let check = said(output);
    for (setting, origin) in [
        ("durability = \"process\"", "# file"),
        ("retention-age = \"2h\"", "# environment"),
        ("web-listen = \"127.0.0.1:3\"", "# flag"),
        ("otlp-grpc-listen = \"127.0.0.1:4317\"", "# default"),
        ("memory-limit = \"512MiB\"", "# default"),
        ("#  136.0 requests", "that are received"),
    ] {
        let line = check.lines().find(|line| line.starts_with(setting));
        assert!(line.is_some_and(|line| line.ends_with(origin)), "{setting} {origin}\n{check}");
    }

    // What it prints is itself a configuration file that says the same.
    let copy = folder.path().join("copy.toml");
    fs::write(&copy, &check).expect("written");
    let copy = copy.to_str().expect("UTF-8");
    let again = said(Command::new(["config", "check", "--config", copy]).output());
    let values = |text: &str| -> Vec<String> {
        text.lines().map(|line| line.split('#').next().unwrap_or("").trim().to_owned()).collect()
    };
    assert_eq!(values(&again), values(&check));
}

#[test]
fn what_is_wrong_is_said_in_a_sentence_and_answered_with_64() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("hopline.toml");
    let path = file.to_str().expect("UTF-8").to_owned();
    refuses(&["--web-listn", "x"], 64, &["--web-listn", "similar", "--web-listen"]);
    refuses(&["--web-listen", "4320"], 64, &["--web-listen", "4320", "localhost:4320"]);
    refuses(&["--otlp-grpc-listen", "here:1"], 64, &["'here' is no IP address", "localhost:1"]);
    refuses(&["--durability", "paper"], 64, &["paper", "disk", "process"]);
    refuses(&["--retention-age", "5s"], 64, &["shortest is 1m"]);
    refuses(&["--retention-bytes", "1MiB"], 64, &["the least is 256MiB"]);
    refuses(&["--memory-limit", "100MiB"], 64, &["the least is 128MiB"]);
    refuses(&["--memory-limit", "1"], 64, &["'1' is no amount of bytes", "64MiB"]);
    refuses(&["--disk-free-min", "64"], 64, &["'64' is no amount of bytes", "64MiB"]);
    refuses(&["--disk-free-min", "1MiB"], 64, &["the least is 64MiB"]);
    refuses(&["demo", "--rate", "0"], 64, &["--rate", "1..=100"]);
    refuses(&["config", "check", "--config", &path], 64, &["cannot read", &path]);
    fs::write(&file, "\nweb-port = 1\n").expect("written");
    refuses(&["--config", &path], 64, &[&path, "line 2", "unknown field `web-port`"]);
    fs::write(&file, "durability = \n").expect("written");
    refuses(&["config", "check", "--config", &path], 64, &[&path, "line 1"]);

    let output = Command::new(["serve"]).env("HOPLINE_LOG", "=loud=").output();
    assert_eq!(output.status.code(), Some(64));
    assert!(String::from_utf8_lossy(&output.stderr).contains("HOPLINE_LOG"));
}

#[test]
fn localhost_is_an_address_for_every_flag_and_key() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("hopline.toml");
    fs::write(&file, "otlp-http-listen = 'localhost:3'\n").expect("written");
    let output = Command::new(["config", "check", "--web-listen", "localhost:1"])
        .env("HOPLINE_OTLP_GRPC_LISTEN", "localhost:2")
        .env("HOPLINE_CONFIG", file.to_str().expect("UTF-8"))
        .output();
    let check = said(output);
    for (setting, origin) in [
        ("web-listen = \"127.0.0.1:1\"", "# flag"),
        ("otlp-grpc-listen = \"127.0.0.1:2\"", "# environment"),
        ("otlp-http-listen = \"127.0.0.1:3\"", "# file"),
    ] {
        let line = check.lines().find(|line| line.starts_with(setting));
        assert!(line.is_some_and(|line| line.ends_with(origin)), "{setting} {origin}\n{check}");
    }
}

#[test]
fn a_folder_of_other_files_is_refused_and_left_as_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().to_str().expect("UTF-8");
    fs::create_dir(folder.path().join("scratch")).expect("made");
    fs::write(folder.path().join("scratch/thesis.txt"), "years of work").expect("written");
    fs::write(folder.path().join("notes.txt"), "").expect("written");
    let words = ["hopline: ", path, "notes.txt", "scratch", "--data-dir"];
    let arguments =
        ["--data-dir", path, "--web-listen", "localhost:0", "--jaeger-listen", "localhost:0"];
    refuses(&arguments, 1, &words);
    let thesis = fs::read_to_string(folder.path().join("scratch/thesis.txt")).expect("still there");
    assert_eq!(thesis, "years of work");
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 2);
}

#[test]
fn a_second_process_on_the_same_folder_is_refused_and_the_first_goes_on() {
    let server = Server::start();
    let folder = server.data_dir().to_str().expect("UTF-8");
    let any = "127.0.0.1:0";
    let arguments = [
        "--data-dir",
        folder,
        "--web-listen",
        any,
        "--otlp-grpc-listen",
        any,
        "--otlp-http-listen",
        any,
        "--jaeger-listen",
        any,
    ];
    refuses(&arguments, 1, &["hopline: ", folder]);
    assert_eq!(crate::support::web::get(&server, "/readyz").expect("an answer").status(), 200);
    assert!(server.stop().success());
}

#[test]
fn a_port_in_use_is_named_once() {
    let server = Server::start();
    let taken = server.web().to_string();
    let flags = [
        "--web-listen",
        "--otlp-grpc-listen",
        "--otlp-http-listen",
        "--jaeger-listen",
        "--tempo-listen",
    ];
    // Several times: what was built before the port must end before the process, or
    // one in four of these is an abort.
    for busy in flags.repeat(8) {
        let folder = tempfile::tempdir().expect("a folder");
        let mut arguments = vec!["--data-dir", folder.path().to_str().expect("UTF-8")];
        for flag in flags {
            arguments.extend([flag, if flag == busy { taken.as_str() } else { "127.0.0.1:0" }]);
        }
        let said = refuses(&arguments, 1, &["hopline: ", &taken]);
        assert_eq!(said.matches("cannot listen").count(), 1, "{said}");
    }
}

#[test]
fn it_stops_on_sigterm_and_takes_the_same_folder_and_ports_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let ports = Ports::fixed();
    for _ in 0..2 {
        let server = Server::on(folder.path(), ports);
        assert_eq!(server.ports().web, ports.web);
        assert!(server.stop().success());
    }
}

#[test]
fn query_shows_what_hops_take_and_says_what_is_wrong_with_a_question() {
    let server = Server::start();
    let address = format!("http://{}", server.web());
    let ask = |arguments: &[&str]| {
        let all = [&["query", "--server", &address], arguments].concat();
        Command::new(all).output()
    };
    let nothing = said(ask(&["hops"]));
    assert!(nothing.starts_with("no requests in this time"), "{nothing}");
    let request = otlp::request("shop", otlp::spans(3));
    assert_eq!(otlp::send_http(&server, &request).expect("an answer").status(), 200);

    let hops = said(ask(&["hops", "--since", "15m"]));
    let line = hops.lines().last().expect("a hop");
    assert!(line.trim_start().starts_with("100 %"), "{hops}");
    assert!(line.ends_with("(entry) → shop work"), "{hops}");
    let json = said(ask(&["hops", "--json"]));
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json["hops"][0]["calls"], 3);
    let chains = said(ask(&["chains"]));
    assert!(chains.starts_with("shop work: 3 requests"), "{chains}");
    assert!(chains.lines().all(|line| line.chars().count() <= 100), "{chains}");
    let findings = said(ask(&["findings"]));
    assert!(findings.starts_with("nothing to compare yet"), "{findings}");
    assert!(said(ask(&["tail"])).starts_with("no requests that differ"));

    let since = ["query", "--server", &address, "hops", "--since", "soon"];
    refuses(&since, 1, &["since: ", "soon"]);
    let nobody = ["query", "--server", "http://127.0.0.1:1", "hops"];
    refuses(&nobody, 1, &["no server answers at http://127.0.0.1:1/", "--server"]);
    assert!(server.stop().success());
}
