//! A function on executors: by its name, with its parameters, and with the same answer when one of them is lost.

use std::collections::BTreeMap;

use outgrow::ledger::{self, Ledger};
use outgrow::scratch::TempFolder;
use outgrow::{ParquetFiles, flights};
use polars::prelude::*;

use crate::inputs::{real, six, write_files};
use crate::panics::caught;
use crate::{Check, Exercise, OwnCluster, calls, expected};

/// What the attendee writes.
pub struct Answer {
    /// All flights, a limit in minutes, and where the scheduler is -> a row per carrier.
    pub on_the_cluster: fn(&ParquetFiles, i16, &str) -> outgrow::Result<DataFrame>,
}

/// Limits that executors may have in place of the one that was asked for, in minutes; the usual one first.
const OTHER_LIMITS: std::ops::RangeInclusive<i16> = 0..=600;

impl Exercise for Answer {
    // Two executors have to be started, and a lost one is noticed after some seconds.
    const LIMIT_S: u64 = 300;

    fn check(&self, check: &mut Check) {
        let case = "two executors";
        let Some(cluster) = check.own_cluster(case, 2) else { return };
        let Some(folder) = check.call(case, TempFolder::new) else { return };
        let files = write_files(&six(), 2, &folder.path().join("flights.parquet"));
        if self.asked(check, "six flights", &cluster, &Asked { files, flights: six(), limit: 30 }).is_none() {
            return;
        }
        let Some(files) = check.call(case, flights::shipped) else { return };
        let asked = Asked { files, flights: real(), limit: 90 };
        let Some(before) = self.asked(check, "the real flights", &cluster, &asked) else { return };
        let made = cluster.calls();

        let case = "an executor that is lost";
        cluster.forget();
        let Some(held) = check.call(case, || cluster.hold()) else { return };
        let (lost, answer) = std::thread::scope(|scope| {
            let call = scope.spawn(|| caught(|| self.answer(&cluster, &asked)));
            let lost = cluster.end_one_at_work(|| call.is_finished());
            drop(held);
            (lost, call.join())
        });
        let answer = answer.unwrap_or_else(|_| Err("The call ended without an answer.".into()));
        let Some(answer) = answer.map_err(|reason| check.find(case, reason)).ok() else { return };
        if !asked.right(check, case, &answer) || !same_drawn(check, case, &before, &answer) {
            return;
        }
        let again: usize = cluster.calls().iter().sum();
        check.note(format!(
            "Executor 1 worked on {} of {} carriers, executor 2 on {}. In the next call executor {} was ended at work: it took \
             {again} calls of `late` until all carriers were there, and the answer is the same.",
            made[0],
            answer.height(),
            made[1],
            lost.unwrap_or_default() + 1,
        ));
    }
}

impl Answer {
    fn answer(&self, cluster: &OwnCluster, asked: &Asked) -> Result<DataFrame, String> {
        (self.on_the_cluster)(&asked.files, asked.limit, &cluster.address).map_err(explained)
    }

    /// Holds a call to what it must be, and to having been made by the executors.
    fn asked(&self, check: &mut Check, case: &str, cluster: &OwnCluster, asked: &Asked) -> Option<DataFrame> {
        cluster.forget();
        let (answer, ledger) = ledger::record(|| check.call(case, || self.answer(cluster, asked)));
        let answer = answer?;
        let right = asked.right(check, case, &answer) && made_there(check, case, &ledger, cluster, answer.height());
        right.then_some(answer)
    }
}

/// What is asked for.
struct Asked {
    files: ParquetFiles,
    flights: DataFrame,
    limit: i16,
}

impl Asked {
    /// Whether the counts are right, and each flight that was drawn is a late one of its carrier.
    fn right(&self, check: &mut Check, case: &str, answer: &DataFrame) -> bool {
        let late = late(&self.flights, self.limit);
        let mut expected = expected(counts(&late)).by(&["carrier"]);
        // It shows with a few flights, or not at all.
        for other in OTHER_LIMITS.filter(|_| self.flights.height() < 10) {
            expected = expected.mistake(counts(&self::late(&self.flights, other)), unset(other, self.limit));
        }
        // Which one is drawn is not told beforehand.
        let counted = answer.drop("drawn").unwrap_or_else(|_| answer.clone());
        if !check.expect(case, &counted, &expected) {
            return false;
        }
        let Some(drawn) = check.call(case, || drawn(answer)) else { return false };
        let odd = drawn.iter().find(|(carrier, drawn)| match drawn {
            Some(id) => !late[*carrier].contains(id),
            None => !late[*carrier].is_empty(),
        });
        check.require(case, odd.is_none(), || {
            let told = odd.map(|(carrier, drawn)| format!("for {carrier} it is {}", id(*drawn))).unwrap_or_default();
            format!("`drawn` must be the id of a late flight of the carrier, or null where there is none; {told}.")
        })
    }
}

