//! expect: is written [i16]
//!
//! Words of other languages for a list and a struct.

outgrow_exercises::answer!(schema_expressions {
    as_it_is: "*",
    with_late: "*, late: bool",
    without_tail: "* - tailnum",
    without_tail_if_there: "* ~ tailnum",
    delay_with_decimals: "* + arr_delay: f64",
    per_carrier: "carrier: str, `mean delay`: f64",
    delays_and_worst: "carrier: str, delays: list<i16>, worst: struct<id: i32, arr_delay: i16>",
});
