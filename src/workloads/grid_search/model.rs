//! The business logic: one carrier's flights in, its best model out. It knows nothing of modes, threads or engines.
//!
//! The elastic net is linfa's (`linfa-elasticnet`, MIT OR Apache-2.0): the best-kept one in pure Rust, with the
//! objective of scikit-learn and no BLAS to install. Its results agree with scikit-learn's on the same folds
//! (`datasets/answers/`).

use linfa::Dataset;
use linfa::traits::Fit;
use linfa_elasticnet::ElasticNet;
use ndarray::{Array1, Array2, ArrayView2, Axis, ShapeBuilder, concatenate, s};
use polars::prelude::*;

use crate::{Error, Result};

/// What the delay on arrival is predicted from.
const FEATURES: [&str; 5] = ["dep_delay", "distance", "hour", "month", "minute"];
const TARGET: &str = "arr_delay";

/// Weight of the penalty: `alpha` in scikit-learn.
const PENALTIES: [f64; 4] = [0.01, 0.1, 1.0, 10.0];
/// Share of the penalty that is on absolute values, the rest being on squares.
const L1_RATIOS: [f64; 3] = [0.1, 0.5, 0.9];
const FOLDS: usize = 5;

/// Coordinate descent stops when the duality gap is below this share of the squared target: far below what the answer
/// shows, so that it depends on the data and not on where the search stopped.
const TOLERANCE: f64 = 1e-10;
const MOST_STEPS: u32 = 100_000;

// ANCHOR: best_model
/// One carrier's flights -> one row: `carrier, n, penalty, l1_ratio, rmse`.
///
/// Rows with a null in a feature or the target are left out; `n` counts the others. With
/// fewer rows than folds there is no model, and the last three are null. For no row at
/// all the answer has no row.
///
/// # Errors
/// [`Error::Input`] for a column that is missing or no number.
pub fn best_model(flights: DataFrame) -> Result<DataFrame> {
    let known = flights.drop_nulls(Some([&[TARGET], &FEATURES[..]].concat().as_slice()))?;
    let known = known.sort(["id"], SortMultipleOptions::default())?;
    let best = if known.height() < FOLDS { None } else { Some(search(&known)?) };
    let mut answer = flights.select(["carrier"])?.head(Some(1));
    let rows = answer.height();
    answer.hstack_mut(&[
        Column::new("n".into(), vec![known.height() as i64; rows]),
        Column::new("penalty".into(), vec![best.map(|model| model.penalty); rows]),
        Column::new("l1_ratio".into(), vec![best.map(|model| model.l1_ratio); rows]),
        Column::new("rmse".into(), vec![best.map(|model| model.rmse); rows]),
    ])?;
    Ok(answer)
}
// ANCHOR_END: best_model

/// A point of the grid and the error that its models make on rows they have not seen.
#[derive(Clone, Copy)]
struct Model {
    penalty: f64,
    l1_ratio: f64,
    /// Root of the mean squared error in minutes, mean over the folds.
    rmse: f64,
}

/// Tries the whole grid. Of equally good models the first one is taken.
fn search(rows: &DataFrame) -> Result<Model> {
    let features = matrix(rows)?;
    let target = Array1::from(numbers(rows, TARGET)?);
    let mut grid: Vec<Model> = PENALTIES
        .iter()
        .flat_map(|penalty| {
            L1_RATIOS.iter().map(|l1_ratio| Model { penalty: *penalty, l1_ratio: *l1_ratio, rmse: 0.0 })
        })
        .collect();
    for fold in folds(rows.height()) {
        let (before, after) = (s![..fold.start], s![fold.end..]);
        let join = |message| Error::input(format!("folds: {message}"));
        let train = concatenate(Axis(1), &[features.slice(s![.., ..fold.start]), features.slice(s![.., fold.end..])])
            .map_err(|error| join(error.to_string()))?;
        let train_target = concatenate(Axis(0), &[target.slice(before), target.slice(after)])
            .map_err(|error| join(error.to_string()))?;
        let (mean, scale) = standard(train.view());
        let train = Dataset::new(standardised(train.view(), &mean, &scale), train_target);
        let test = standardised(features.slice(s![.., fold.clone()]), &mean, &scale);
        let test_target = target.slice(s![fold]);
        if train.targets.iter().all(|delay| *delay == train.targets[0]) {
            // Nothing to learn: every model predicts the one delay there is. The search below would wait for a gap
            // smaller than zero.
            let missed = &test_target - train.targets[0];
            grid.iter_mut().for_each(|model| model.rmse += rmse(&missed) / FOLDS as f64);
            continue;
        }
        for model in &mut grid {
            let net = ElasticNet::params()
                .penalty(model.penalty)
                .l1_ratio(model.l1_ratio)
                .tolerance(TOLERANCE)
                .max_iterations(MOST_STEPS)
                .fit(&train)
                .map_err(|error| Error::input(format!("elastic net: {error}")))?;
            if net.n_steps() >= MOST_STEPS {
                return Err(Error::input(format!(
                    "elastic net: no end after {MOST_STEPS} steps at penalty {}. Look for extreme values in the data.",
                    model.penalty
                )));
            }
            let missed = test.dot(net.hyperplane()) + net.intercept() - test_target;
            model.rmse += rmse(&missed) / FOLDS as f64;
        }
    }
    let best = grid.into_iter().reduce(|best, model| if model.rmse < best.rmse { model } else { best });
    Ok(best.expect("the grid is not empty"))
}

