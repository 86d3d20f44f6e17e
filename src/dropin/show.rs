//! Describing and printing.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use polars::prelude as pl;

use super::{DataFrame, Series, pool};
use crate::error::Result;
use crate::kernels::describe::{QUARTILES, Summary, described, table};
use crate::kernels::show::{self, END_ROWS, MOST_ROWS, Shown};
use crate::kernels::{Agg, Groups, Moments, moments, reduce};
use crate::labels::Rows;
use crate::ledger::{self, Step};

/// Into how many lots the values are counted, to find the one that a quartile is in.
const LOTS: usize = 64;

impl DataFrame {
    /// Count, mean, standard deviation, minimum, quartiles and maximum of each column of numbers.
    ///
    /// All but the quartiles combine. For a quartile the values of each partition are counted in lots between borders
    /// from a sample; then only the lot it lies in is gathered.
    ///
    /// # Errors
    /// [`Error::Input`](crate::Error::Input) when there is no column of numbers.
    pub fn describe(&self) -> Result<Self> {
        let summaries = described(self.partitions[0].columns())?.into_iter().map(|name| {
            let parts = pool::map(self.partitions.iter().collect(), |rows: &Rows| {
                let values = rows.columns().column(&name)?;
                let whole = Groups::whole(rows.height());
                let end = |agg| -> Result<Option<f64>> {
                    Ok(reduce(values, &whole, agg)?.cast(&pl::DataType::Float64)?.f64()?.get(0))
                };
                Ok((moments(values, &whole)?[0], end(Agg::Min)?, end(Agg::Max)?))
            })?;
            let moments = parts.iter().fold(Moments::default(), |all, (part, ..)| all.merge(*part));
            let low = parts.iter().filter_map(|(_, low, _)| *low).reduce(f64::min);
            let high = parts.iter().filter_map(|(.., high)| *high).reduce(f64::max);
            // Count, mean, deviations and both ends.
            self.note(format!("reduce `{name}` in each partition"), 5 * 8 * parts.len() as u64);
            let quartiles = self.quantiles(&name, QUARTILES)?;
            Ok(Summary { name, moments, ends: [low, high], quartiles })
        });
        let figures = Self { partitions: vec![table(&summaries.collect::<Result<Vec<_>>>()?)?] };
        figures.note("put the figures together", figures.bytes());
        Ok(figures)
    }

    /// The values that these shares of a column's known values are below.
    fn quantiles<const N: usize>(&self, name: &str, shares: [f64; N]) -> Result<[Option<f64>; N]> {
        let known = pool::map(self.partitions.iter().collect(), |rows: &Rows| {
            Ok(rows.columns().column(name)?.drop_nulls().cast(&pl::DataType::Float64)?)
        })?;
        let count: usize = known.iter().map(pl::Column::len).sum();
        if count == 0 {
            return Ok([None; N]);
        }
        let borders = super::shuffle::borders(&known, LOTS)?;
        let lots = pool::map(known.iter().collect(), |values: &pl::Column| {
            let of_values = borders.bucket_of_rows(values, true)?;
            let mut sizes = vec![0usize; borders.buckets()];
            of_values.iter().for_each(|lot| sizes[*lot as usize] += 1);
            Ok((of_values, sizes))
        })?;
        let starts = lots.iter().fold(vec![0; borders.buckets() + 1], |mut starts, (_, sizes)| {
            let mut before = 0;
            starts[1..].iter_mut().zip(sizes).for_each(|(start, size)| {
                before += size;
                *start += before;
            });
            starts
        });
        // Between two values, where the share falls between them.
        let between = shares.map(|share| {
            let place = share * (count - 1) as f64;
            ([place.floor() as usize, place.ceil() as usize], place - place.floor())
        });
        let lot_of = |place: usize| starts.partition_point(|start| *start <= place) - 1;
        let wanted: BTreeSet<usize> = between.iter().flat_map(|(places, _)| places.map(lot_of)).collect();
        let pieces = pool::map(known.iter().zip(&lots).collect(), |(values, (of_values, _)): (&pl::Column, _)| {
            let mut pieces = vec![Vec::new(); borders.buckets()];
            let wanted: Vec<bool> = (0..borders.buckets()).map(|lot| wanted.contains(&lot)).collect();
            let values = values.f64()?.into_no_null_iter().zip(of_values);
            values.filter(|(_, lot)| wanted[**lot as usize]).for_each(|(value, lot)| pieces[*lot as usize].push(value));
            Ok(pieces)
        })?;
        let mut gathered: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
        for lot in wanted {
            gathered.insert(lot, pieces.iter().flat_map(|pieces| &pieces[lot]).copied().collect());
        }
        let found = between.map(|(places, rest)| {
            let [low, high] = places.map(|place| {
                let lot = lot_of(place);
                let values = gathered.get_mut(&lot)?;
                Some(*values.select_nth_unstable_by(place - starts[lot], f64::total_cmp).1)
            });
            Some(if rest == 0.0 { low? } else { low? + (high? - low?) * rest })
        });
        let gathered: usize = gathered.values().map(Vec::len).sum();
        ledger::note(Step {
            what: format!("gather the values of `{name}` around its quartiles"),
            tasks: self.partitions.len(),
            rows: count as u64,
            largest_task_rows: known.iter().map(pl::Column::len).max().unwrap_or(0) as u64,
            rows_moved: gathered as u64,
            bytes_moved: 8 * gathered as u64,
            rows_gathered: gathered as u64,
            // The known values as `f64`, and the lot of each.
            bytes_materialised: (8 + 4) * count as u64 + 8 * gathered as u64,
            barrier: true,
            ..Step::default()
        });
        Ok(found)
    }

    pub(super) fn shown(&self) -> Shown {
        let height = self.len();
        self.note_gathered("print", if height <= MOST_ROWS { height } else { 2 * END_ROWS });
        let shown = match height <= MOST_ROWS {
            true => self.cut(0, height).partitions,
            false => [self.cut(0, END_ROWS).partitions, self.cut(height - END_ROWS, END_ROWS).partitions].concat(),
        };
        Shown { rows: Rows::stack(shown).unwrap_or_else(|_| self.partitions[0].slice(0, 0)), height }
    }
}

impl fmt::Display for DataFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&show::frame(&self.shown()))
    }
}

impl fmt::Display for Series {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&show::series(&self.frame.shown()))
    }
}
