//! Hops: whose the time is.

use expect_test::expect;

use super::{Show, check};

const CHECKOUT: &str = "
    frontend GET /checkout  0..1104  kind=server
      frontend GET  20..200  kind=client
        cart GET /cart  25..195  kind=server
          cart SELECT stock  40..60  kind=client db.system.name=postgresql
      frontend POST  210..1090  kind=client
        payment POST /pay  212..1088  kind=server
          payment POST  230..1042  kind=client
            bank POST /charge  231..1041  kind=server
    ";

#[test]
fn each_hop_owns_its_gap_and_its_callees_own_work() {
    check(
        Show::Hops,
        CHECKOUT,
        expect![[r#"
        payment → bank POST /charge: critical 812 of 812 (74 %), gap 2, callee 810, downstream 0; callee
        frontend → cart GET /cart: critical 160 of 180 (14 %), gap 10, callee 150, downstream 20; callee
        frontend → payment POST /pay: critical 68 of 880 (6 %), gap 4, callee 64, downstream 812; downstream
        - → frontend GET /checkout: critical 44 of 1104 (4 %), gap -, callee 44, downstream 1060; downstream
        cart → postgresql SELECT stock: critical 20 of 20 (2 %), gap -, callee 20, downstream 0; callee
    "#]],
    );
}

#[test]
fn the_slowest_hop_is_the_one_that_has_the_time() {
    check(
        Show::Words,
        CHECKOUT,
        expect![[r#"
        payment → bank `POST /charge` took 812 ms of 1.10 s (74 %), all of it in bank
        - frontend → cart `GET /cart` took 160 ms of 1.10 s (14 %) without the calls it made in turn, 150 ms of it in cart
    "#]],
    );
}

#[test]
fn time_on_the_way_is_the_gaps() {
    check(
        Show::Words,
        "
        frontend GET /  0..100  kind=server
          frontend GET  5..95  kind=client
            cart GET /cart  80..90  kind=server
        ",
        expect![[r#"
            frontend → cart `GET /cart` took 90.0 ms of 100 ms (90 %), 80.0 ms of it between frontend and cart (connect, queue, network)
            - frontend `GET /` itself took 10.0 ms of 100 ms (10 %)
        "#]],
    );
}

#[test]
fn without_client_spans_a_change_of_service_is_a_hop() {
    check(
        Show::Hops,
        "
        frontend GET /  0..100
          cart AddItem  10..90
            cart price  20..40
            stock Reserve  50..80
        ",
        expect![[r#"
            frontend → cart AddItem: critical 50 of 80 (50 %), gap -, callee 50, downstream 30; callee
            cart → stock Reserve: critical 30 of 30 (30 %), gap -, callee 30, downstream 0; callee
            - → frontend GET /: critical 20 of 100 (20 %), gap -, callee 20, downstream 80; downstream
        "#]],
    );
}

#[test]
fn a_call_without_a_server_span_is_waiting_for_its_peer() {
    check(
        Show::Words,
        "
        cart GET /cart  0..100  kind=server
          cart SELECT stock  5..95  kind=client db.system=postgresql
            cart connect  5..50
        ",
        expect![[r#"
            cart → postgresql `SELECT stock` took 90.0 ms of 100 ms (90 %), all of it waiting for postgresql
            - cart `GET /cart` itself took 10.0 ms of 100 ms (10 %)
        "#]],
    );
}

#[test]
fn a_client_span_around_a_client_span_is_no_hop_of_its_own() {
    check(
        Show::Hops,
        "
        web load  0..100
          web sdk call  10..90  kind=client
            web GET  20..80  kind=client
              api GET /  25..75  kind=server
        ",
        expect![[r#"
            web → api GET /: critical 60 of 60 (60 %), gap 10, callee 50, downstream 0; callee
            - → web load: critical 40 of 100 (40 %), gap -, callee 40, downstream 60; downstream
        "#]],
    );
}

#[test]
fn two_answers_to_one_call_are_two_hops() {
    check(
        Show::Hops,
        "
        web GET  0..100  kind=client
          old GET /  10..30  kind=server
          new GET /  40..90  kind=server
        ",
        expect![[r#"
            web → old GET /: critical 50 of 100 (50 %), gap 30, callee 20, downstream 0; downstream
            web → new GET /: critical 50 of 50 (50 %), gap -, callee 50, downstream 0; callee
        "#]],
    );
}

#[test]
fn a_message_is_a_hop_that_nobody_waits_for() {
    let trace = "
        shop POST /order  0..50  kind=server
          shop orders publish  10..20  kind=producer messaging.destination.name=orders
            mail orders process  300..900  kind=consumer
          shop audit publish  30..40  kind=producer messaging.destination.name=audit
        ";
    check(
        Show::Hops,
        trace,
        expect![[r#"
        - → shop POST /order: critical 30 of 50 (60 %), gap -, callee 30, downstream 20; callee
        shop → mail orders process: critical 10 of 10 (20 %), gap -, callee 0, downstream 600; gap
        shop → audit audit publish: critical 10 of 10 (20 %), gap -, callee 10, downstream 0; callee
    "#]],
    );
    check(
        Show::Words,
        trace,
        expect![[r#"
        shop `POST /order` itself took 30.0 ms of its 50.0 ms (60 %)
        - shop → mail `orders process` took 10.0 ms of the 50.0 ms of shop `POST /order` (20 %), all of it sending to mail
        - shop → audit `audit publish` took 10.0 ms of the 50.0 ms of shop `POST /order` (20 %), all of it sending to audit
        - shop `POST /order` ended after 50.0 ms; the trace spans 900 ms
    "#]],
    );
}

#[test]
fn many_calls_alike_are_told_as_one() {
    let calls: String = (0..48)
        .map(|call| {
            let start = 5 + call * 10;
            let end = start + 9;
            format!(
                "  cart SELECT stock  {start}..{end}  kind=client service.peer.name=inventory\n"
            )
        })
        .collect();
    check(
        Show::Words,
        &format!("cart GET /cart  0..500  kind=server\n{calls}"),
        expect![[r#"
            cart → inventory `SELECT stock`, 48 calls, took 432 ms of 500 ms (86 %), all of it waiting for inventory
            - cart `GET /cart` itself took 68.0 ms of 500 ms (14 %)
        "#]],
    );
}

#[test]
fn a_service_alone_has_itself_to_blame() {
    check(
        Show::Words,
        "
        frontend GET /  0..100  kind=server
          frontend render  10..90
        ",
        expect![[r#"
            frontend `GET /` itself took 100 ms of 100 ms (100 %)
            - within frontend, `render` took 80.0 ms
        "#]],
    );
}

#[test]
fn where_nothing_stands_out_the_sentence_says_so() {
    let calls: String = (0..20)
        .map(|call| {
            let (start, end) = (call * 5, call * 5 + 5);
            format!("  web GET {call}  {start}..{end}  kind=client server.address=host-{call}\n")
        })
        .collect();
    check(
        Show::Words,
        &format!("web GET /  0..100\n{calls}"),
        expect![[r#"
        no hop stands out: the largest, web → host-0 `GET 0` took 5.00 ms of 100 ms (5.0 %), all of it waiting for host-0
    "#]],
    );
}

#[test]
fn a_call_that_calls_on_is_told_without_what_it_called() {
    check(
        Show::Words,
        "
        web GET /  0..100  kind=server
          web GET  0..100  kind=client
            api GET /  1..99  kind=server
              api GET  60..95  kind=client
                db GET /  61..94  kind=server
        ",
        expect![[r#"
            web → api `GET /` took 65.0 ms of 100 ms (65 %) without the calls it made in turn, all of it in api
            - api → db `GET /` took 35.0 ms of 100 ms (35 %), 33.0 ms of it in db
        "#]],
    );
}

#[test]
fn a_root_that_is_not_the_whole_trace_is_named() {
    check(
        Show::Words,
        "
        web GET /  0..100  kind=server parent=gone
          web GET  10..90  kind=client
            api GET /  11..89  kind=server
        job sweep  400..430  parent=gone
        ",
        expect![[r#"
            web → api `GET /` took 80.0 ms of the 100 ms of web `GET /` (80 %), all of it in api
            - job `sweep` itself took 30.0 ms of its 30.0 ms (100 %)
            - web `GET /` itself took 20.0 ms of its 100 ms (20 %)
            - web `GET /` ended after 100 ms; the trace spans 430 ms
        "#]],
    );
}

#[test]
fn no_spans_and_no_time_are_told_honestly() {
    check(
        Show::Words,
        "",
        expect![[r#"
        the trace has no spans
    "#]],
    );
    check(
        Show::Words,
        "a root  5..5",
        expect![[r#"
        the trace took no measurable time
    "#]],
    );
}

#[test]
fn names_from_the_wire_stay_on_one_line() {
    check(
        Show::Words,
        "\"a\u{7}b\" \"x`y\u{1b}[31m\"  0..5",
        expect![[r#"
        a b `x'y [31m` itself took 5.00 ms of 5.00 ms (100 %)
    "#]],
    );
}
