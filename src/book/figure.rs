//! A measured figure in a sentence: `{{#figure wall aggregation eager rows=10M}}`, `{{#ratio wall median eager/dropin}}`.

use crate::charts::canvas::escape;
use crate::charts::{pick, units};
use crate::error::{Error, Result};
use crate::measure::record::{Case, State};
use crate::measure::{Cell, Figures, Record, died_after_s, sorted};
use crate::partitioned::LOCAL_ENGINES;
use crate::workloads::Mode;

/// What is to be told of some runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Wall,
    Cpu,
    Memory,
    Moved,
    BytesMoved,
    Range,
    Runs,
    Died,
    Start,
    Planning,
    Work,
    Fetch,
}

const WHATS: [(&str, What); 12] = [
    ("wall", What::Wall),
    ("cpu", What::Cpu),
    ("memory", What::Memory),
    ("moved", What::Moved),
    ("bytes-moved", What::BytesMoved),
    ("range", What::Range),
    ("runs", What::Runs),
    ("died", What::Died),
    ("start", What::Start),
    ("planning", What::Planning),
    ("work", What::Work),
    ("fetch", What::Fetch),
];

/// Which runs are meant. What is not said is that of the comparison that says most.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    rows: Option<u64>,
    threads: Option<usize>,
    groups: Option<u64>,
    cost: Option<u64>,
    limit: bool,
    engine: Option<String>,
    state: Option<State>,
}

impl Choice {
    /// Reads `rows=10M threads=2 engine=ballista limit`. A value `10M/1M` is the left or the right one.
    ///
    /// # Errors
    /// [`Error::Input`] for another word or a value that is no number.
    pub fn read(words: &[&str], right: bool) -> Result<Self> {
        let mut choice = Self::default();
        for word in words {
            match *word {
                "limit" => choice.limit = true,
                "cold" => choice.state = Some(State::Cold),
                "warm" => choice.state = Some(State::Warm),
                _ => {}
            }
            if ["limit", "cold", "warm"].contains(word) {
                continue;
            }
            let (key, value) = word.split_once('=').unwrap_or((word, ""));
            let value = match value.split_once('/') {
                Some((left, other)) => {
                    if right {
                        other
                    } else {
                        left
                    }
                }
                None => value,
            };
            if key == "engine" {
                choice.engine = Some(value.to_string());
                continue;
            }
            let number = number(value).ok_or_else(|| {
                Error::input(format!("`{word}` is not understood. Write as in `rows=10M`, `limit`, `cold` or `warm`."))
            })?;
            match key {
                "rows" => choice.rows = Some(number),
                "threads" => choice.threads = Some(number as usize),
                "groups" => choice.groups = Some(number),
                "cost" => choice.cost = Some(number),
                _ => {
                    return Err(Error::input(format!(
                        "no key `{key}`. There are rows, threads, groups, cost, engine and limit."
                    )));
                }
            }
        }
        Ok(choice)
    }

    /// Whether a case is meant.
    pub fn is(&self, case: &Case) -> bool {
        fn same<T: PartialEq>(wanted: Option<T>, have: Option<T>) -> bool {
            wanted.is_none() || wanted == have
        }
        same(self.rows, Some(case.rows))
            && same(self.threads, Some(case.threads))
            && same(self.groups, case.groups)
            && same(self.cost, case.cost)
            && self.limit == case.memory_limit.is_some()
    }

    /// The modes of these runs, side by side: where several settings are meant, the one that says most.
    ///
    /// # Errors
    /// [`Error::Input`] when there is none.
    pub fn of<'a>(&self, records: &[&'a Record]) -> Result<Vec<Cell<'a>>> {
        let on_engine = |case: &Case| match (&self.engine, &case.engine) {
            _ if case.mode != Mode::Partitioned.to_string() => true,
            (Some(wanted), Some(engine)) => engine.split('=').next() == Some(wanted),
            (Some(wanted), None) => wanted == LOCAL_ENGINES[0].0,
            (None, _) => true,
        };
        let records: Vec<&Record> = records.iter().copied().filter(|record| on_engine(&record.case)).collect();
        let meant =
            pick::groups_in(&records, self.state, pick::mode).into_iter().filter(|cells| self.is(&cells[0].case));
        meant.max_by_key(|cells| pick::telling(cells)).ok_or_else(|| {
            Error::input("no such run is in the records. Make it with `outgrow compare`, or ask for what was measured.")
        })
    }
}

/// `1M`, `100k`, `1e6`, `336776`.
fn number(text: &str) -> Option<u64> {
    let (digits, unit) = match text.char_indices().last()? {
        (at, 'M') => (&text[..at], 1_000_000),
        (at, 'k') => (&text[..at], 1_000),
        _ => (text, 1),
    };
    digits.parse::<u64>().ok()?.checked_mul(unit)
}

