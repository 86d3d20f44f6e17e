//! Flights per aircraft: all of them, those without a tail number too.

use outgrow::Result;
use polars::prelude::*;

use crate::inputs::{made_up, real, shuffled, with_nulls};
use crate::{Check, Exercise, expected};

/// What the attendee writes.
pub struct Answer {
    /// All flights -> a row per aircraft, and one for those without.
    pub by_aircraft: fn(DataFrame) -> Result<DataFrame>,
}

const COLUMNS: [&str; 3] = ["id", "tailnum", "dep_time"];

impl Exercise for Answer {
    fn check(&self, check: &mut Check) {
        let plain = made_up(600, 11);
        let some_cancelled = with_nulls(&plain, "dep_time", 0.1, 11);
        let both = with_nulls(&some_cancelled, "tailnum", 0.1, 12);
        let cases = [
            ("eight flights", eight()),
            ("all tail numbers known", some_cancelled.clone()),
            ("unknown tail numbers", both.clone()),
            ("no flight cancelled", with_nulls(&plain, "tailnum", 0.1, 13)),
            ("no tail number known", with_nulls(&some_cancelled, "tailnum", 1.0, 14)),
            ("rows in another order", shuffled(&both, 15)),
            ("the real flights", real()),
        ];
        for (case, flights) in cases {
            let flights = flights.select(COLUMNS).expect("columns of flights");
            let Some(answer) = check.call(case, || (self.by_aircraft)(flights.clone())) else { continue };
            let ways = ways(&flights).expect("columns of flights");
            let facts = Facts::of(&flights);
            let expected = expected(ways.right)
                .by(&["tailnum"])
                .mistake(ways.grouped_as_pandas, facts.missing())
                .mistake(ways.left, facts.unmatched())
                .mistake(ways.inner, facts.inner())
                .mistake(ways.full, facts.full())
                .mistake(ways.unfilled, facts.unfilled())
                .mistake(ways.counted, facts.counted());
            if check.expect(case, &answer, &expected) && flights.height() > 100_000 {
                check.note(facts.in_short());
            }
        }
    }
}

/// What is right, and what known mistakes give.
struct Ways {
    right: DataFrame,
    grouped_as_pandas: DataFrame,
    left: DataFrame,
    unfilled: DataFrame,
    inner: DataFrame,
    full: DataFrame,
    counted: DataFrame,
}

fn ways(flights: &DataFrame) -> PolarsResult<Ways> {
    let flights = flights.clone().lazy();
    let was_cancelled = col("dep_time").is_null();
    let rows = |name: &str| len().cast(DataType::Int64).alias(name);
    let cancelled = was_cancelled.clone().cast(DataType::Int64).sum().alias("cancelled");
    let right = flights.clone().group_by([col("tailnum")]).agg([rows("flights"), cancelled]).collect()?;
    let joined = |kind: JoinType| {
        let all = flights.clone().group_by([col("tailnum")]).agg([rows("flights")]);
        let some = flights.clone().filter(was_cancelled.clone()).group_by([col("tailnum")]).agg([rows("cancelled")]);
        let args = JoinArgs::new(kind).with_coalesce(JoinCoalesce::CoalesceColumns);
        all.join(some, [col("tailnum")], [col("tailnum")], args).collect()
    };
    let filled = |joined: DataFrame| {
        let zero = |name: &str| col(name).fill_null(lit(0i64));
        joined.lazy().with_columns([zero("flights"), zero("cancelled")]).collect()
    };
    Ok(Ways {
        grouped_as_pandas: right.clone().lazy().filter(col("tailnum").is_not_null()).collect()?,
        left: filled(joined(JoinType::Left)?)?,
        unfilled: joined(JoinType::Left)?,
        inner: joined(JoinType::Inner)?,
        full: filled(joined(JoinType::Full)?)?,
        counted: right.clone().lazy().with_column(col("flights").alias("cancelled")).collect()?,
        right,
    })
}

/// Figures of an input.
struct Facts {
    flights: usize,
    /// Flights of no known aircraft.
    unknown: usize,
    cancelled: usize,
    unknown_cancelled: usize,
    /// Aircraft of which no flight was cancelled.
    never: usize,
}

