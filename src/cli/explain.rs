//! `outgrow explain`: what a mode did, step by step, in words.

use indicatif::HumanCount;

use super::print::print;
use super::report::{count, mebibytes};
use super::setting::{OneRun, open_with_progress};
use super::{Engines, progress};
use crate::error::Result;
use crate::ledger::{Ledger, Step};
use crate::measure;
use crate::workloads::{self, Mode};

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  outgrow explain largest-per-group --mode dropin\n  \
                        outgrow explain largest-per-group --mode partitioned --rows 1e7")]
pub struct Args {
    /// Which question: aggregation, grid-search, largest-per-group, ...; any other word lists them
    workload: String,
    /// How it is written and run
    #[arg(long)]
    mode: Mode,
    #[command(flatten)]
    pub one: OneRun,
}

pub fn explain(args: &Args, engines: &Engines) -> Result<()> {
    let workload = workloads::find(&args.workload)?;
    args.one.check_engine(args.mode)?;
    let engine = engines.make(args.one.engine.as_deref(), args.one.threads())?;
    let flights = args.one.flights(workload)?;
    let rows = open_with_progress(&flights)?;
    if let Some(bytes) = args.one.setting.memory_limit {
        measure::limit_memory(bytes)?;
    }
    let alive = progress::alive(&format!("{}, {}", workload.name, args.mode));
    let run = measure::run_here(workload, args.mode, &*engine, &flights);
    if let Some(alive) = alive {
        alive.finish_and_clear();
    }
    let run = run?;
    if flights == measure::Flights::SHIPPED {
        measure::agree_with_expected(workload, &run.summary.mode, &run.answer)?;
    }
    print(&format!(
        "{}\n  People say: {}\n  {} {}, mode {}, {}\n\n{}",
        workload.question,
        workload.claim,
        HumanCount(rows),
        workload.rows_are(),
        args.mode,
        count(run.summary.threads, "thread"),
        told(&run.ledger)
    ))
}

/// The ledger in words: the steps, the totals, and what the words mean.
fn told(ledger: &Ledger) -> String {
    let mut text = String::new();
    for (number, step) in ledger.steps.iter().enumerate() {
        text += &format!("{:>3}. {}\n", number + 1, step.what);
        text += &phrases(step).iter().map(|phrase| format!("       {phrase}\n")).collect::<String>();
    }
    text += &format!(
        "\nIn all: {}, {}, {}\n",
        count(ledger.steps.len(), "step"),
        count(ledger.tasks(), "task"),
        count(ledger.barriers(), "barrier")
    );
    text += &format!(
        "        {} ({}) moved in {}\n        {} gathered in one place\n        {} of new columns made, one step after \
         the other\n",
        count(ledger.rows_moved() as usize, "row"),
        mebibytes(ledger.bytes_moved()),
        count(ledger.exchanges(), "exchange"),
        count(ledger.rows_gathered() as usize, "row"),
        mebibytes(ledger.bytes_materialised())
    );
    let words = [
        (
            ledger.tasks() > ledger.steps.len(),
            "A task is what one thread does at a time; the largest one is waited for.",
        ),
        (
            ledger.exchanges() > 0,
            "An exchange brings rows that belong together to one task;\non a cluster they cross the network.",
        ),
        (ledger.barriers() > 0, "At a barrier nothing that follows starts before all before it has ended."),
        (ledger.rows_gathered() > 0, "Gathered rows are in one place, where one core goes on with them."),
    ];
    let words: Vec<&str> = words.iter().filter(|(used, _)| *used).map(|(_, word)| *word).collect();
    if !words.is_empty() {
        text += &format!("\n{}\n", words.join("\n"));
    }
    text
}

/// What a step did; nothing is said of what it did not do.
fn phrases(step: &Step) -> Vec<String> {
    let mut phrases = Vec::new();
    if step.tasks > 0 {
        let rows = if step.rows > 0 { format!(" over {}", count(step.rows as usize, "row")) } else { String::new() };
        let largest = match (step.tasks, step.largest_task_rows) {
            (1, _) | (_, 0) => String::new(),
            (_, largest) => {
                let share = match step.rows {
                    0 => String::new(),
                    rows => format!(" ({:.0} %)", 100.0 * largest as f64 / rows as f64),
                };
                format!(", the largest with {}{share}", count(largest as usize, "row"))
            }
        };
        phrases.push(format!("{}{rows}{largest}", count(step.tasks, "task")));
        if !largest.is_empty() && !step.largest_task.is_empty() {
            phrases.push(format!("the largest is {}", step.largest_task));
        }
    }
    if step.rows_moved > 0 {
        phrases.push(format!("moves {} ({})", count(step.rows_moved as usize, "row"), mebibytes(step.bytes_moved)));
    }
    if step.rows_gathered > 0 {
        phrases.push(format!("gathers {} in one place", count(step.rows_gathered as usize, "row")));
    }
    if step.bytes_materialised > 0 {
        phrases.push(format!("makes {} of new columns", mebibytes(step.bytes_materialised)));
    }
    if step.bytes_spilled > 0 {
        phrases.push(format!("writes {} to temporary files for want of memory", mebibytes(step.bytes_spilled)));
    }
    if step.barrier {
        phrases.push("barrier: all of it must end before the next step starts".to_string());
    }
    phrases
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_says_what_it_did_and_nothing_else() {
        let exchange = Step {
            what: "exchange by carrier".into(),
            tasks: 2,
            rows: 30,
            largest_task_rows: 20,
            largest_task: "carrier = \"UA\"".into(),
            rows_moved: 30,
            bytes_moved: 1 << 20,
            barrier: true,
            ..Step::default()
        };
        let phrases = phrases(&exchange);
        assert_eq!(
            phrases,
            [
                "2 tasks over 30 rows, the largest with 20 rows (67 %)",
                "the largest is carrier = \"UA\"",
                "moves 30 rows (1.0 MiB)",
                "barrier: all of it must end before the next step starts"
            ]
        );
    }

    #[test]
    fn totals_count_what_there_was() {
        let gather =
            Step { what: "gather".into(), tasks: 1, rows_moved: 3, rows_gathered: 3, barrier: true, ..Step::default() };
        let text = told(&Ledger { steps: vec![gather] });
        assert!(text.contains("3 rows (0.0 MiB) moved in 0 exchanges"), "{text}");
        assert!(text.contains("Gathered rows") && !text.contains("An exchange"), "{text}");
    }
}
