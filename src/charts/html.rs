//! Tables of figures in HTML, for the page of all charts and for the book.

use super::Table;
use super::canvas::escape;
use super::glance::{Entry, Glance};

/// A table that scrolls by itself where it is wider than the page.
pub fn table(table: &Table) -> String {
    let rows = table.rows.iter().map(|row| {
        let cells: String = row.iter().map(|cell| format!("<td>{}</td>", escape(cell))).collect();
        format!("<tr>{cells}</tr>\n")
    });
    scrolling("", &header(&table.header), &rows.collect::<String>())
}

/// A table of all workloads, each as `name` writes it.
pub fn glance(glance: &Glance, name: impl Fn(&str) -> String) -> String {
    let entry = |entry: &Entry| {
        let tag = if entry.best { "b" } else { "span" };
        let median = if entry.median.is_empty() { "-" } else { &entry.median };
        let range = entry.range.as_ref().map_or(String::new(), |range| format!("<small>{}</small>", escape(range)));
        format!("<td><{tag}>{}</{tag}>{range}</td>", escape(median))
    };
    let rows = glance.rows.iter().map(|(workload, entries)| {
        let entries: String = entries.iter().map(entry).collect();
        format!("<tr><th scope=\"row\">{}</th>{entries}</tr>\n", name(workload))
    });
    let names: Vec<String> = std::iter::once("workload".to_string()).chain(glance.header.iter().cloned()).collect();
    scrolling(" class=\"glance\"", &header(&names), &rows.collect::<String>())
}

fn header(names: &[String]) -> String {
    names.iter().map(|name| format!("<th scope=\"col\">{}</th>", escape(name))).collect()
}

/// What scrolls can be reached by the keyboard.
fn scrolling(class: &str, header: &str, rows: &str) -> String {
    format!(
        "<div class=\"scroll\" tabindex=\"0\"><table{class}><thead><tr>{header}</tr></thead>\n<tbody>{rows}</tbody></table></div>\n"
    )
}
