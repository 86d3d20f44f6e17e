//! Tables as pandas prints them: labels on the left, numbers to the right, the middle of a long table left out.

use std::fmt::Write;

use polars::prelude::*;

use crate::labels::{NAMELESS, Rows};

/// A table of more rows than this is shown by its ends.
pub const MOST_ROWS: usize = 60;
/// How many rows are shown at each end of a long table.
pub const END_ROWS: usize = 5;

/// Rows of a table to be shown: all, or those at both ends.
pub struct Shown {
    /// The rows.
    pub rows: Rows,
    /// How many there are in all.
    pub height: usize,
}

/// The table, with its size below where not all is shown.
pub fn frame(shown: &Shown) -> String {
    let columns = shown.rows.columns();
    if columns.width() == 0 || shown.height == 0 {
        let names: Vec<String> = super::select::names(columns);
        return format!("Empty DataFrame\nColumns: [{}]\nIndex: {}", names.join(", "), labels_in_words(&shown.rows));
    }
    let mut text = grid(shown, true);
    if shown.height > shown.rows.height() {
        let _ = write!(text, "\n\n[{} rows x {} columns]", shown.height, columns.width());
    }
    text
}

/// The one column of a series, with its name and type below.
pub fn series(shown: &Shown) -> String {
    let column = &shown.rows.columns().columns()[0];
    let name = if column.name().is_empty() { String::new() } else { format!("Name: {}, ", column.name()) };
    if shown.height == 0 {
        return format!("Series([], {name}dtype: {})", dtype(column.dtype()));
    }
    let mut text = grid(shown, false);
    let length = if shown.height > shown.rows.height() { format!("Length: {}, ", shown.height) } else { String::new() };
    let _ = write!(text, "\n{name}{length}dtype: {}", dtype(column.dtype()));
    text
}

fn labels_in_words(rows: &Rows) -> String {
    let values: Vec<String> = match rows.labels().columns() {
        [level] => texts(level),
        _ => vec![],
    };
    format!("[{}]", values.join(", "))
}

/// pandas' name of a type that can be missing.
fn dtype(dtype: &DataType) -> String {
    match dtype {
        DataType::String => "string".into(),
        DataType::Boolean => "boolean".into(),
        DataType::Datetime(unit, Some(zone)) => format!("datetime64[{unit}, {zone}]"),
        DataType::Datetime(unit, None) => format!("datetime64[{unit}]"),
        // `i16` is Int16, and so on.
        number if number.is_primitive_numeric() => {
            let name = number.to_string();
            let (kind, bits) = name.split_at(1);
            let kind = match kind {
                "i" => "Int",
                "u" => "UInt",
                _ => "Float",
            };
            format!("{kind}{bits}")
        }
        other => other.to_string(),
    }
}

