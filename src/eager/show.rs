//! Describing and printing.

use std::fmt;

use super::frame::note;
use super::one_core::on_one_core;
use super::{DataFrame, Series};
use crate::error::Result;
use crate::kernels::describe::{QUARTILES, Summary, described, table};
use crate::kernels::show::{self, END_ROWS, MOST_ROWS, Shown};
use crate::kernels::{Agg, Groups, moments, quantile, reduce};
use crate::labels::Rows;

impl DataFrame {
    /// Count, mean, standard deviation, minimum, quartiles and maximum of each column of numbers.
    ///
    /// # Errors
    /// [`Error::Input`](crate::Error::Input) when there is no column of numbers.
    pub fn describe(&self) -> Result<Self> {
        let rows = on_one_core(|| {
            let frame = self.rows.columns();
            let whole = Groups::whole(frame.height());
            let summaries = described(frame)?.into_iter().map(|name| {
                let values = frame.column(&name)?;
                let end = |agg| -> Result<Option<f64>> {
                    Ok(reduce(values, &whole, agg)?.cast(&polars::prelude::DataType::Float64)?.f64()?.get(0))
                };
                let known = values.drop_nulls().cast(&polars::prelude::DataType::Float64)?;
                let mut known: Vec<f64> = known.f64()?.into_no_null_iter().collect();
                let quartiles = QUARTILES.map(|share| quantile(&mut known, share));
                let moments = moments(values, &whole)?[0];
                Ok(Summary { name, moments, ends: [end(Agg::Min)?, end(Agg::Max)?], quartiles })
            });
            table(&summaries.collect::<Result<Vec<_>>>()?)
        })?;
        note("describe", self.len(), rows.bytes());
        Ok(Self { rows })
    }

    pub(super) fn shown(&self) -> Shown {
        let height = self.len();
        let rows = if height <= MOST_ROWS {
            self.rows.clone()
        } else {
            let ends = [self.rows.slice(0, END_ROWS), self.rows.slice(height - END_ROWS, END_ROWS)];
            Rows::stack(ends).unwrap_or_else(|_| self.rows.slice(0, END_ROWS))
        };
        Shown { rows, height }
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
