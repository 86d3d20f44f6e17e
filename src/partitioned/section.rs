//! Rows that lie beside each other in a frame that several parcels have in common.
//!
//! Each slice of an exchange is copied once and then divided among all buckets. To slice a frame allocates for each of
//! its columns; slices times buckets grow with the square of the rows, and there a range costs nothing.

use std::ops::Range;
use std::sync::Arc;

use polars::frame::builder::DataFrameBuilder;
use polars::prelude::*;
use polars_arrow::array::builder::ShareStrategy;

/// Some rows of a frame.
#[derive(Clone)]
pub struct Section {
    of: Arc<DataFrame>,
    rows: Range<usize>,
}

impl From<DataFrame> for Section {
    fn from(rows: DataFrame) -> Self {
        Self { rows: 0..rows.height(), of: Arc::new(rows) }
    }
}

impl Section {
    /// How many rows.
    pub fn height(&self) -> usize {
        self.rows.len()
    }

    /// Some of its rows.
    pub fn part(&self, rows: Range<usize>) -> Self {
        let start = self.rows.start;
        Self { of: self.of.clone(), rows: start + rows.start..start + rows.end }
    }

    /// The rows as a frame.
    pub fn frame(&self) -> DataFrame {
        self.of.slice(self.rows.start as i64, self.height())
    }

    /// Copies some of its rows; long texts are shared.
    pub fn copy(&self, rows: Range<usize>, to: &mut DataFrameBuilder) {
        to.subslice_extend(&self.of, self.rows.start + rows.start, rows.len(), ShareStrategy::Always);
    }

    /// Sections with the same columns, one after the other in one chunk.
    pub fn together<'a>(sections: impl Iterator<Item = &'a Self> + Clone) -> Option<DataFrame> {
        let mut all = DataFrameBuilder::new(sections.clone().next()?.of.schema().clone());
        all.reserve(sections.clone().map(Self::height).sum());
        sections.for_each(|section| section.copy(0..section.height(), &mut all));
        Some(all.freeze())
    }

    /// Its part of the bytes of the frame. Texts count with their views.
    pub fn bytes(&self) -> u64 {
        let of = |column: &Column| match column.str() {
            Ok(texts) => texts
                .downcast_iter()
                .map(|chunk| 16 * chunk.len() + if chunk.total_buffer_len() == 0 { 0 } else { chunk.total_bytes_len() })
                .sum::<usize>(),
            Err(_) => column.as_materialized_series().estimated_size(),
        };
        let all = self.of.columns().iter().map(of).sum::<usize>() as u64;
        (u128::from(all) * self.height() as u128 / (self.of.height() as u128).max(1)) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_part_is_what_a_slice_of_a_slice_is() {
        let rows =
            df!("n" => (0..100i64).collect::<Vec<_>>(), "t" => vec!["a text of more than twelve bytes"; 100]).unwrap();
        let section = Section::from(rows.clone()).part(10..60).part(5..45);
        assert!(section.frame().equals(&rows.slice(15, 40)));
        assert_eq!((section.height(), section.bytes()), (40, 40 * (8 + 16 + 32)));
        let parts = [section.part(0..30), section.part(30..40), section.part(40..40)];
        assert!(Section::together(parts.iter()).unwrap().equals(&rows.slice(15, 40)));
        let keys_alone = [3, 4].map(|height| Section::from(DataFrame::empty_with_height(height)));
        assert_eq!(Section::together(keys_alone.iter()).unwrap().height(), 7);
        assert!(Section::together([].iter()).is_none());
    }
}