/// A figure, with all that one needs to defend it when the pointer rests on it.
///
/// # Errors
/// [`Error::Input`] when it asks for what is not there.
pub fn figure(words: &[&str], records: &[&Record]) -> Result<String> {
    let [what, mode, choice @ ..] = words else { return Err(usage("figure wall WORKLOAD MODE rows=10M")) };
    let what = self::what(what)?;
    let cells = Choice::read(choice, false)?.of(records)?;
    let cell = of_mode(&cells, mode)?;
    Ok(span(&told(what, cell)?, &defence(cell)))
}

/// How many times one figure is another.
///
/// # Errors
/// [`Error::Input`] when it asks for what is not there.
pub fn ratio(words: &[&str], records: &[&Record]) -> Result<String> {
    let [what, modes, choice @ ..] = words else { return Err(usage("ratio wall WORKLOAD MODE/MODE rows=10M")) };
    let what = self::what(what)?;
    let (left, right) = modes.split_once('/').ok_or_else(|| usage("ratio wall WORKLOAD MODE/MODE rows=10M"))?;
    let of = |mode: &str, is_right: bool| {
        let cells = Choice::read(choice, is_right)?.of(records)?;
        let cell = of_mode(&cells, mode)?;
        Ok::<_, Error>((value(what, cell)?, format!("{}: {}", told(what, cell)?, defence(cell))))
    };
    let ((left, left_told), (right, right_told)) = (of(left, false)?, of(right, true)?);
    if right == 0.0 {
        return Err(Error::input("the figure to divide by is 0. Ask for the two figures instead."));
    }
    Ok(span(&times(left / right), &format!("{left_told}, against {right_told}")))
}

/// The limit on memory of the runs that had one.
///
/// # Errors
/// [`Error::Input`] when none had.
pub fn limit(records: &[&Record]) -> Result<String> {
    let cells = Choice { limit: true, ..Choice::default() }.of(records)?;
    let bytes = cells[0].case.memory_limit.as_ref().map_or(0, |limit| limit.bytes);
    Ok(span(&units::bytes(bytes as f64), &defence(&cells[0])))
}

/// `0.93x`, `1.06x`, `5.2x`, `27x`.
fn times(ratio: f64) -> String {
    match ratio {
        ratio if ratio < 1.995 => format!("{ratio:.2}x"),
        ratio if ratio < 9.95 => format!("{ratio:.1}x"),
        ratio => format!("{}x", units::count(ratio.round() as u64)),
    }
}

fn usage(example: &str) -> Error {
    Error::input(format!("words are missing. Write as in `{example}`."))
}

fn what(word: &str) -> Result<What> {
    WHATS.iter().find(|(name, _)| *name == word).map(|(_, what)| *what).ok_or_else(|| {
        let names = WHATS.map(|(name, _)| name).join(", ");
        Error::input(format!("no figure `{word}`. Choose one of {names}."))
    })
}

fn of_mode<'a, 'b>(cells: &'b [Cell<'a>], mode: &str) -> Result<&'b Cell<'a>> {
    cells.iter().find(|cell| cell.case.mode == mode).ok_or_else(|| {
        let modes: Vec<&str> = cells.iter().map(|cell| cell.case.mode.as_str()).collect();
        Error::input(format!("no run of mode `{mode}` with {}. There are {}.", pick::setting(cells), modes.join(", ")))
    })
}

fn figures(cell: &Cell) -> Result<Figures> {
    Figures::of(&cell.runs)
        .ok_or_else(|| Error::input(format!("{} gave no answer here. Ask when it `died`.", cell.case.mode)))
}

/// The figure as a number, in its own unit.
fn value(what: What, cell: &Cell) -> Result<f64> {
    if what == What::Died {
        let died = died_after_s(&cell.runs);
        return died.ok_or_else(|| Error::input(format!("{} did not die here.", cell.case.mode)));
    }
    let figures = figures(cell)?;
    let spent =
        || figures.spent.ok_or_else(|| Error::input(format!("{} did all of it in one process.", cell.case.mode)));
    Ok(match what {
        What::Wall => figures.wall_s,
        What::Cpu => figures.cpu_s,
        What::Memory => figures.peak_rss_bytes as f64,
        What::Moved => figures.rows_moved as f64,
        What::BytesMoved => figures.bytes_moved as f64,
        What::Runs => cell.runs.len() as f64,
        What::Start if cell.case.state.is_some() => figures.start_s.unwrap_or(0.0),
        What::Start => spent()?.start_s,
        What::Planning => spent()?.planning_s,
        What::Work => spent()?.work_s,
        What::Fetch => spent()?.fetch_s,
        What::Range | What::Died => return Err(Error::input("a range is no number to divide.")),
    })
}

