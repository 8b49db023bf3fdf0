//! Errors, retries and calls that were never answered.

use expect_test::expect;

use super::{Show, check};

#[test]
fn an_error_is_told_where_it_began_and_how_far_it_came() {
    let trace = "
        frontend GET /checkout  0..100  kind=server !
          frontend POST  10..90  kind=client !
            cart POST /cart  12..88  kind=server !
              cart POST  20..80  kind=client !
                orders POST /order  22..78  kind=server !
                  orders POST  25..75  kind=client !
                    inventory POST /reserve  27..73  kind=server !
                      inventory SELECT stock  30..70  kind=client db.system.name=postgresql !deadlock
        ";
    check(
        Show::Errors,
        trace,
        expect![[r#"
        origin at 7: inventory SELECT stock: deadlock; up through orders, cart, frontend
        failing: inventory → postgresql, callee
        error began in inventory `SELECT stock` and was passed up through 3 services; inventory → postgresql `SELECT stock` took 40.0 ms of 100 ms (40 %), all of it waiting for postgresql
    "#]],
    );
    check(
        Show::Words,
        trace,
        expect![[r#"
        error began in inventory `SELECT stock` and was passed up through 3 services; inventory → postgresql `SELECT stock` took 40.0 ms of 100 ms (40 %), all of it waiting for postgresql
        - inventory `SELECT stock`: deadlock
        - frontend `GET /checkout` itself took 20.0 ms of 100 ms (20 %)
        - frontend → cart `POST /cart` took 20.0 ms of 100 ms (20 %) without the calls it made in turn, 16.0 ms of it in cart
        - cart → orders `POST /order` took 10.0 ms of 100 ms (10 %) without the calls it made in turn, 6.00 ms of it in orders
    "#]],
    );
}

#[test]
fn internal_spans_that_say_nothing_let_errors_through() {
    check(
        Show::Errors,
        "
        frontend GET /  0..100  kind=server !
          frontend handler  5..95
            frontend GET  10..90  kind=client !
              cart GET /  12..88  kind=server !boom
        ",
        expect![[r#"
            origin at 3: cart GET /: boom; up through frontend
            failing: frontend → cart, callee
            error began in cart `GET /` and was passed up through frontend; frontend → cart `GET /` took 80.0 ms of 100 ms (80 %), all of it in cart
        "#]],
    );
}

#[test]
fn a_swallowed_error_names_who_swallowed_it() {
    check(
        Show::Errors,
        "
        frontend GET /  0..100  kind=server
          frontend GET  10..90  kind=client
            cart GET /  12..88  kind=server
              cart GET  20..80  kind=client !
                prices GET /  22..78  kind=server \"!no price\"
        ",
        expect![[r#"
            swallowed at 4: prices GET /: no price; up through cart; absorbed by 2
            failing: cart → prices, callee
            cart → prices `GET /` took 60.0 ms of 100 ms (60 %), 56.0 ms of it in prices; the error of prices `GET /` was swallowed by cart `GET /`
        "#]],
    );
}

#[test]
fn an_error_of_a_consumer_was_not_swallowed_by_its_producer() {
    check(
        Show::Errors,
        "
        shop POST /order  0..50  kind=server
          shop publish  10..20  kind=producer
            mail process  30..40  kind=consumer !bounced
        ",
        expect![[r#"
            origin at 2: mail process: bounced
            failing: shop → mail, callee
            error began in mail `process`; shop `POST /order` itself took 40.0 ms of 50.0 ms (80 %)
        "#]],
    );
}

#[test]
fn a_call_that_got_no_answer_blames_the_callee() {
    for silent in [
        "payment POST  10..1010  kind=client http.request.method=POST server.address=bank error.type=timeout !",
        "payment POST  10..1010  kind=client service.peer.name=bank \"!connection refused\"",
        "payment POST  10..1010  kind=client rpc.response.status_code=DEADLINE_EXCEEDED service.peer.name=bank !",
    ] {
        let trace = format!(
            "frontend GET /  0..1100  kind=server !\n  payment POST /pay  5..1050  kind=server !\n    {silent}"
        );
        let explained = super::explained(proto::testing::trace(&trace));
        assert_eq!(explained.errors[0].kind, crate::trace::ErrorKind::Silent);
        assert_eq!(
            explained.sentence,
            "bank never answered payment `POST`; the error was passed up through frontend; \
             the wait took 1.00 s of 1.10 s (91 %)"
        );
    }
}

#[test]
fn an_answered_error_without_a_server_span_is_the_callers_to_tell() {
    check(
        Show::Errors,
        "
        payment POST /pay  0..100  kind=server !
          payment POST  10..90  kind=client http.request.method=POST http.response.status_code=502 server.address=bank !
        ",
        expect![[r#"
            origin at 1: payment POST: HTTP 502
            failing: payment → bank, callee
            error began in payment `POST` to bank; payment → bank `POST` took 80.0 ms of 100 ms (80 %), all of it waiting for bank
        "#]],
    );
}

#[test]
fn a_server_that_went_on_after_its_client_gave_up_did_not_answer_in_time() {
    check(
        Show::Errors,
        "
        payment POST /pay  0..100  kind=server !
          payment POST  10..60  kind=client !timeout
            bank POST /charge  12..95  kind=server
        ",
        expect![[r#"
            silent at 1: payment POST: timeout
            failing: payment → bank, silent
            bank did not answer payment `POST` in time; payment `POST /pay` itself took 50.0 ms of 100 ms (50 %)
        "#]],
    );
}

#[test]
fn a_client_error_whose_server_is_content_is_the_callers() {
    check(
        Show::Errors,
        "
        payment POST /pay  0..100  kind=server !
          payment POST  10..60  kind=client http.response.status_code=404 !
            bank POST /charge  12..61  kind=server http.response.status_code=404
        ",
        expect![[r#"
            origin at 1: payment POST: HTTP 404
            failing: payment → bank, caller
            error began in payment `POST` (bank reported none); payment `POST /pay` itself took 50.0 ms of 100 ms (50 %)
        "#]],
    );
}

#[test]
fn a_retry_that_succeeded_masks_its_failures() {
    let trace = "
        payment POST /pay  0..100  kind=server
          payment POST  10..20  kind=client !
            bank POST /charge  11..19  kind=server !overload
          payment POST  25..35  kind=client !
            bank POST /charge  26..34  kind=server !overload
          payment POST  40..90  kind=client
            bank POST /charge  41..89  kind=server
        ";
    check(
        Show::Errors,
        trace,
        expect![[r#"
            retried at 2: bank POST /charge: overload; up through payment; absorbed by 0
            retried at 4: bank POST /charge: overload; up through payment; absorbed by 0
            retry by 0: [1, 3, 5] masked
            failing: payment → bank, callee
            payment → bank `POST /charge`, 3 calls, took 70.0 ms of 100 ms (70 %), 64.0 ms of it in bank; payment → bank `POST /charge` failed twice before it succeeded
        "#]],
    );
    check(
        Show::Rows,
        trace,
        expect![[r#"
        payment POST /pay 0..100 self 30
          payment POST 10..20 self 2 retried
            bank POST /charge 11..19 self 8 origin
          payment POST 25..35 self 2 retried
            bank POST /charge 26..34 self 8 origin
          payment POST 40..90 self 2
            bank POST /charge 41..89 self 48
    "#]],
    );
    check(
        Show::Words,
        trace,
        expect![[r#"
            payment → bank `POST /charge`, 3 calls, took 70.0 ms of 100 ms (70 %), 64.0 ms of it in bank; payment → bank `POST /charge` failed twice before it succeeded
            - bank `POST /charge`: overload
            - payment → bank `POST /charge` failed twice before it succeeded
            - payment `POST /pay` itself took 30.0 ms of 100 ms (30 %)
        "#]],
    );
}

#[test]
fn a_retry_that_failed_to_the_end_is_exhausted() {
    check(
        Show::Errors,
        "
        payment POST /pay  0..100  kind=server !
          payment POST  10..20  kind=client service.peer.name=bank http.response.status_code=503 !
          payment POST  25..35  kind=client service.peer.name=bank http.response.status_code=503 !
          payment POST  40..90  kind=client service.peer.name=bank http.response.status_code=500 !
        ",
        expect![[r#"
            origin at 3: payment POST: HTTP 500
            retried at 1: payment POST: HTTP 503
            retried at 2: payment POST: HTTP 503
            retry by 0: [1, 2, 3] exhausted
            failing: payment → bank, callee
            error began in payment `POST` to bank; payment → bank `POST`, 3 calls, took 70.0 ms of 100 ms (70 %), all of it waiting for bank
        "#]],
    );
}

#[test]
fn calls_at_the_same_time_or_to_others_are_no_retry() {
    check(
        Show::Errors,
        "
        payment POST /pay  0..100  kind=server
          payment POST  10..40  kind=client service.peer.name=bank http.response.status_code=503 !
          payment POST  20..60  kind=client service.peer.name=bank
          payment POST  70..80  kind=client service.peer.name=post
        ",
        expect![[r#"
            swallowed at 1: payment POST: HTTP 503; absorbed by 0
            failing: payment → bank, callee
            payment `POST /pay` itself took 50.0 ms of 100 ms (50 %); the error of payment `POST` was swallowed by payment `POST /pay`
        "#]],
    );
}

#[test]
fn a_retry_is_one_whether_its_attempts_were_answered_or_not() {
    check(
        Show::Errors,
        "
        payment POST /pay  0..100  kind=server
          payment POST  10..20  kind=client server.address=127.0.0.1 server.port=80 http.request.method=POST !timeout
          payment POST  25..35  kind=client server.address=127.0.0.1 server.port=80
            bank POST /charge  26..34  kind=server
          payment POST  40..50  kind=client server.address=127.0.0.1 server.port=81
            post POST /mail  41..49  kind=server
        ",
        expect![[r#"
            retried at 1: payment POST: timeout; absorbed by 0
            retry by 0: [1, 2] masked
            failing: payment → bank, silent
            payment `POST /pay` itself took 70.0 ms of 100 ms (70 %); payment → bank `POST` failed once before it succeeded
        "#]],
    );
}

#[test]
fn what_failed_the_request_comes_before_what_failed_beside_it() {
    check(
        Show::Errors,
        "
        shop POST /order  0..50  kind=server !
          shop publish  10..12  kind=producer
            mail process  13..14  kind=consumer !bounced
          shop POST  20..40  kind=client !
            bank POST /charge  21..39  kind=server \"!no money\"
        ",
        expect![[r#"
            origin at 4: bank POST /charge: no money; up through shop
            origin at 2: mail process: bounced
            failing: shop → bank, callee
            error began in bank `POST /charge` and was passed up through shop; shop `POST /order` itself took 28.0 ms of 50.0 ms (56 %)
        "#]],
    );
}

#[test]
fn a_client_that_counts_its_resends_is_believed() {
    check(
        Show::Errors,
        "
        payment POST /pay  0..100  kind=server
          payment POST  10..20  kind=client service.peer.name=bank http.response.status_code=307
          payment POST  20..60  kind=client service.peer.name=bank http.request.resend_count=1
        ",
        expect![[r#"
            retry by 0: [1, 2] masked
            payment `POST /pay` itself took 50.0 ms of 100 ms (50 %)
        "#]],
    );
}

#[test]
fn the_message_is_what_the_span_says_most_tellingly() {
    check(
        Show::Errors,
        "
        a root  0..9  !
          b status  0..1  !words error.type=class
          b class  1..2  ! error.type=class
          b http  2..3  ! kind=server http.status_code=500
          b nothing  3..4  !
        ",
        expect![[r#"
            origin at 1: b status: words; up through a
            origin at 2: b class: class; up through a
            origin at 3: b http: HTTP 500; up through a
            origin at 4: b nothing; up through a
            failing: a → b, callee
            error began in b `status` and was passed up through a; a `root` itself took 5.00 ms of 9.00 ms (56 %)
        "#]],
    );
}