/// The ids of the flights of each carrier that came later than the limit.
fn late(flights: &DataFrame, limit: i16) -> BTreeMap<String, Vec<i32>> {
    let columns = || -> PolarsResult<_> {
        let (carriers, delays) = (flights.column("carrier")?.str()?, flights.column("arr_delay")?.i16()?);
        Ok(carriers.iter().zip(delays.iter()).zip(flights.column("id")?.i32()?.iter()))
    };
    let mut late: BTreeMap<String, Vec<i32>> = BTreeMap::new();
    for ((carrier, delay), id) in columns().expect("columns of flights") {
        let ids = late.entry(carrier.unwrap_or_default().into()).or_default();
        ids.extend(id.filter(|_| delay.is_some_and(|delay| delay > limit)));
    }
    late
}

fn counts(late: &BTreeMap<String, Vec<i32>>) -> DataFrame {
    let carriers: Vec<&str> = late.keys().map(String::as_str).collect();
    let counts: Vec<u32> = late.values().map(|ids| ids.len() as u32).collect();
    df!("carrier" => carriers, "late" => counts).expect("columns of one length")
}

/// The flight that was drawn for each carrier.
fn drawn(answer: &DataFrame) -> PolarsResult<BTreeMap<String, Option<i32>>> {
    let drawn = answer.column("drawn")?.cast(&DataType::Int32)?;
    let carriers = answer.column("carrier")?.str()?.iter();
    Ok(carriers.map(|carrier| carrier.unwrap_or_default().to_string()).zip(drawn.i32()?.iter()).collect())
}

fn id(drawn: Option<i32>) -> String {
    drawn.map_or_else(|| "null".into(), |id| id.to_string())
}

/// Demands that the executors of this cluster made the calls, for so many carriers.
fn made_there(check: &mut Check, case: &str, ledger: &Ledger, cluster: &OwnCluster, carriers: usize) -> bool {
    let on_executors = ledger.steps.iter().any(|step| step.what.ends_with("` on executors"));
    let there = check.require(case, on_executors, || {
        let who = match calls(ledger) {
            0 => "your code went through the rows by itself",
            _ => "its ledger has calls on threads",
        };
        format!(
            "The answer is right, but it was made in this process: {who}, and no call on executors. `address` says where the \
             scheduler is; with an engine that is connected to it as the last word, the work goes there."
        )
    });
    let calls: usize = cluster.calls().iter().sum();
    there
        && check.require(case, calls >= carriers, || {
            format!(
                "The answer is right, but the executors at {} made {calls} of {carriers} calls. Either another cluster did it, \
                 such as one in this process, or `late` does not say that it is `at_work()` any more.",
                cluster.address
            )
        })
}

/// Demands that the same call draws the same flights.
fn same_drawn(check: &mut Check, case: &str, before: &DataFrame, after: &DataFrame) -> bool {
    let both = check.call(case, || PolarsResult::Ok((drawn(before)?, drawn(after)?)));
    let Some((before, after)) = both else { return false };
    let others: Vec<&String> = before.keys().filter(|carrier| before.get(*carrier) != after.get(*carrier)).collect();
    check.require(case, others.is_empty(), || {
        let first = others[0];
        format!(
            "The same call drew other flights for {} of {} carriers: {} for {first} before, and {} now. When an executor is \
             lost, its work is done once more by another one, and nobody can tell which of two answers is the answer. A \
             function that is called again on the same rows must give the same rows: what is drawn by lot needs a seed, which \
             is the same everywhere.",
            others.len(),
            before.len(),
            id(before[first]),
            id(after.get(first).copied().flatten()),
        )
    })
}

fn unset(other: i16, limit: i16) -> String {
    format!(
        "These are the flights later than {other} minutes, and the call was for {limit}: the limit did not come to the \
         executors. They are processes of their own. What this one sets in a `static`, they have as it was when they were \
         started. What the function needs to know goes along with the call, as `.params(...)`."
    )
}

/// The refusal of a closure, with the reason.
fn explained(error: outgrow::Error) -> String {
    let text = error.to_string();
    match text.contains("`a closure in") {
        true => format!(
            "{text}\nCode does not travel. Each executor is this program once more, and finds a function by the name under which \
             it is registered. A closure has none, and what it caught, the limit, is in this process alone: that goes along as \
             `.params(...)`."
        ),
        false => text,
    }
}
