//! Accessibility, by axe-core (<https://github.com/dequelabs/axe-core>, its licence is beside it).

use serde_json::Value;

use super::tab::Tab;

const AXE: &str = include_str!("axe.min.js");

/// What axe is asked about.
#[derive(Clone, Copy)]
pub enum Rules {
    /// All that it knows.
    All,
    /// What differs from theme to theme.
    Colors,
}

/// The elements of what axe found to be serious or critical, a line each.
const LINES: &str = "({ violations }) => violations\
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')\
    .flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary, html }) => \
    `${id}: ${target.join(' ')}: ${failureSummary.replace(/\\s+/g, ' ')} ${html.slice(0, 200)}`))";

/// What axe calls serious or critical on the page that is open, a line for each element.
pub fn serious(tab: &Tab, rules: Rules) -> Vec<String> {
    tab.eval(&format!("{AXE}\n;true"));
    let only = match rules {
        Rules::All => "",
        Rules::Colors => ", runOnly: ['color-contrast', 'link-in-text-block']",
    };
    let found = tab.eval(&format!("axe.run(document, {{ resultTypes: ['violations']{only} }}).then({LINES})"));
    found.as_array().unwrap().iter().filter_map(Value::as_str).map(String::from).collect()
}
