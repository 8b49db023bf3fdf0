//! What protobuf lets a sender write (rows 78, 86 to 89 of the checklist).

use super::hopline::Hopline;
use super::message::{field, fixed32_field, fixed64_field, ids, number_field, request_of, varint};
use super::stored::{new_trace_id, span};
use super::wire::Request;

#[test]
fn rows_78_87_88_what_is_not_known_is_passed_over() {
    let hopline = Hopline::start();
    let unknown = [
        number_field(1000, 7),
        fixed64_field(1001, 7),
        field(1002, b"seven"),
        fixed32_field(1005, 7),
    ]
    .concat();
    // Profiles' indices into a table of strings, instead of key and value.
    let by_index = field(9, &[number_field(3, 1), field(2, &number_field(8, 1))].concat());
    let strange_value =
        field(9, &[field(1, b"k"), field(2, &[field(1, b"v"), unknown.clone()].concat())].concat());
    let entity = field(3, &[field(2, b"service"), unknown.clone()].concat());
    let id = new_trace_id();
    let fields = [ids(&id, &[1; 8]), by_index, strange_value, unknown.clone()].concat();
    let scope_spans = [field(2, &fields), unknown.clone()].concat();
    let resource = field(1, &[entity, unknown.clone()].concat());
    let resource_spans = [resource, field(2, &scope_spans), unknown.clone()].concat();
    hopline.accepts(&[field(1, &resource_spans), unknown].concat(), "rows 78, 86, 87");
    let kept = span(&hopline.server, &id);
    assert_eq!(kept.attribute("k"), Some(&"v".into()));

    // Groups, which proto2 had: started and ended, around a field.
    let id = new_trace_id();
    let group = [varint(1003 << 3 | 3), number_field(1, 7), varint(1003 << 3 | 4)].concat();
    let answer = Request::protobuf(request_of(&[[ids(&id, &[1; 8]), group].concat()]))
        .send(hopline.server.http());
    assert!([200, 400].contains(&answer.status), "row 88: {answer:?}");
    let open = varint(1003 << 3 | 3).repeat(100_000);
    let answer = Request::protobuf(request_of(&[[ids(&id, &[1; 8]), open].concat()]))
        .send(hopline.server.http());
    assert_eq!(answer.status, 400, "row 88: {answer:?}");
}

#[test]
fn row_89_the_wires_freedoms_are_understood() {
    let hopline = Hopline::start();
    let id = new_trace_id();
    let fields = [
        number_field(6, 2),
        field(5, b"first name"),
        field(2, &[1; 8]),
        // A kind in a varint that is longer than it need be.
        [varint(6 << 3), vec![0x83, 0x80, 0x00]].concat(),
        field(1, &id),
        field(5, b"last name"),
        // A status in two parts, which merge.
        field(15, &number_field(3, 2)),
        field(15, &field(2, b"broken")),
    ];
    hopline.accepts(&request_of(&[fields.concat()]), "row 89");
    let kept = span(&hopline.server, &id);
    assert_eq!((kept.name.as_str(), kept.kind.0), ("last name", 3));
    assert_eq!((kept.status.code.0, kept.status.message.as_str()), (2, "broken"));
}
