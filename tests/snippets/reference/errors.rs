//! Messages that the page of errors shows, as the program gives them; and that every command has its page of help.

#[path = "../../support/mod.rs"]
mod support;

use outgrow::partitioned::{Serial, by, transform};
use polars::prelude::*;

const ERRORS: &str = include_str!("../../../book/src/reference/errors.md");
const COMMAND_LINE: &str = include_str!("../../../book/src/reference/command-line.md");

/// The message is on the page of errors, whatever its line breaks.
#[track_caller]
fn in_errors(message: &str) {
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words(ERRORS).contains(&words(message)), "errors.md does not show: {message}");
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
    in_errors(&ask("AA", "delay: f64", "airline"));
    in_errors(&transform(of("AA"), worst).run(&Serial).unwrap_err().to_string());
    in_errors(&ask("AA", "delay f64", "carrier"));
    in_errors(&ask("UA", "delay: f64", "carrier"));
    in_errors(&ask("B6", "delay: f64", "carrier"));
    in_errors(&ask("AA", "delay: i64", "carrier"));
    in_errors(&ask("AA", "mean: f64", "carrier"));
    let nulls = df!("carrier" => ["AA"], "delay" => [None::<i64>])?;
    let call = transform(nulls, held).schema("flights: u32").partition(by(["carrier"]));
    in_errors(&call.run(&Serial).unwrap_err().to_string());
    let many = df!("carrier" => vec!["AA"; 200_000], "delay" => vec![1i64; 200_000])?;
    let call = transform(many, first).schema("*").partition(by(["carrier"]));
    in_errors(&call.memory_budget("1MiB").run(&Serial).unwrap_err().to_string());
    let call = transform(of("AA"), worst).schema("delay: f64").memory_budget("1 apple");
    in_errors(&call.run(&Serial).unwrap_err().to_string());
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
    for (arguments, status) in asked {
        let output = support::outgrow(arguments);
        assert_eq!(output.status.code(), Some(status), "{arguments:?}");
        in_errors(support::stderr(&output).trim());
    }
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
