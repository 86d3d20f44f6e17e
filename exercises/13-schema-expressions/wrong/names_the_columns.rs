//! expect: stands for whatever columns there are
//!
//! The columns of the table at hand, written out: right until the next table.

outgrow_exercises::answer!(schema_expressions {
    as_it_is: "carrier: str, tailnum: str, arr_delay: i16",
    with_late: "carrier: str, tailnum: str, arr_delay: i16, late: bool",
    without_tail: "* - tailnum",
    without_tail_if_there: "* ~ tailnum",
    delay_with_decimals: "* + arr_delay: f64",
    per_carrier: "carrier: str, `mean delay`: f64",
    delays_and_worst: "carrier: str, delays: [i16], worst: {id: i32, arr_delay: i16}",
});
