//! One whole execution of each unit of work: from envelopes that came twice, mixed, cut off, and not at all.

use std::collections::{BTreeMap, BTreeSet};

use outgrow::charts::units;
use outgrow::exercises::show::count;
use polars::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::inputs::{flights_of, made_up, real, six, with_ties};
use crate::{Check, Exercise, expected};

/// An envelope, as it came from a cluster.
#[derive(Clone, Debug)]
pub struct Envelope {
    /// Which unit of work.
    pub unit: u32,
    /// Which execution of it: a number that no other execution has.
    pub execution: u64,
    /// What is in it.
    pub content: Content,
}

/// What an envelope holds.
#[derive(Clone, Debug)]
pub enum Content {
    /// Some of the rows.
    Rows(DataFrame),
    /// The last one: so many rows came before.
    Trailer {
        /// How many.
        rows: usize,
    },
}

/// What envelopes prove.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// Each unit is there once.
    Whole {
        /// The rows of all units.
        rows: DataFrame,
        /// The executions that are not among them.
        left_out: Vec<u64>,
    },
    /// These units have no whole execution: the call has to be submitted again.
    Missing(Vec<u32>),
}

/// What the attendee writes.
pub struct Answer {
    /// How many units there are, and what came -> what that proves.
    pub result: fn(u32, Vec<Envelope>) -> PolarsResult<Outcome>,
}

const COLUMNS: [&str; 3] = ["carrier", "origin", "arr_delay"];

/// What happened to an execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    Whole,
    /// Its executor was lost: the last rows and the trailer never came.
    Cut,
    /// An envelope was lost on the way.
    Holed,
    /// An envelope came twice.
    Doubled,
}
use How::{Cut, Doubled, Holed, Whole};

impl Exercise for Answer {
    fn check(&self, check: &mut Check) {
        let few = six().select(COLUMNS).expect("columns of flights");
        let equal =
            [("AA", "JFK", Some(10)), ("AA", "JFK", Some(10)), ("UA", "EWR", Some(-4)), ("UA", "EWR", Some(-4))];
        let equal = flights_of(&equal).select(COLUMNS).expect("columns of flights");
        let more = made_up(90, 21).select(COLUMNS).expect("columns of flights");
        let late = late();
        let jobs = [
            ("a job to which nothing happened", Job::new(&few, 3, &[], false)),
            ("a unit that was executed twice", Job::new(&few, 3, &[(1, &[Whole, Whole])], false)),
            ("flights that are equal to each other", Job::new(&equal, 2, &[(1, &[Whole, Whole])], false)),
            ("a unit that has no rows", Job::new(&few, 7, &[], false)),
            ("an execution that was cut off, and then a whole one", Job::new(&more, 5, &[(2, &[Cut, Whole])], false)),
            ("a whole execution, and then one that was cut off", Job::new(&more, 5, &[(2, &[Whole, Cut])], false)),
            ("envelopes that came mixed", Job::new(&more, 5, &[(0, &[Whole, Whole]), (3, &[Cut, Whole])], true)),
            ("an envelope that was lost", Job::new(&more, 5, &[(1, &[Cut, Holed, Whole])], false)),
            ("a unit of which no execution is whole", Job::new(&more, 5, &[(1, &[Cut]), (2, &[Whole, Whole])], false)),
            ("an envelope that came twice", Job::new(&more, 5, &[(1, &[Doubled, Whole])], false)),
            ("a unit of which nothing came", Job::new(&more, 5, &[(4, &[])], false)),
            ("units of which only parts came", Job::new(&more, 5, &[(0, &[Cut, Holed]), (3, &[])], true)),
        ];
        let by_chance = (0..20).map(|seed| ("a job to which things happen by chance", Job::by_chance(seed)));
        let real = ("the real flights that came more than an hour late", Job::new(&late, 16, &LOST, true));
        for (case, job) in jobs.into_iter().chain(by_chance).chain([real]) {
            let outcome = check.call(case, || (self.result)(job.units, job.envelopes.clone()));
            match outcome {
                Some(Outcome::Whole { rows, left_out }) => job.hold(check, case, &rows, &left_out),
                Some(Outcome::Missing(units)) => job.hold_missing(check, case, units),
                None => {}
            }
        }
        if check.right_so_far() {
            check.note(format!(
                "{} came more than an hour late, and many of them are equal in carrier, airport and delay: who drops \
                 duplicates has {} of them left. One unit of 16 came twice, and another one and a half times: who believes \
                 the scheduler has more than {} too many. Nothing fails in either case. The client of the cluster takes a \
                 result as you do: cluster/src/client/proof.rs.",
                count(late.height(), "flight"),
                units::count(distinct(&late).height() as u64),
                count(late.height().div_ceil(16), "flight"),
            ));
        }
    }
}

