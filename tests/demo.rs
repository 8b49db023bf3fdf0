//! The demo does what it says: its slow and its failing hop are what the verdict
//! names, in the answers and in a browser.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::support::{Server, until, until_within, web};

/// How long a turn of the rota takes here. Its spans take a second to arrive.
const TURN: &str = "8s";
const TURNS: usize = 4;

/// What findings say during the rota: the kind and the service to blame.
const FINDINGS: [(&str, &str); 13] = [
    ("slow_code", "bank"),
    ("failing", "inventory"),
    ("slow_code", "inventory"),
    ("failing", "bank"),
    ("slow_code", "payment"),
    ("failing", "cart"),
    ("swallowed", "cart"),
    ("slow_code", "cart"),
    ("failing", "payment"),
    ("slow_gap", "bank"),
    ("multiplied", "inventory"),
    ("retried", "payment"),
    ("stopped", "payment"),
];

fn start(change_every: &str) -> Server {
    Server::start_with("demo", &["--change-every", change_every])
}

/// What the demo says is slow and failing now: two hops, as "caller → callee".
fn next_turn(server: &Server) -> (String, String) {
    loop {
        let line = server.next_line(Duration::from_secs(60)).expect("the next turn");
        let Some(line) = line.strip_prefix("now slow: ") else {
            continue;
        };
        let (slow, failing) = line.split_once("; now failing: ").expect("two hops");
        let hop = |text: &str| text.split(" (").next().expect("a hop").to_owned();
        return (hop(slow), hop(failing));
    }
}

fn hop(hop: &Value) -> String {
    let name = |key: &str| hop[key].as_str().unwrap_or("?").to_owned();
    format!("{} → {}", name("caller"), name("callee"))
}

#[test]
fn the_verdict_names_the_slow_and_the_failing_hop_of_every_turn() {
    let server = start(TURN);
    for _ in 0..TURNS {
        let (slow, failing) = next_turn(&server);
        let trace = until(&format!("a trace with {slow} slow and {failing} failing"), || {
            let found = web::json(&server, "/api/v1/search?since=1h&service=frontend&limit=100");
            let traces = found["traces"].as_array().expect("traces").clone();
            traces.into_iter().find(|trace| {
                let verdict = &trace["verdict"];
                // The verdict can be right before the last spans have arrived.
                let services = trace["services"].as_array().expect("services").len();
                trace["root_name"] == "GET /checkout"
                    && services >= 4
                    && hop(&verdict["slowest_hop"]) == slow
                    && hop(&verdict["failing_hop"]) == failing
            })
        });
        println!("{}", trace["verdict"]["sentence"]);
        assert_eq!(trace["root_service"], "frontend");
    }
    assert!(server.stop().success());
}

/// Each trouble of the rota is found by itself, and is over some time after its turn.
#[test]
fn findings_open_and_resolve_as_the_rota_goes() {
    let server =
        Server::start_with("demo", &["--well-for", "80s", "--change-every", "20s", "--rate", "10"]);
    let mut seen = BTreeSet::new();
    let rota = Duration::from_secs(80 + 14 * 20);
    let what = format!("findings of all of {FINDINGS:?}");
    until_within(rota + Duration::from_secs(180), &what, || {
        let found = web::json(&server, "/api/v1/findings");
        for finding in found["open"].as_array().expect("findings") {
            let word = |key: &str| finding[key].as_str().expect("a word").to_owned();
            if seen.insert((word("kind"), word("service"))) {
                println!("{}", word("sentence"));
            }
        }
        let has = |(kind, service): &(&str, &str)| {
            seen.contains(&((*kind).to_owned(), (*service).to_owned()))
        };
        let missing: Vec<_> = FINDINGS.iter().filter(|expected| !has(expected)).collect();
        let resolved = found["resolved"].as_array().expect("findings");
        let first_is_over = resolved
            .iter()
            .any(|finding| finding["kind"] == "slow_code" && finding["service"] == "bank");
        (missing.is_empty() && first_is_over).then_some(())
    });
    assert!(server.stop().success());
}

#[test]
fn a_browser_shows_them() {
    let server = start("1h");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let screenshots = root.join("target/screenshots");
    let output = Command::new("npm")
        .args(["run", "--silent", "e2e", "--", &format!("http://{}", server.web())])
        .arg(&screenshots)
        .current_dir(root.join("ui"))
        .stdin(Stdio::null())
        .output()
        .expect("npm");
    let said = String::from_utf8_lossy(&output.stdout);
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}{complaints}");
    println!("{said}");
}
