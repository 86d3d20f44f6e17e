//! `outgrow` alone: both workloads in all modes, on the real flights.

use indicatif::HumanCount;

use super::print::print;
use super::report;
use super::sweep::Sweep;
use crate::error::Result;
use crate::flights::SHIPPED_ROWS;
use crate::measure::{Contender, Flights, Plan};
use crate::workers;
use crate::workloads::{self, Mode};

const NEXT: &str = "\
What next:
  cargo run compare aggregation --rows 1e7       the first question at 10 million flights
      ... with --memory-limit 256MiB             and where memory ends
  cargo run compare grid-search --threads 1      what is left on one core
  cargo run run grid-search --mode partitioned   the whole answer, and what moved for it
  cargo run charts                               these figures as charts, on a page
  cargo run help                                 everything else
The code of each mode: src/workloads/*/{eager,dropin,partitioned}.rs
";

pub fn tour() -> Result<()> {
    let threads = workers::cores();
    print(&format!(
        "What happens when dataframe code outgrows one core? {} real flights, three ways to write\n\
         the same code, {} of this machine:\n  \
         eager        pandas-shaped: one core, every step materialised\n  \
         dropin       change the import, keep the code: partitions with one index over all\n  \
         partitioned  keep your function, say how rows are split, choose the engine last\n\n\
         In the tables below, wall is the time one waits (the bar shows it), CPU the work of all threads\n\
         together, memory the most held at once, over time how it came to that (the same scale in each\n\
         row), moved the rows copied between partitions, and answer a short form of the\n\
         answer, with a tick because it was checked before any time is shown.\n\n",
        HumanCount(SHIPPED_ROWS as u64),
        report::count(threads, "thread")
    ))?;
    let mut sweep = Sweep::anyhow()?;
    for workload in workloads::TOUR {
        let plan = Plan {
            workload,
            contenders: [Mode::Eager, Mode::Dropin, Mode::Partitioned].map(Contender::from).to_vec(),
            flights: Flights::SHIPPED,
            rows: SHIPPED_ROWS as u64,
            runs: 3,
            warm_up: true,
            threads,
            memory_limit: None,
            warm: false,
            time_limit: None,
        };
        let comparisons = sweep.run(std::slice::from_ref(&plan))?;
        let comparison = &comparisons[0];
        let mut text = format!("{}: {}\n\n", workload.name, workload.question);
        if let Some(answer) = &comparison.answer {
            text += &format!("{}\n", report::answer(answer, 4));
        }
        text += &format!("{}\n", report::comparison(&plan, comparison));
        print(&text)?;
    }
    print(NEXT)
}
