//! What does the function return? exercises/13-schema-expressions/README.md

/// The columns that it gets, whichever they are.
const AS_IT_IS: &str = "";

/// These, and behind them `late`, which is true or false.
const WITH_LATE: &str = "";

/// All but `tailnum`; a table that has no `tailnum` is to be refused.
const WITHOUT_TAIL: &str = "";

/// All but `tailnum`; a table that has none is fine.
const WITHOUT_TAIL_IF_THERE: &str = "";

/// All, with `arr_delay` where it was, but as `f64`.
const DELAY_WITH_DECIMALS: &str = "";

/// `carrier`, a text, and `mean delay`, an `f64`; nothing else.
const PER_CARRIER: &str = "";

/// `carrier`, a text; `delays`, a list of `i16`; `worst`, a struct of `id: i32` and `arr_delay: i16`.
const DELAYS_AND_WORST: &str = "";

// Hands your schema expressions to the check.
outgrow_exercises::answer!(schema_expressions {
    as_it_is: AS_IT_IS,
    with_late: WITH_LATE,
    without_tail: WITHOUT_TAIL,
    without_tail_if_there: WITHOUT_TAIL_IF_THERE,
    delay_with_decimals: DELAY_WITH_DECIMALS,
    per_carrier: PER_CARRIER,
    delays_and_worst: DELAYS_AND_WORST,
});
