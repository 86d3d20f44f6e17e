//! The still of `index`: labels before and after a filter, and after they are numbered anew.

use serde_json::Value;

use super::svg::Picture;

const WIDTH: f64 = 560.0;

/// A line of cells per step, in boxes of partitions; what the ledger says of the step above it.
pub fn still(trace: &Value) -> Option<(String, String)> {
    let runs = trace["runs"].as_array()?;
    let filtered = serde_json::json!(["filter"]);
    let run = runs.iter().find(|run| run["kind"] == "distributed-sequence" && run["insert"] == filtered)?;
    let mut picture = Picture::new("index", WIDTH);
    let mut y = 0.0;
    for stage in run["stages"].as_array()?.iter().take(3) {
        let ledger = stage["ledger"].as_array()?;
        let rows: u64 = ledger.iter().filter_map(|step| step["rows"].as_u64()).sum();
        let steps = if ledger.len() > 1 { format!(" in {} steps", ledger.len()) } else { String::new() };
        let waits = if ledger.iter().any(|step| step["barrier"] == true) { ", and all partitions wait" } else { "" };
        picture.text(
            (2.0, y + 17.0),
            "f-ink",
            "start",
            15,
            &format!("{}: {rows} rows worked on{steps}{waits}", stage["step"].as_str()?),
        );
        let mut labels = stage["labels"].as_array()?.iter();
        let mut x = 0.0;
        for partition in stage["partitions"].as_array()? {
            let rows = partition.as_array()?.len();
            picture.rect((x, y + 26.0), (134.0, 34.0), "widget-box");
            for place in 0..rows {
                let label = labels.next()?.as_i64()?;
                picture.text((x + 14.0 + 21.0 * place as f64, y + 48.0), "f-ink", "middle", 14, &label.to_string());
            }
            x += 142.0;
        }
        y += 76.0;
    }
    let title = "The labels of 24 rows in four partitions: 0 to 23 as read, with gaps after a filter, and 0 to 11 after \
                 reset_index.";
    let caption = "Labels of 24 rows in four partitions, as our drop-in keeps them. A filter leaves gaps and asks nobody. \
                   After it no partition knows at which place it begins: to number rows anew all have to be counted first.";
    Some((picture.finish(y - 8.0, title), caption.into()))
}
