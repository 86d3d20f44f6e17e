//! What the pages of the reference say in tables, held against the source, or run row by row.

use std::collections::BTreeSet;
use std::path::Path;

use outgrow::partitioned::OutputSchema;
use outgrow::partitioned::expression::{NumExpression, Presort, SchemaExpression};
use polars::prelude::*;

const SCHEMA: &str = include_str!("../../../book/src/reference/schema.md");
const PARTITION: &str = include_str!("../../../book/src/reference/partition.md");
const PRESORT: &str = include_str!("../../../book/src/reference/presort.md");
const ENGINES: &str = include_str!("../../../book/src/reference/engines.md");
const PANDAS: &str = include_str!("../../../book/src/maps/pandas.md");
const FUGUE: &str = include_str!("../../../book/src/maps/fugue.md");

/// The rows of the first table below a heading, a cell each.
fn table<'a>(page: &'a str, heading: &str) -> Vec<Vec<&'a str>> {
    tables(page, heading).remove(0)
}

/// The tables below a heading.
fn tables<'a>(page: &'a str, heading: &str) -> Vec<Vec<Vec<&'a str>>> {
    let below = page.split_once(&format!("\n## {heading}\n")).unwrap_or_else(|| panic!("no heading {heading}")).1;
    let below = below.split("\n## ").next().unwrap();
    let mut tables = vec![Vec::new()];
    for line in below.lines() {
        match line.strip_prefix('|').and_then(|line| line.strip_suffix('|')) {
            Some(row) => tables.last_mut().unwrap().push(row.split('|').map(str::trim).collect::<Vec<_>>()),
            None if !tables.last().unwrap().is_empty() => tables.push(Vec::new()),
            None => {}
        }
    }
    tables.retain(|table| !table.is_empty());
    // Without head and line.
    tables.into_iter().map(|table| table[2..].to_vec()).collect()
}

/// A cell without the backquotes that make it code.
fn code(cell: &str) -> &str {
    let inner = cell.trim_start_matches('`');
    let quotes = &cell[..cell.len() - inner.len()];
    inner.strip_suffix(quotes).unwrap_or(inner).trim()
}

/// Doc comments of a source file, line by line.
fn docs(source: &str) -> impl Iterator<Item = &str> {
    let lines = source.lines().map(str::trim_start);
    lines.filter_map(|line| line.strip_prefix("//!").or(line.strip_prefix("///"))).map(str::trim)
}

#[test]
fn tables_are_those_of_the_source() {
    let schema = include_str!("../../../src/partitioned/schema.rs");
    let rules = include_str!("../../../src/partitioned/validate.rs");
    for (source, page, head) in [(schema, SCHEMA, "| written | meaning |"), (rules, PARTITION, "| rule | demands |")] {
        let table: Vec<&str> =
            docs(source).skip_while(|line| *line != head).take_while(|line| !line.is_empty()).collect();
        assert!(table.len() > 5, "{head}");
        assert!(page.contains(&table.join("\n")), "the page differs from:\n{}", table.join("\n"));
    }
}

/// The map in the documentation and the one in the book are one, but for links and marks.
#[test]
fn fugues_names_are_those_of_the_source() {
    let source = include_str!("../../../src/partitioned/coming_from_fugue.rs");
    let plain = |row: &str| {
        let mut text = String::new();
        let mut rest = row;
        while let Some((before, link)) = rest.split_once("](") {
            text += before;
            // `num()` and the like are paths with parentheses of their own.
            let end = if link.contains("())") && link.find("())") < link.find(')') {
                link.find("())").unwrap() + 2
            } else {
                link.find(')').unwrap()
            };
            rest = &link[end + 1..];
        }
        text += rest;
        text.replace("transform()", "transform")
            .replace("cotransform()(", "cotransform(")
            .replace(['`', '[', ']', ' '], "")
    };
    let rows = |lines: Vec<&str>| lines.into_iter().filter(|line| line.starts_with('|')).map(plain).collect::<Vec<_>>();
    let of_source = rows(docs(source).collect());
    let of_page = rows(FUGUE.lines().collect());
    assert!(of_source.len() > 100);
    for (this, that) in of_source.iter().zip(&of_page) {
        assert_eq!(this, that);
    }
    assert_eq!(of_source.len(), of_page.len());
}

