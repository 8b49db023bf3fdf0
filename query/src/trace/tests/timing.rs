//! Self time and the critical path.

use expect_test::expect;

use super::{Show, check};

/// The cases of jaeger-ui, `packages/jaeger-ui/src/components/TracePage/
/// CriticalPath/testCases/` (Apache-2.0), microseconds there, milliseconds here.
mod jaeger_ui {
    use super::*;

    #[test]
    fn test_1_children_one_after_the_other() {
        check(
            Show::Path,
            "
            app c  1..101
              d one   20..40
              e two   50..60
            ",
            expect![[r#"
                1..20 c
                20..40 one
                40..50 c
                50..60 two
                60..101 c
            "#]],
        );
    }

    #[test]
    fn test_2_of_overlapping_children_the_last_to_finish() {
        check(
            Show::Path,
            "
            app x  1..101
              a one   10..50
              c two   20..60
            ",
            expect![[r#"
                1..20 x
                20..60 two
                60..101 x
            "#]],
        );
    }

    #[test]
    fn test_4_a_child_after_its_parent_is_left_out() {
        check(
            Show::Path,
            "
            app a  1..31
              app b  40..80
                app c  50..60
            ",
            expect![[r#"
                1..31 a
            "#]],
        );
    }

    #[test]
    fn test_5_a_consumer_is_not_waited_for() {
        check(
            Show::Path,
            "
            app a  1..31  kind=producer
              app b  10..20  kind=consumer
                app c  12..14
            ",
            expect![[r#"
                1..31 a
            "#]],
        );
    }

    #[test]
    fn test_6_a_grandchild_that_begins_before_its_parent_is_clipped() {
        check(
            Show::Path,
            "
            app a  1..30
              app b  15..35
                app c  10..25
            ",
            expect![[r#"
                1..15 a
                15..25 c
                25..30 b
            "#]],
        );
    }

    #[test]
    fn test_7_a_grandchild_that_ends_after_its_parent_is_clipped() {
        check(
            Show::Path,
            "
            app a  1..30
              app b  15..35
                app c  20..40
            ",
            expect![[r#"
                1..15 a
                15..20 b
                20..30 c
            "#]],
        );
    }

    #[test]
    fn test_8_a_child_on_both_sides_of_its_parent_covers_it() {
        check(
            Show::Path,
            "
            app a  10..30
              app b  5..35
            ",
            expect![[r#"
                10..30 b
            "#]],
        );
    }

    #[test]
    fn test_9_a_child_before_its_parent_is_left_out() {
        check(
            Show::Path,
            "
            app a  10..30
              app b  1..5
            ",
            expect![[r#"
                10..30 a
            "#]],
        );
    }
}

#[test]
fn back_to_back_children_are_all_on_the_path() {
    check(
        Show::Path,
        "
        root all  0..40
          one a  0..10
          two b  10..20
          three c  20..40
        ",
        expect![[r#"
            0..10 a
            10..20 b
            20..40 c
        "#]],
    );
}

#[test]
fn children_without_duration_take_nothing() {
    check(
        Show::Path,
        "
        root all  0..40
          one a  10..10
          two b  10..40
          three c  40..40
        ",
        expect![[r#"
            0..10 all
            10..40 b
        "#]],
    );
}

#[test]
fn of_children_that_end_together_the_longest_is_on_the_path() {
    check(
        Show::Path,
        "
        root all  0..40
          short a  30..40
          long b  5..40
        ",
        expect![[r#"
            0..5 all
            5..40 b
        "#]],
    );
}

#[test]
fn every_root_has_a_path_of_its_own() {
    check(
        Show::Path,
        "
        one a  0..40
          below b  10..20
        two c  30..90
        ",
        expect![[r#"
            0..10 a
            10..20 b
            20..40 a
            30..90 c
        "#]],
    );
}

#[test]
fn a_filter_beside_the_call_it_encloses_is_not_counted_twice() {
    check(
        Show::Rows,
        "
        gateway GET /pay  0..100
          gateway filter  5..95
          gateway GET  10..90  kind=client
            pay GET /pay  12..88  kind=server
        ",
        expect![[r#"
            gateway GET /pay 0..100 self 10
              gateway filter 5..95 self 10
              gateway GET 10..90 self 4
                pay GET /pay 12..88 self 76
        "#]],
    );
}

#[test]
fn parallel_calls_share_the_time_and_what_lies_outside_the_root_gets_none() {
    check(
        Show::Rows,
        "
        root all  0..100
          left a  10..60
          right b  30..90
          job tail  80..150
            job more  110..140
        ",
        expect![[r#"
            root all 0..100 self 10
              left a 10..60 self 20
              right b 30..90 self 50
              job tail 80..150 self 20
                job more 110..140 self 0
        "#]],
    );
}

#[test]
fn the_bars_show_what_the_numbers_say() {
    check(
        Show::Owners,
        "
        root all  0..100
          left a  10..60
            left deep  20..30
          right b  40..90
            right deeper  50..55
        second c  200..210
        ",
        expect![[r#"
            0..10 all
            10..20 a
            20..30 deep
            30..40 a
            40..50 b
            50..55 deeper
            55..90 b
            90..100 all
            200..210 c
        "#]],
    );
}

#[test]
fn a_deep_span_keeps_its_instants_while_shallow_ones_come_and_go() {
    check(
        Show::Rows,
        "
        root all  0..100
          a one  0..90
            a deep  10..80
          b two  20..30
          c three  70..95
        ",
        expect![[r#"
            root all 0..100 self 5
              a one 0..90 self 10
                a deep 10..80 self 70
              b two 20..30 self 0
              c three 70..95 self 15
        "#]],
    );
}