fn told(what: What, cell: &Cell) -> Result<String> {
    if what == What::Range {
        let figures = figures(cell)?;
        return Ok(format!("{} to {}", units::seconds(figures.fastest_s), units::seconds(figures.slowest_s)));
    }
    let value = value(what, cell)?;
    Ok(match what {
        What::Memory | What::BytesMoved => units::bytes(value),
        What::Moved | What::Runs => units::count(value as u64),
        _ => units::seconds(value),
    })
}

/// What was run, how often, how far the runs differ, and where they are written down.
fn defence(cell: &Cell) -> String {
    let setting = pick::setting_of(&cell.case);
    let lines = pick::lines(&cell.runs);
    let walls = sorted(cell.runs.iter().map(|run| run.wall_s).collect());
    let spread = match &walls[..] {
        [_] => "one run".to_string(),
        walls => format!(
            "median of {} runs, which took {} to {}",
            walls.len(),
            units::seconds(walls[0]),
            units::seconds(walls[walls.len() - 1])
        ),
    };
    format!("{} {}, {setting}; {spread}; records {lines}", cell.case.workload, cell.case.mode)
}

fn span(figure: &str, defence: &str) -> String {
    format!("<span class=\"measured\" title=\"{}\">{}</span>", escape(defence), escape(figure))
}

#[cfg(test)]
mod tests {
    use super::super::source::tests::runs;
    use super::*;
    use crate::measure::record::{Machine, Spent};

    fn of(directive: fn(&[&str], &[&Record]) -> Result<String>, text: &str) -> Result<String> {
        let mut records = runs("median", 1_000_000, &Machine::default());
        records.extend(runs("median", 1_000, &Machine::default()));
        directive(&text.split(' ').collect::<Vec<_>>(), &records.iter().collect::<Vec<_>>())
    }

    #[test]
    fn a_figure_is_a_median_that_can_be_defended() {
        let told = of(figure, "wall eager rows=1M").unwrap();
        assert_eq!(
            told,
            "<span class=\"measured\" title=\"median eager, 1,000,000 rows, 2 threads; median of 5 runs, which took 1.01 s to 1.05 s; \
             records 1, 2, 3, 4, 5\">1.03 s</span>"
        );
        assert!(of(figure, "wall eager").unwrap().contains("1,000,000 rows"), "the largest");
        assert!(of(figure, "memory dropin rows=1k").unwrap().contains(">100 MiB<"));
    }

    #[test]
    fn a_ratio_is_of_two_modes_or_two_sizes() {
        assert!(of(ratio, "wall eager/dropin").unwrap().contains(">2.0x<"));
        assert!(of(ratio, "wall partitioned/eager").unwrap().contains(">0.33x<"));
        assert!(of(ratio, "wall eager/eager rows=1M/1k").unwrap().contains(">1.00x<"));
    }

    #[test]
    fn a_mode_may_be_asked_for_by_its_engine() {
        let mut records = runs("median", 1_000, &Machine::default());
        let on_cluster = records.clone().into_iter().filter(|record| record.case.mode == "partitioned");
        let on_cluster = on_cluster.map(|mut record| {
            record.case.engine = Some("ballista=10.0.0.1:50050".into());
            record.wall_s *= 2.0;
            record.spent = Some(Spent { planning_s: 0.004, ..Spent::default() });
            record
        });
        records.extend(on_cluster.collect::<Vec<_>>());
        let records: Vec<&Record> = records.iter().collect();
        let words = |text: &'static str| text.split(' ').collect::<Vec<_>>();
        let told = figure(&words("planning partitioned engine=ballista"), &records).unwrap();
        assert!(told.contains(">4.00 ms<") && told.contains("engine ballista=10.0.0.1:50050"), "{told}");
        assert!(figure(&words("wall partitioned"), &records).unwrap().contains(">343 ms<"), "the default one");
        let told = ratio(&words("wall partitioned/partitioned engine=ballista/threads"), &records).unwrap();
        assert!(told.contains(">2.0x<"), "{told}");
    }

    #[test]
    fn what_is_not_there_is_told() {
        for (text, complaint) in [
            ("time eager", "no figure `time`. Choose one of wall, cpu"),
            (
                "wall spark",
                "no run of mode `spark` with 1,000,000 rows, 2 threads. There are eager, dropin, partitioned.",
            ),
            ("wall eager rows=7", "no such run is in the records"),
            ("wall eager rows=many", "`rows=many` is not understood"),
            ("wall eager size=7", "no key `size`"),
            ("died eager", "eager did not die here"),
            ("start partitioned", "partitioned did all of it in one process"),
            ("wall partitioned engine=spark", "no run of mode `partitioned`"),
            ("wall", "words are missing"),
        ] {
            let error = of(figure, text).unwrap_err().to_string();
            assert!(error.contains(complaint), "{text}: {error}");
        }
        assert!(of(ratio, "moved eager/dropin").unwrap_err().to_string().contains("to divide by is 0"));
    }
}
