//! What `transform` means, as cases that every engine must pass.
//!
//! A case is a function of an engine. Another crate takes this folder in by its path, and gives it an engine of its own:
//!
//! ```text
//! #[path = "../../tests/suite/mod.rs"]
//! mod suite;
//!
//! #[test]
//! fn my_engine_means_what_every_engine_means() {
//!     suite::all(&MyEngine::new());
//! }
//! ```
//!
//! or hands the list of cases to a macro that makes a test of each, as `tests/engines_agree.rs` does with
//! [`for_each_case!`]. It takes the public parts of `outgrow`, and `anyhow`, `polars`, `serde`, `tempfile` and `thiserror`.
//! The functions that are called and the errors that are ignored are registered, and share nothing with the test but the
//! file system: an engine may run them in another process of the same program. Steps of tables
//! ([`Task::step`](outgrow::partitioned::Task::step)) are closures, and such an engine leaves them to a local one.

#![allow(dead_code, reason = "who makes a test of each case does not call all of them, and the other way round")]

mod faults;
mod many;
mod refusals;
mod shapes;
mod splits;
mod tables;

pub use faults::*;
pub use many::*;
pub use refusals::*;
pub use shapes::*;
pub use splits::*;
pub use tables::*;

use std::panic::{AssertUnwindSafe, catch_unwind};

use outgrow::partitioned::{Engine, Partition, Table, transform};
use polars::prelude::*;

#[macro_export]
macro_rules! for_each_case {
    ($then:ident) => {
        $then! {
            // splits
            the_first_row_of_each_group presort_puts_nulls_last_both_ways null_keys_form_a_group_of_two_keys
            columns_are_appended_in_the_order_of_the_schema rows_keep_their_order_inside_a_group
            the_number_of_partitions_changes_nothing coarse_sees_whole_groups_sorted even_by_key_sets_up_for_each_group
            even_by_place_differs_by_one num_counts_physical_partitions num_reads_expressions
            per_row_sees_one_row_at_a_time rand_deals_every_row_once_and_the_same_way empty_input_with_keys_calls_nothing
            empty_input_without_keys_calls_once a_slice_without_rows_is_no_partition empty_input_for_every_algo a_wrong_split_is_refused long_keys_and_all_types
            // shapes
            frames_and_references structs_in_and_out an_iterator_of_structs an_iterator_of_frames
            yielding_nothing_has_the_schema columns_in_another_order_are_put_right values_widen_when_nothing_is_lost
            parameters_reach_the_function a_cursor_tells_the_key set_up_once_in_each_physical_partition
            files_are_read_by_row_group a_lazy_frame_is_an_input
            a_call_is_the_input_of_another for_each_returns_nothing save_as_writes_what_run_returns
            // faults
            errors_name_function_key_and_cause panics_name_function_key_and_cause a_broken_schema_names_column_and_value
            ignored_errors_drop_the_whole_group_and_say_so dropped_rows_are_counted_to_the_last errors_of_another_kind_are_not_ignored
            what_breaks_the_schema_is_not_ignored structs_that_break_the_schema_are_not_ignored
            rows_that_do_not_fit_structs_are_not_ignored keys_are_told_with_all_of_their_digits
            what_json_cannot_say_is_not_sent
            nothing_is_called_after_a_failure panics_can_be_ignored a_callback_receives_values
            a_callback_of_another_type_is_an_error rules_are_checked_before_anything_runs
            a_wrong_call_is_refused_before_anything_runs a_failing_set_up_is_told
            // several inputs
            zip_inner zip_left zip_right zip_full zip_cross zip_by_common_columns zip_of_three_by_name
            zip_null_keys_never_match zip_presorts_each_side zip_of_structs zip_of_slices_with_parameters
            a_cotransform_has_all_that_a_transform_has a_wrong_zip_is_refused
            joins_of_all_kinds joins_do_not_match_nulls a_broadcast_join_gives_the_same a_wrong_join_is_refused
            unions_subtractions_intersections sets_of_other_columns_are_refused take_of_all_and_by_group
            sample_is_seeded fillna_and_dropna select_filter_and_aggregate an_expression_over_all_rows_sees_all_rows
            persist_computes_once a_checkpoint_is_read_again a_checkpoint_tells_questions_apart steps_of_empty_tables
            only_the_columns_that_are_looked_at_are_read
            // refusals
            results_that_cannot_be_written_are_refused plans_that_cannot_be_compared_are_refused
        }
    };
}

macro_rules! listed {
    ($($case:ident)+) => {
        /// All cases, by name.
        pub const CASES: &[(&str, fn(&dyn Engine))] = &[$((stringify!($case), $case)),+];
    };
}

for_each_case!(listed);

/// Runs all cases on one engine, one after the other, and panics with the names of those that failed.
pub fn all(engine: &dyn Engine) {
    let fails = |case: fn(&dyn Engine)| catch_unwind(AssertUnwindSafe(|| case(engine))).is_err();
    let failed: Vec<&str> = CASES.iter().filter(|(_, case)| fails(*case)).map(|(name, _)| *name).collect();
    assert!(failed.is_empty(), "{} of {} cases failed on `{}`: {failed:?}", failed.len(), CASES.len(), engine.name());
}

/// Rows of one frame are those of another, in any order, with the same columns and types.
#[track_caller]
pub fn same_rows(found: &DataFrame, expected: &DataFrame) {
    assert_eq!(found.schema(), expected.schema(), "found {found}\nexpected {expected}");
    let sorted = |frame: &DataFrame| {
        let names = frame.get_column_names_owned();
        frame.sort(names, SortMultipleOptions::default().with_nulls_last(true)).unwrap()
    };
    assert!(sorted(found).equals_missing(&sorted(expected)), "found {found}\nexpected {expected}");
}

/// The message of an error.
#[track_caller]
pub fn message<T>(outcome: outgrow::Result<T>) -> String {
    match outcome {
        Ok(_) => panic!("an error was expected"),
        Err(error) => error.to_string(),
    }
}

/// The first row of a partition.
pub fn first(rows: DataFrame) -> DataFrame {
    rows.head(Some(1))
}
outgrow::register!(first);

/// The rows as they are.
pub fn same(rows: DataFrame) -> DataFrame {
    rows
}
outgrow::register!(same);

/// How many rows a partition has.
pub fn count(rows: DataFrame) -> PolarsResult<DataFrame> {
    df!("n" => [rows.height() as u32])
}
outgrow::register!(count);

/// The rows, and how many of them the function saw at once.
pub fn with_count(rows: DataFrame) -> PolarsResult<DataFrame> {
    let mut counted = rows.clone();
    counted.with_column(Column::new("ct".into(), vec![rows.height() as i32; rows.height()]))?;
    Ok(counted)
}
outgrow::register!(with_count);

/// Never reached.
pub fn unreachable(_: DataFrame) -> DataFrame {
    panic!("the call is wrong, and the function was called")
}
outgrow::register!(unreachable);

/// Case 1 of the semantics.
pub fn case_1() -> DataFrame {
    df!("a" => [Some(1.0), None, None, Some(3.0), None], "b" => [2, 2, 1, 4, 4]).unwrap()
}

pub fn first_of(input: impl Into<Table>, partition: Partition, engine: &dyn Engine) -> DataFrame {
    transform(input, first).schema("*").partition(partition).run(engine).unwrap()
}