/// What happens to the units of the real flights.
const LOST: [(u32, &[How]); 2] = [(5, &[Whole, Whole]), (9, &[Cut, Whole])];

/// The real flights that came more than an hour late.
fn late() -> DataFrame {
    let late = real().lazy().filter(col("arr_delay").gt(lit(60))).select(COLUMNS.map(col));
    late.collect().expect("columns of flights")
}

/// What came of a job.
struct Job {
    units: u32,
    /// What it would give if nothing happened.
    rows: DataFrame,
    envelopes: Vec<Envelope>,
    /// Unit and number of each execution, and what happened to it.
    executions: BTreeMap<u64, (u32, How)>,
}

/// One of several executions, in the order in which they came.
type Choose<'a> = &'a dyn Fn(&[u64]) -> Option<u64>;

impl Job {
    /// These flights as so many units, each executed once, but for those that are named. `mixed` are the envelopes of
    /// several executions, each of which come in order.
    fn new(rows: &DataFrame, units: u32, happened: &[(u32, &[How])], mixed: bool) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(u64::from(units) * 31 + rows.height() as u64);
        let each = rows.height().div_ceil(units as usize);
        let mut came: Vec<Vec<Envelope>> = Vec::new();
        let mut executions = BTreeMap::new();
        for unit in 0..units {
            let rows = rows.slice(i64::from(unit) * each as i64, each);
            let named = happened.iter().find(|(named, _)| *named == unit).map(|(_, hows)| *hows);
            for how in named.unwrap_or(&[Whole]) {
                let execution = random.random_range(0..1_000_000);
                executions.insert(execution, (unit, *how));
                came.push(executed(&rows, unit, execution, *how));
            }
        }
        let envelopes = if mixed { mixed_up(came, &mut random) } else { came.concat() };
        Self { units, rows: rows.clone(), envelopes, executions }
    }

    /// A job of five units, some of them executed several times, with what may happen to them.
    fn by_chance(seed: u64) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let rows =
            with_ties(&made_up(60 + seed as usize, seed), "arr_delay").select(COLUMNS).expect("columns of flights");
        let happened: Vec<Vec<How>> = (0..5)
            .map(|_| {
                let times = random.random_range(1..4);
                (0..times).map(|_| [Whole, Whole, Whole, Cut, Holed, Doubled][random.random_range(0..6)]).collect()
            })
            .collect();
        let happened: Vec<(u32, &[How])> = (0..).zip(&happened).map(|(unit, hows)| (unit, hows.as_slice())).collect();
        Self::new(&rows, 5, &happened, true)
    }

    fn of(&self, unit: u32) -> impl Iterator<Item = (u64, How)> {
        self.executions.iter().filter(move |(_, (of, _))| *of == unit).map(|(number, (_, how))| (*number, *how))
    }

    fn missing(&self) -> Vec<u32> {
        (0..self.units).filter(|unit| self.of(*unit).all(|(_, how)| how != Whole)).collect()
    }

    /// Holds an answer that has a table.
    fn hold(&self, check: &mut Check, case: &str, rows: &DataFrame, left_out: &[u64]) {
        let missing = self.missing();
        let whole = check.require(case, missing.is_empty(), || {
            let told: Vec<String> = missing.iter().map(|unit| self.told(*unit)).collect();
            format!(
                "{} So nobody has all rows of {}, and you give a table all the same. It has {} and looks like any other: \
                 nobody hears of the rows that never came. Say what is `Missing`; then the call is submitted again.",
                told.join(" "),
                if missing.len() == 1 { "that unit" } else { "these units" },
                count(rows.height(), "row")
            )
        });
        if !whole {
            return;
        }
        let mut expected = expected(self.rows.clone()).by(&COLUMNS);
        for (gives, reason) in self.mistakes() {
            expected = expected.mistake(gives, reason);
        }
        if !check.expect(case, rows, &expected) {
            return;
        }
        let out: BTreeSet<u64> = left_out.iter().copied().collect();
        for unit in 0..self.units {
            let taken: Vec<How> =
                self.of(unit).filter(|(number, _)| !out.contains(number)).map(|(_, how)| how).collect();
            check.require(case, taken == [Whole], || {
                format!(
                    "The rows are right, but not what you say of them. {} By your `left_out` {} taken of this unit, and it \
                     must be one that is whole.",
                    self.told(unit),
                    match taken.len() {
                        0 => "none was".to_string(),
                        1 => "one that is not whole was".to_string(),
                        more => format!("{more} were"),
                    }
                )
            });
        }
        let stranger = out.iter().find(|number| !self.executions.contains_key(number));
        check.require(case, stranger.is_none(), || {
            format!("`left_out` names an execution {} that there never was.", stranger.copied().unwrap_or_default())
        });
    }

    /// Holds an answer that says which units are missing.
    fn hold_missing(&self, check: &mut Check, case: &str, mut said: Vec<u32>) {
        let missing = self.missing();
        said.sort_unstable();
        said.dedup();
        check.require(case, said == missing && !missing.is_empty(), || {
            if missing.is_empty() {
                let odd = (0..self.units).find(|unit| self.of(*unit).count() != 1).unwrap_or_default();
                return format!(
                    "Nothing is missing: each of the {} units has a whole execution. {} To submit the call again costs all of \
                     its work once more; an execution too many has only to be left out.",
                    self.units,
                    self.told(odd)
                );
            }
            let list = |units: &[u32]| units.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
            let apart = (0..self.units).find(|unit| said.contains(unit) != missing.contains(unit)).unwrap_or_default();
            format!(
                "You say that units {} are missing; it should be {}. {}",
                list(&said),
                list(&missing),
                self.told(apart)
            )
        });
    }

    /// What came of a unit, in words, and in the order in which it came.
    fn told(&self, unit: u32) -> String {
        let executions: Vec<String> = self
            .in_order(unit)
            .into_iter()
            .map(|number| {
                let (rows, counted) = self.came(number);
                let came = count(rows.height(), "row");
                match counted {
                    Some(counted) if counted == rows.height() => format!("{number} is whole, with {came}"),
                    Some(counted) => {
                        format!("{number} has a trailer, which counts {}, and {came} came", count(counted, "row"))
                    }
                    None => format!("{number} has {came} and no trailer"),
                }
            })
            .collect();
        match executions.len() {
            0 => format!("Nothing came of unit {unit}."),
            some => format!(
                "Of unit {unit} there {} {}: {}.",
                if some == 1 { "is" } else { "are" },
                count(some, "execution"),
                executions.join("; ")
            ),
        }
    }

    /// What came of an execution: its rows, and what its trailer counts.
    fn came(&self, execution: u64) -> (DataFrame, Option<usize>) {
        let (mut rows, mut counted) = (self.rows.clear(), None);
        for envelope in self.envelopes.iter().filter(|envelope| envelope.execution == execution) {
            match &envelope.content {
                Content::Rows(some) => rows = rows.vstack(some).expect("the same columns"),
                Content::Trailer { rows } => counted = Some(*rows),
            }
        }
        (rows, counted)
    }

    /// Executions of a unit, in the order in which their first envelopes came.
    fn in_order(&self, unit: u32) -> Vec<u64> {
        let mut numbers = Vec::new();
        for envelope in self.envelopes.iter().filter(|envelope| envelope.unit == unit) {
            if !numbers.contains(&envelope.execution) {
                numbers.push(envelope.execution);
            }
        }
        numbers
    }

    /// The table of an answer that makes one of each unit.
    fn one_of_each(&self, of: impl Fn(u32) -> DataFrame) -> DataFrame {
        (0..self.units).fold(self.rows.clear(), |all, unit| all.vstack(&of(unit)).expect("the same columns"))
    }

    /// Tables of known mistakes, with what to say of them.
    fn mistakes(&self) -> Vec<(DataFrame, String)> {
        let of_numbers = |numbers: Vec<u64>| {
            numbers
                .into_iter()
                .fold(self.rows.clear(), |all, number| all.vstack(&self.came(number).0).expect("the same columns"))
        };
        let several: Vec<u32> = (0..self.units).filter(|unit| self.of(*unit).count() > 1).collect();
        let odd = several.last().map_or_else(String::new, |unit| self.told(*unit));
        let mut mistakes = Vec::new();
        let all = self.one_of_each(|unit| of_numbers(self.in_order(unit)));
        mistakes.push((
            all.clone(),
            format!(
                "You took all that came, as the scheduler calls the job completed. {odd} {} too many, and no error tells.",
                match all.height().saturating_sub(self.rows.height()) {
                    1 => "A row is".to_string(),
                    many => format!("{} are", count(many, "row")),
                }
            ),
        ));
        let lost = self.rows.height() - distinct(&self.rows).height();
        let per_unit = self.one_of_each(|unit| distinct(&of_numbers(self.in_order(unit))));
        for gives in [distinct(&all), per_unit] {
            mistakes.push((
                gives,
                format!(
                    "{} to others in all columns, and you dropped them as duplicates. They are flights all the same: a carrier \
                     may well have two that leave one airport and come equally late. What came twice is an execution, and \
                     executions have numbers.",
                    if lost == 1 { "1 row is equal".to_string() } else { format!("{} are equal", count(lost, "row")) }
                ),
            ));
        }
        let counted = |unit| self.in_order(unit).into_iter().find_map(|number| self.came(number).1);
        mistakes.push((
            self.one_of_each(|unit| {
                let mut pool = self.rows.clear();
                for envelope in self.envelopes.iter().filter(|envelope| envelope.unit == unit) {
                    if let Content::Rows(some) = &envelope.content {
                        pool.vstack_mut(some).expect("the same columns");
                    }
                }
                pool.head(Some(counted(unit).unwrap_or_default()))
            }),
            format!(
                "The number of rows is right, and the rows are not: where a unit was executed twice you took rows of two \
                 executions until there were enough, some of them twice, and others never. {odd}"
            ),
        ));
        let with_trailer = |numbers: &[u64]| numbers.iter().copied().find(|number| self.came(*number).1.is_some());
        let chosen: [(Choose, &str); 3] = [
            (&|numbers| numbers.first().copied(), "the execution that came first"),
            (&|numbers| numbers.last().copied(), "the execution that came last"),
            (&with_trailer, "the first execution with a trailer"),
        ];
        for (choose, what) in chosen {
            let gives = self.one_of_each(|unit| of_numbers(choose(&self.in_order(unit)).into_iter().collect()));
            mistakes.push((gives, format!("Of each unit you took {what}, whole or not. {odd}")));
        }
        mistakes
    }
}

