//! Parents, clocks and times put in order.

use expect_test::expect;

use super::{Show, check};

#[test]
fn children_come_by_start_whatever_the_order_of_arrival() {
    check(
        Show::Rows,
        "
        b late  60..90  parent=root
        a early  10..20  parent=root
        a root  0..100  id=root
        ",
        expect![[r#"
            a root 0..100 self 60
              a early 10..20 self 10
              b late 60..90 self 30
        "#]],
    );
}

#[test]
fn orphans_are_roots_ordered_by_start() {
    check(
        Show::Rows,
        "
        a root  10..100
          b child  20..30
        c lost  5..50  parent=gone
          d below  10..20
        e lost too  60..70  parent=gone
        ",
        expect![[r#"
            c lost 5..50 self 35 orphan
              d below 10..20 self 10
            a root 10..100 self 80
              b child 20..30 self 10
            e lost too 60..70 self 10 orphan
            orphan at 0: 2 spans whose parent is not in the trace; shown as roots
        "#]],
    );
}

#[test]
fn a_repeated_span_is_left_out() {
    check(
        Show::Rows,
        "
        a root  0..100
          b child  10..20  id=twice
          b child  10..20  id=twice
        ",
        expect![[r#"
            a root 0..100 self 90
              b child 10..20 self 10
            duplicate at -: 1 of 3 spans repeat the id and kind of another and are left out
        "#]],
    );
}

#[test]
fn a_shared_id_makes_the_server_a_child_of_the_client() {
    check(
        Show::Rows,
        "
        a root  0..100  id=root
        a call  10..60  id=shared parent=root kind=client
        b call  12..58  id=shared parent=root kind=server
        b work  20..30  parent=shared
        ",
        expect![[r#"
            a root 0..100 self 50
              a call 10..60 self 4
                b call 12..58 self 36
                  b work 20..30 self 10
        "#]],
    );
}

#[test]
fn a_shared_id_whose_parent_is_missing_is_one_orphan() {
    check(
        Show::Rows,
        "
        b call  12..58  id=shared parent=gone kind=server
        a call  10..60  id=shared parent=gone kind=client
        ",
        expect![[r#"
            a call 10..60 self 4 orphan
              b call 12..58 self 46
            orphan at 0: 1 span whose parent is not in the trace; shown as roots
        "#]],
    );
}

#[test]
fn a_span_that_names_itself_is_a_root() {
    check(
        Show::Rows,
        "
        a self  0..10  id=a parent=a
          b child  2..4
        ",
        expect![[r#"
            a self 0..10 self 8 cut
              b child 2..4 self 2
            cycle at 0: parents that lead back to where they began; cut above 1 span
        "#]],
    );
}

#[test]
fn two_that_name_each_other_are_cut_above_the_earliest() {
    check(
        Show::Rows,
        "
        b second  5..8  id=b parent=a
        a first  1..10  id=a parent=b
          c below  2..4
        ",
        expect![[r#"
            a first 1..10 self 4 cut
              c below 2..4 self 2
              b second 5..8 self 3
            cycle at 0: parents that lead back to where they began; cut above 1 span
        "#]],
    );
}

#[test]
fn a_cycle_that_the_root_does_not_reach_is_kept() {
    check(
        Show::Rows,
        "
        r root  0..100
          s child  10..20
        a one  30..40  id=a parent=c
        b two  31..39  id=b parent=a
        c three  32..38  id=c parent=b
        ",
        expect![[r#"
            r root 0..100 self 90
              s child 10..20 self 10
            a one 30..40 self 2 cut
              b two 31..39 self 2
                c three 32..38 self 6
            cycle at 2: parents that lead back to where they began; cut above 1 span
        "#]],
    );
}

#[test]
fn a_server_that_begins_before_its_client_is_moved_into_its_middle() {
    check(
        Show::Rows,
        "
        a root  0..100
          a call  10..60  kind=client
            b serve  -90..-50  kind=server
              b work  -80..-60
        ",
        expect![[r#"
            a root 0..100 self 50
              a call 10..60 self 10
                b serve 15..55 self 20 moved
                  b work 25..45 self 20 moved
            clock_skew at 2: the clock of b is 105 ms behind that of a; its spans were moved to fit their calls
        "#]],
    );
}

#[test]
fn all_calls_between_two_clocks_give_one_offset() {
    check(
        Show::Rows,
        "
        a root  0..100
          a call  10..20  kind=client
            b serve  1010.5..1019.5  kind=server
          a call  30..60  kind=client
            b serve  1030.5..1041  kind=server
        ",
        expect![[r#"
            a root 0..100 self 60
              a call 10..20 self 1
                b serve 10.5..19.5 self 9 moved
              a call 30..60 self 19.5
                b serve 30.5..41 self 10.5 moved
            clock_skew at 2: the clock of b is 1.00 s ahead of that of a; its spans were moved to fit their calls
        "#]],
    );
}

#[test]
fn a_clock_moves_whole_and_what_it_called_moves_with_it() {
    check(
        Show::Rows,
        "
        a root  0..100
          a call  10..90  kind=client
            b serve  1020..1080  kind=server
              b call  1030..1070  kind=client
                c serve  1035..1065  kind=server
        ",
        expect![[r#"
            a root 0..100 self 20
              a call 10..90 self 20
                b serve 20..80 self 20 moved
                  b call 30..70 self 10 moved
                    c serve 35..65 self 30 moved
            clock_skew at 2: the clock of b is 1.00 s ahead of that of a; its spans were moved to fit their calls
            clock_skew at 4: the clock of c is 1.00 s ahead of that of a; its spans were moved to fit their calls
        "#]],
    );
}

#[test]
fn hosts_tell_clocks_apart_and_services_do_not() {
    check(
        Show::Rows,
        "
        a root  0..100  resource:host.name=x
          a call  10..60  kind=client resource:host.name=x
            b serve  -40..0  kind=server resource:host.name=x
        ",
        expect![[r#"
            a root 0..100 self 50
              a call 10..60 self 50
                b serve -40..0 self 0
        "#]],
    );
}

#[test]
fn small_violations_are_left_alone() {
    check(
        Show::Rows,
        "
        a root  0..100
          a call  10..60  kind=client
            b serve  8.1..61.9  kind=server
        ",
        expect![[r#"
            a root 0..100 self 46.2
              a call 10..60 self 0
                b serve 8.1..61.9 self 53.8
        "#]],
    );
}

#[test]
fn a_server_that_ends_late_is_left_alone() {
    check(
        Show::Rows,
        "
        a root  0..100
          a call  10..60  kind=client
            b serve  30..75  kind=server
        ",
        expect![[r#"
            a root 0..100 self 35
              a call 10..60 self 20
                b serve 30..75 self 45
        "#]],
    );
}

#[test]
fn one_odd_call_does_not_move_a_clock_that_suits_the_others() {
    check(
        Show::Rows,
        "
        a root  0..100
          a call  10..20  kind=client
            b serve  11..19  kind=server
          a call  30..40  kind=client
            b serve  31..39  kind=server
          a call  50..60  kind=client
            b serve  30..39  kind=server
        ",
        expect![[r#"
            a root 0..100 self 70
              a call 10..20 self 2
                b serve 11..19 self 8
              a call 30..40 self 1
                b serve 31..39 self 8
              a call 50..60 self 10
                b serve 30..39 self 1
        "#]],
    );
}

#[test]
fn messages_are_never_moved_to_fit() {
    check(
        Show::Rows,
        "
        a publish  10..20  kind=producer
          b consume  5..8  kind=consumer
        c publish  10..20  kind=producer
          d consume  500..600  kind=consumer
        ",
        expect![[r#"
            a publish 10..20 self 10
              b consume 5..8 self 0
            c publish 10..20 self 10
              d consume 500..600 self 0
        "#]],
    );
}

#[test]
fn a_server_that_outlives_a_client_which_gave_up_is_left_alone() {
    check(
        Show::Rows,
        "
        a root  0..100
          a call  10..60  kind=client !timeout
            b serve  50..95  kind=server
        ",
        expect![[r#"
            a root 0..100 self 15
              a call 10..60 self 40 origin
                b serve 50..95 self 45
        "#]],
    );
}

#[test]
fn a_server_longer_than_its_client_only_begins_no_earlier() {
    check(
        Show::Rows,
        "
        a call  10..60  kind=client
          b serve  -40..80  kind=server
        ",
        expect![[r#"
            a call 10..60 self 0
              b serve 10..130 self 50 moved
            clock_skew at 1: the clock of b is 50.0 ms behind that of a; its spans were moved to fit their calls
        "#]],
    );
}

#[test]
fn unknown_times_become_the_parents_start() {
    check(
        Show::Rows,
        "
        a root  0..100
          b known  20..50
            c unknown  ?..?
              d unknown  ?..30
          e reversed  40..30
        f unknown root  ?..?
        ",
        expect![[r#"
            a root 0..100 self 70
              b known 20..50 self 30
                c unknown 20..20 self 0
                  d unknown 20..20 self 0
              e reversed 40..40 self 0
            f unknown root 0..0 self 0
            unknown_time at 2: 3 spans without a start time; shown at the parent's start, without duration
            end_before_start at 4: 1 span with an end before the start; shown without duration
        "#]],
    );
}

#[test]
fn a_trace_without_any_time_is_a_tree_still() {
    check(
        Show::Rows,
        "
        a root  ?..?
          b child  ?..?
        ",
        expect![[r#"
            a root ?..? self 0
              b child ?..? self 0
            unknown_time at 0: 2 spans without a start time; shown at the parent's start, without duration
        "#]],
    );
}