fn grid(shown: &Shown, header: bool) -> String {
    let rows = &shown.rows;
    let labels = rows.labels();
    let levels = labels.columns().len();
    let mut cells: Vec<Vec<String>> = labels.columns().iter().map(texts).collect();
    // A label of an outer level is shown where it changes.
    for level in (0..levels.saturating_sub(1)).rev() {
        for row in (1..rows.height()).rev() {
            if (0..=level).all(|outer| cells[outer][row] == cells[outer][row - 1]) {
                cells[level][row].clear();
            }
        }
    }
    cells.extend(rows.columns().columns().iter().map(texts));
    let middle = (shown.height > rows.height()).then_some(rows.height() / 2);
    if let Some(middle) = middle {
        for column in &mut cells {
            let dots =
                if column[middle - 1].chars().count() > 2 && column[middle].chars().count() > 2 { "..." } else { ".." };
            column.insert(middle, dots.to_string());
        }
    }
    let names: Vec<String> = rows.columns().columns().iter().map(|column| column.name().to_string()).collect();
    let level_names: Vec<String> = rows
        .levels()
        .iter()
        .map(|name| if name.as_str() == NAMELESS { String::new() } else { name.to_string() })
        .collect();
    let named = level_names.iter().any(|name| !name.is_empty());
    let mut lines: Vec<Vec<String>> = Vec::new();
    if header {
        lines.push((0..levels).map(|_| String::new()).chain(names).collect());
        if named {
            lines.push(level_names.iter().cloned().chain((levels..cells.len()).map(|_| String::new())).collect());
        }
    } else if named {
        lines.push(level_names.iter().cloned().chain([String::new()]).collect());
    }
    let heads = lines.len();
    for row in 0..cells[0].len() {
        lines.push(cells.iter().map(|column| column[row].clone()).collect());
    }
    let width = |column: usize| {
        // Above a series, the names of the levels stand for themselves.
        let from = if header { 0 } else { heads };
        lines[from..].iter().map(|line| line[column].chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..cells.len()).map(width).collect();
    let mut text = String::new();
    for (number, line) in lines.iter().enumerate() {
        let mut written = String::new();
        for (column, cell) in line.iter().enumerate() {
            let wide = widths[column];
            if column < levels {
                let gap = if column > 0 { " " } else { "" };
                let _ = write!(written, "{gap}{cell:<wide$}");
            } else {
                // Numbers have room for a sign.
                let dtype = rows.columns().columns()[column - levels].dtype();
                let gap = match header {
                    true if dtype.is_string() || dtype.is_datetime() => " ",
                    true => "  ",
                    false if dtype.is_datetime() => "   ",
                    false => "    ",
                };
                let _ = write!(written, "{gap}{cell:>wide$}");
            }
        }
        let written = if header && number >= heads { written } else { written.trim_end().to_string() };
        text += &written;
        if number + 1 < lines.len() {
            text.push('\n');
        }
    }
    text
}

/// Instants as texts, all with the same parts: no time of day where all are midnights, no parts of a second where none
/// has any.
fn instants_as_texts(instants: &DatetimeChunked) -> Vec<String> {
    let per_second = match instants.time_unit() {
        TimeUnit::Milliseconds => 1_000,
        TimeUnit::Microseconds => 1_000_000,
        TimeUnit::Nanoseconds => 1_000_000_000,
    };
    let values = || instants.physical().iter();
    let all = |multiple: i64| values().flatten().all(|value| value % multiple == 0);
    let parts = [(1, ""), (1_000, "%.3f"), (1_000_000, "%.6f")];
    let parts = parts.into_iter().find(|(parts, _)| *parts <= per_second && all(per_second / parts));
    let parts = parts.map_or("%.9f", |(_, format)| format);
    let format = match instants.time_zone() {
        // What is held is the time in UTC, whatever the zone.
        Some(_) => format!("%Y-%m-%d %H:%M:%S{parts}+00:00"),
        None if all(24 * 60 * 60 * per_second) => "%Y-%m-%d".to_string(),
        None => format!("%Y-%m-%d %H:%M:%S{parts}"),
    };
    let text = |value: i64| {
        let nanoseconds = value.rem_euclid(per_second) * (1_000_000_000 / per_second);
        let instant = chrono::DateTime::from_timestamp(value.div_euclid(per_second), nanoseconds as u32)?;
        Some(instant.format(&format).to_string())
    };
    values().map(|value| value.and_then(text).unwrap_or_else(|| "NaT".to_string())).collect()
}

/// The values of a column as texts, with up to six decimals.
fn texts(column: &Column) -> Vec<String> {
    let missing = || "<NA>".to_string();
    if let Ok(instants) = column.datetime() {
        return instants_as_texts(instants);
    }
    if column.dtype().is_float()
        && let Ok(wide) = column.cast(&DataType::Float64)
        && let Ok(values) = wide.f64()
    {
        let short = |value: f64| {
            let text = format!("{value:.6}");
            let short = text.trim_end_matches('0');
            if short.ends_with('.') { format!("{short}0") } else { short.to_string() }
        };
        return values.iter().map(|value| value.map_or_else(missing, short)).collect();
    }
    if let Ok(values) = column.bool() {
        let word = |value| if value { "True" } else { "False" }.to_string();
        return values.iter().map(|value| value.map_or_else(missing, word)).collect();
    }
    let text = |value: AnyValue| match value {
        AnyValue::Null => missing(),
        AnyValue::String(text) => text.to_string(),
        other => other.to_string(),
    };
    (0..column.len()).map(|row| column.get(row).map_or_else(|_| missing(), text)).collect()
}