/// The envelopes of an execution: three with rows at most, and a trailer.
fn executed(rows: &DataFrame, unit: u32, execution: u64, how: How) -> Vec<Envelope> {
    let envelope = |content| Envelope { unit, execution, content };
    let each = rows.height().div_ceil(3).max(1);
    let starts = (0..rows.height()).step_by(each);
    let mut came: Vec<Envelope> = starts.map(|start| envelope(Content::Rows(rows.slice(start as i64, each)))).collect();
    let trailer = envelope(Content::Trailer { rows: rows.height() });
    match how {
        Whole => {}
        Cut => _ = came.pop(),
        Holed => _ = came.remove(0),
        Doubled => came.push(came[0].clone()),
    }
    if how != Cut {
        came.push(trailer);
    }
    came
}

/// Envelopes of several executions in an order by chance, those of each execution in order.
fn mixed_up(mut came: Vec<Vec<Envelope>>, random: &mut ChaCha8Rng) -> Vec<Envelope> {
    let mut all = Vec::new();
    came.iter_mut().for_each(|execution| execution.reverse());
    came.retain(|execution| !execution.is_empty());
    while !came.is_empty() {
        let at = random.random_range(0..came.len());
        all.extend(came[at].pop());
        came.retain(|execution| !execution.is_empty());
    }
    all
}

fn distinct(rows: &DataFrame) -> DataFrame {
    rows.unique_stable(None, UniqueKeepStrategy::First, None).expect("columns of flights")
}
