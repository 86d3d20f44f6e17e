//! Messages that the page of errors shows, as the program gives them; and that every command has its page of help.

#[path = "../../support/mod.rs"]
mod support;

use outgrow::partitioned::{Serial, by, transform};
use polars::prelude::*;

const ERRORS: &str = include_str!("../../../book/src/reference/errors.md");
const COMMAND_LINE: &str = include_str!("../../../book/src/reference/command-line.md");

/// All of these messages are on the page of errors, whatever its line breaks.
#[track_caller]
fn in_errors(messages: &[String]) {
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let page = words(ERRORS);
    let missing: Vec<&String> = messages.iter().filter(|message| !page.contains(&words(message))).collect();
    assert!(missing.is_empty(), "errors.md does not show: {missing:#?}");
}

#[test]
fn errors_of_calls_are_told_as_shown() -> outgrow::Result<()> {
    fn worst(flights: DataFrame) -> anyhow::Result<DataFrame> {
        match flights.column("carrier")?.str()?.get(0) {
            Some("UA") => anyhow::bail!("no delays"),
            Some("B6") => panic!("out of fuel"),
            _ => Ok(df!("delay" => [1.5])?),
        }
    }
    #[derive(serde::Deserialize)]
    struct Flight {
        #[allow(dead_code)]
        delay: i64,
    }
    fn first(rows: DataFrame) -> DataFrame {
        rows.head(Some(1))
    }
    fn held(flights: Vec<Flight>) -> PolarsResult<DataFrame> {
        df!("flights" => [flights.len() as u32])
    }
    let of = |carrier: &str| df!("carrier" => [carrier, carrier]).unwrap();
    let ask = |carrier: &str, schema: &str, key: &str| {
        let call = transform(of(carrier), worst).schema(schema).partition(by([key]));
        call.run(&Serial).unwrap_err().to_string()
    };
    let told = |outcome: outgrow::Result<DataFrame>| outcome.unwrap_err().to_string();
    let nulls = df!("carrier" => ["AA"], "delay" => [None::<i64>])?;
    let of_nulls = transform(nulls, held).schema("flights: u32").partition(by(["carrier"]));
    let many = df!("carrier" => vec!["AA"; 200_000], "delay" => vec![1i64; 200_000])?;
    let of_many = transform(many, first).schema("*").partition(by(["carrier"])).memory_budget("1MiB");
    in_errors(&[
        ask("AA", "delay: f64", "airline"),
        told(transform(of("AA"), worst).run(&Serial)),
        ask("AA", "delay f64", "carrier"),
        ask("UA", "delay: f64", "carrier"),
        ask("B6", "delay: f64", "carrier"),
        ask("AA", "delay: i64", "carrier"),
        ask("AA", "mean: f64", "carrier"),
        told(of_nulls.run(&Serial)),
        told(of_many.run(&Serial)),
        told(transform(of("AA"), worst).schema("delay: f64").memory_budget("1 apple").run(&Serial)),
    ]);
    Ok(())
}

#[test]
fn errors_of_the_command_line_are_told_as_shown() {
    let run = ["run", "aggregation", "--mode"];
    let asked: [(&[&str], i32); 9] = [
        (&["run", "agregation", "--mode", "eager"], 2),
        (&["run", "aggregation", "--mode", "pandas"], 2),
        (&["compar", "aggregation"], 2),
        (&[run[0], run[1], run[2], "eager", "--engine", "serial"], 2),
        (&[run[0], run[1], run[2], "partitioned", "--engine", "spark"], 2),
        (&[run[0], run[1], run[2], "eager", "--input", "no.parquet"], 2),
        (&[run[0], run[1], run[2], "eager", "--rows", "ten"], 2),
        (&[run[0], run[1], run[2], "eager", "--answer", "answer.xlsx"], 2),
        (&["run", "aggregation", "--mode", "eager", "--groups", "10"], 2),
    ];
    let told = asked.map(|(arguments, status)| {
        let output = support::outgrow(arguments);
        assert_eq!(output.status.code(), Some(status), "{arguments:?}");
        support::stderr(&output)
    });
    in_errors(&told);
}

/// Every command has its page of help, printed.
#[test]
fn the_page_of_commands_is_complete() {
    let help = support::stdout(&support::outgrow(&["help"]));
    let commands = help.split_once("Commands:\n").unwrap().1.split_once("\n\n").unwrap().0;
    for command in
        commands.lines().filter(|line| !line.starts_with("   ")).filter_map(|line| line.split_whitespace().next())
    {
        assert!(command == "help" || COMMAND_LINE.contains(&format!("help-{command}")), "{command}");
    }
}