#[test]
fn schemas_are_read_and_written_as_said() {
    for row in table(SCHEMA, "What is read is written in one way") {
        let read = code(row[0]).parse::<SchemaExpression>().unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(read.to_string(), code(row[1]));
    }
    let mut types = 0;
    for row in table(SCHEMA, "Names of types") {
        for name in [row[0]].into_iter().chain(row[1].split(", ")).filter(|name| !name.is_empty()) {
            let read = format!("x: {}", code(name)).parse::<SchemaExpression>().unwrap();
            assert_eq!(read.to_string(), format!("x: {}", code(row[0])));
            types += 1;
        }
    }
    // As many as the parser knows, and those with units.
    let source = include_str!("../../../src/partitioned/expression/schema.rs");
    let known = source.split_once("const TYPES").unwrap().1.split_once("];").unwrap().0;
    let known = known.lines().filter(|line| line.contains("(&[")).map(|line| line.matches('"').count() / 2);
    assert_eq!(known.sum::<usize>() + 8, types);
}

#[test]
fn schemas_are_refused_as_said() {
    let [at_a_character, of_an_input] = &tables(SCHEMA, "What is refused")[..] else { panic!("two tables") };
    for row in at_a_character {
        let told = code(row[0]).parse::<SchemaExpression>().unwrap_err().to_string();
        // A trailing blank is code that Markdown does not keep.
        let told_padded = format!("{} ", code(row[0])).parse::<SchemaExpression>().unwrap_err().to_string();
        let expected = format!("{}, at character {}:", row[1], row[2]);
        assert!(told.contains(&expected) || told_padded.contains(&expected), "{told}\nand not {expected}");
    }
    let input = df!("a" => [1i16], "b" => ["x"]).unwrap();
    for row in of_an_input {
        let told = OutputSchema::parse(code(row[0])).unwrap().resolve(input.schema()).unwrap_err().to_string();
        assert!(told.contains(row[1]), "{told}");
    }
    let told = "carrier: str, delay f64".parse::<SchemaExpression>().unwrap_err().to_string();
    assert!(SCHEMA.contains(&told), "{told}");
}

#[test]
fn presorts_are_read_and_refused_as_said() {
    for row in table(PRESORT, "The grammar") {
        assert_eq!(code(row[0]).parse::<Presort>().unwrap().to_string(), code(row[1]));
    }
    for row in table(PRESORT, "What is refused") {
        let told = code(row[0]).parse::<Presort>().unwrap_err().to_string();
        let expected = format!("{}, at character {}", row[1], row[2]);
        assert!(told.contains(&expected), "{told}\nand not {expected}");
    }
}

#[test]
fn numbers_are_read_and_refused_as_said() {
    let [values, refused] = &tables(PARTITION, "How many")[..] else { panic!("two tables") };
    for row in values {
        let value = code(row[0]).parse::<NumExpression>().unwrap().value(1_000, 4);
        assert_eq!(value, Ok(row[1].parse().unwrap()), "{}", row[0]);
    }
    for row in refused {
        let told = code(row[0]).parse::<NumExpression>().unwrap_err().to_string();
        assert!(told.contains(row[1]), "{told}\nand not {}", row[1]);
    }
}

/// Each function of the surface is in the map, in the column that is ours.
#[test]
fn the_map_from_pandas_is_complete() {
    let functions = |folder: &str| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(folder);
        let sources = folder.read_dir().unwrap().map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap());
        let names = sources.flat_map(|source| {
            let lines = source.lines().filter_map(|line| line.trim_start().strip_prefix("pub fn "));
            lines.map(|rest| rest.split(['(', '<']).next().unwrap().to_string()).collect::<Vec<_>>()
        });
        names.collect::<BTreeSet<_>>()
    };
    let arithmetic = ["add", "sub", "mul", "div", "eq", "ne", "lt", "le", "gt", "ge"].map(String::from);
    let not_the_surface = ["$name", "on_one_core"];
    let surface = functions("eager").into_iter().chain(functions("surface")).chain(arithmetic);
    for name in surface.filter(|name| !not_the_surface.contains(&name.as_str())) {
        assert!(PANDAS.contains(&format!(".{name}(")) || PANDAS.contains(&format!("::{name}(")), "{name} is missing");
    }
    for name in ["repartition", "with_fallback", "with_limits"] {
        assert!(PANDAS.contains(&format!("{name}(")), "{name}");
    }
}

#[test]
fn pandas_surface_refuses_as_said() {
    let messages = PANDAS.split_once("```text\n").unwrap().1.split_once("\n```").unwrap().0;
    let known = include_str!("../../snapshots/surface__both_refuse_in_the_same_words.snap");
    for message in messages.lines() {
        assert!(known.contains(message), "{message}");
    }
}

#[test]
fn what_cannot_go_elsewhere_is_told_as_said() {
    let told = [
        include_str!("../../../src/partitioned/transform/call.rs"),
        include_str!("../../../src/partitioned/transform/words.rs"),
        include_str!("../../../src/partitioned/function/travel.rs"),
        include_str!("../../../src/partitioned/table/mod.rs"),
    ];
    for row in table(ENGINES, "Functions by name") {
        assert!(told.iter().any(|source| source.contains(row[1])), "{}", row[1]);
    }
}
