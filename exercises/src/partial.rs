//! Partial results: what an answer keeps of each slice, and how large that is.

use outgrow::exercises::show::count;
use outgrow::memory::show_bytes;
use polars::prelude::*;

use crate::Check;

impl Check {
    /// Puts the partial results of all slices one below the other. Where they do not fit that becomes a finding, and
    /// there is no value.
    pub fn stacked(&mut self, case: &str, parts: Vec<DataFrame>) -> Option<DataFrame> {
        let columns = |part: &DataFrame| {
            let columns: Vec<String> =
                part.schema().iter().map(|(name, dtype)| format!("`{name}` ({dtype})")).collect();
            columns.join(", ")
        };
        let mut parts = parts.into_iter().enumerate();
        let (_, mut all) = parts.next()?;
        for (number, part) in parts {
            let fits = all.vstack_mut(&part).is_ok();
            let same = self.require(case, fits, || {
                format!(
                    "The partial results have different columns, so they cannot be put one below the other. Slice 0 gave \
                     {}, and slice {number} gave {}. A slice without flights has to give the same columns.",
                    columns(&all),
                    columns(&part)
                )
            });
            if !same {
                return None;
            }
        }
        Some(all)
    }

    /// Demands that a partial result is as large as before when its slice has all its flights twice: what grows with
    /// them is not a summary of them. Returns whether it is.
    pub fn does_not_grow(
        &mut self,
        case: &str,
        slice: &DataFrame,
        part: fn(DataFrame) -> PolarsResult<DataFrame>,
    ) -> bool {
        let twice = slice.vstack(slice).expect("the same columns");
        let sizes = self.call(case, || Ok::<_, PolarsError>([part(slice.clone())?, part(twice)?]));
        let Some([once, twice]) = sizes else { return false };
        let (size, double) = (once.estimated_size(), twice.estimated_size());
        self.require(case, double <= size + size / 4, || {
            let how = match once.height() == twice.height() {
                true => "has no more rows, but the lists in them grow with the flights",
                false => "grows with the flights",
            };
            format!(
                "The answer is right, but a partial result {how}: {} gave one of {} ({}), the same flights twice one of \
                 {} ({}). So all delays go to the one who makes the answer, and nothing is gained by dividing the work.",
                count(slice.height(), "flight"),
                count(once.height(), "row"),
                show_bytes(size as u64),
                count(twice.height(), "row"),
                show_bytes(double as u64)
            )
        })
    }
}
