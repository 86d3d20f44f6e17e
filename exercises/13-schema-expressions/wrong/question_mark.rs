//! expect: A sign is one character
//!
//! As an optional thing is written elsewhere.

outgrow_exercises::answer!(schema_expressions {
    as_it_is: "*",
    with_late: "*, late: bool",
    without_tail: "* - tailnum",
    without_tail_if_there: "* -? tailnum",
    delay_with_decimals: "* + arr_delay: f64",
    per_carrier: "carrier: str, `mean delay`: f64",
    delays_and_worst: "carrier: str, delays: [i16], worst: {id: i32, arr_delay: i16}",
});
