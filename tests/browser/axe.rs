//! Accessibility, by axe-core (<https://github.com/dequelabs/axe-core>, its licence is beside it).

use serde_json::Value;

use super::tab::Tab;

const AXE: &str = include_str!("axe.min.js");

/// What axe calls serious or critical on the page that is open, a line for each element.
pub fn serious(tab: &Tab) -> Vec<String> {
    tab.eval(&format!("{AXE}\n;true"));
    let found = tab.eval(
        "axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations\
         .filter(({ impact }) => impact === 'serious' || impact === 'critical')\
         .flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary, html }) => \
         `${id}: ${target.join(' ')}: ${failureSummary.replace(/\\s+/g, ' ')} ${html.slice(0, 200)}`)))",
    );
    found.as_array().unwrap().iter().filter_map(Value::as_str).map(String::from).collect()
}