/// Root of the mean of the squares.
fn rmse(missed: &Array1<f64>) -> f64 {
    (missed.dot(missed) / missed.len() as f64).sqrt()
}

/// Contiguous folds; the first ones have a row more where the rows do not divide evenly, as scikit-learn's `KFold`.
fn folds(rows: usize) -> impl Iterator<Item = std::ops::Range<usize>> {
    let (size, larger) = (rows / FOLDS, rows % FOLDS);
    let start = move |fold: usize| fold * size + fold.min(larger);
    (0..FOLDS).map(move |fold| start(fold)..start(fold + 1))
}

/// The features, a row of the matrix per feature: each lies in memory in one piece.
fn matrix(rows: &DataFrame) -> Result<Array2<f64>> {
    let mut values = Vec::with_capacity(FEATURES.len() * rows.height());
    for feature in FEATURES {
        values.extend(numbers(rows, feature)?);
    }
    Array2::from_shape_vec((FEATURES.len(), rows.height()), values).map_err(|error| Error::input(error.to_string()))
}

fn numbers(rows: &DataFrame, column: &str) -> Result<Vec<f64>> {
    Ok(rows.column(column)?.cast(&DataType::Float64)?.f64()?.into_no_null_iter().collect())
}

/// Mean and population standard deviation of each feature; 1 for one that is constant.
fn standard(features: ArrayView2<f64>) -> (Array1<f64>, Array1<f64>) {
    let mean = features.mean_axis(Axis(1)).expect("there are rows to train on");
    let scale = features.std_axis(Axis(1), 0.0).mapv(|std| if std == 0.0 { 1.0 } else { std });
    (mean, scale)
}

/// Features less mean, by scale; samples are rows now, and each feature still lies in one piece.
fn standardised(features: ArrayView2<f64>, mean: &Array1<f64>, scale: &Array1<f64>) -> Array2<f64> {
    let mut standardised = Array2::zeros((features.ncols(), features.nrows()).f());
    for (feature, mut column) in standardised.axis_iter_mut(Axis(1)).enumerate() {
        column.assign(&features.row(feature));
        column.mapv_inplace(|value| (value - mean[feature]) / scale[feature]);
    }
    standardised
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flights(rows: i16) -> DataFrame {
        let ids: Vec<i32> = (0..rows as i32).collect();
        let delays: Vec<i16> = (0..rows).map(|row| row * 7 % 23).collect();
        df!(
            "id" => ids, "carrier" => vec!["OO"; rows as usize], "arr_delay" => &delays, "dep_delay" => &delays,
            "distance" => vec![229i16; rows as usize], "hour" => &delays, "month" => &delays, "minute" => &delays,
        )
        .unwrap()
    }

    #[test]
    fn folds_are_contiguous_and_the_first_ones_larger() {
        assert_eq!(folds(12).collect::<Vec<_>>(), [0..3, 3..6, 6..8, 8..10, 10..12]);
    }

    #[test]
    fn too_few_rows_give_nulls_and_are_counted() {
        for rows in 1..5 {
            let answer = best_model(flights(rows)).unwrap();
            assert_eq!(answer.column("n").unwrap().i64().unwrap().get(0), Some(rows as i64));
            assert_eq!(answer.column("rmse").unwrap().null_count(), 1);
        }
        assert_eq!(best_model(flights(5)).unwrap().column("rmse").unwrap().null_count(), 0);
    }

    #[test]
    fn a_constant_delay_is_predicted_at_once() {
        let mut rows = flights(500);
        rows.with_column(Column::new("arr_delay".into(), vec![5i16; 500])).unwrap();
        let answer = best_model(rows).unwrap();
        assert_eq!(answer.column("rmse").unwrap().f64().unwrap().get(0), Some(0.0));
    }

    #[test]
    fn no_rows_give_no_row_with_all_columns() {
        let answer = best_model(flights(0)).unwrap();
        assert_eq!((answer.height(), answer.width()), (0, 5));
    }

    #[test]
    fn row_order_does_not_matter() {
        let rows = flights(60);
        let answer = best_model(rows.clone()).unwrap();
        assert!(best_model(rows.reverse()).unwrap().equals_missing(&answer));
    }
}