impl Facts {
    fn of(flights: &DataFrame) -> Self {
        let null = |name: &str| flights.column(name).expect("a column of flights").is_null();
        let (unknown, cancelled) = (null("tailnum"), null("dep_time"));
        let count = |mask: &BooleanChunked| mask.sum().unwrap_or_default() as usize;
        let aircraft = |rows: &DataFrame| {
            rows.column("tailnum").and_then(|tails| tails.drop_nulls().n_unique()).unwrap_or_default()
        };
        Self {
            flights: flights.height(),
            unknown: count(&unknown),
            cancelled: count(&cancelled),
            unknown_cancelled: count(&(&unknown & &cancelled)),
            never: aircraft(flights) - flights.filter(&cancelled).map_or(0, |rows| aircraft(&rows)),
        }
    }

    /// Per cent of all flights that were cancelled.
    fn share(&self) -> f64 {
        100.0 * self.cancelled as f64 / self.flights.max(1) as f64
    }

    /// The same without flights of no known aircraft.
    fn share_of_known(&self) -> f64 {
        100.0 * (self.cancelled - self.unknown_cancelled) as f64 / (self.flights - self.unknown).max(1) as f64
    }

    fn missing(&self) -> String {
        format!(
            "{} of {} flights are missing: their tail number is null, and a groupby as in pandas leaves them out. {} of the \
             {} cancelled flights are among them, so by this answer {:.1} % were cancelled, and {:.1} % were.",
            self.unknown,
            self.flights,
            self.unknown_cancelled,
            self.cancelled,
            self.share_of_known(),
            self.share()
        )
    }

    fn unmatched(&self) -> String {
        format!(
            "All flights are there, but the {} of no known aircraft have 0 cancelled, and {} of them were. Both of your \
             tables have a row with null as its tailnum, and neither has found its other half: in a join null is equal to \
             nothing.",
            self.unknown, self.unknown_cancelled
        )
    }

    fn inner(&self) -> String {
        format!(
            "An inner join keeps what matches. It left out {} aircraft of which no flight was cancelled, and the {} flights \
             without a tail number, because in a join null is equal to nothing.",
            self.never, self.unknown
        )
    }

    fn full(&self) -> String {
        format!(
            "There are two rows with null as their tailnum: one has the {} flights, the other the {} cancelled ones. In a \
             join null is equal to nothing, so a full join keeps both rows, each on its own.",
            self.unknown, self.unknown_cancelled
        )
    }

    fn unfilled(&self) -> String {
        format!(
            "`cancelled` is null where 0 is meant: a left join has nothing to put beside the {} aircraft that never were \
             cancelled. Of the {} flights without a tail number {} were cancelled, and there it found nothing either.",
            self.never, self.unknown, self.unknown_cancelled
        )
    }

    fn counted(&self) -> String {
        format!(
            "All {} flights count as cancelled here, and {} were. `is_null` is true or false and never null itself, and \
             `count` counts what is not null: all of it. `sum` counts what is true.",
            self.flights, self.cancelled
        )
    }

    fn in_short(&self) -> String {
        format!(
            "All {} flights are accounted for, also the {} of no known aircraft. {} of these were cancelled: {:.1} % of all \
             flights were, and {:.1} % of those that a groupby as in pandas keeps. The row with null stands for many \
             aircraft, so compare it with no other.",
            self.flights,
            self.unknown,
            self.unknown_cancelled,
            self.share(),
            self.share_of_known()
        )
    }
}

/// Eight flights: of three the aircraft is not known, and two of these were cancelled, as was one of N1.
fn eight() -> DataFrame {
    let flights = df!(
        "id" => [0, 1, 2, 3, 4, 5, 6, 7],
        "tailnum" => [Some("N1"), Some("N1"), None, Some("N2"), None, Some("N1"), None, Some("N2")],
        "dep_time" => [Some(517), None, None, Some(533), None, Some(542), Some(544), Some(554)]
    );
    flights.expect("columns of one length")
}
