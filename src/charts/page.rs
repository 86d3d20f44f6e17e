//! One page with all charts and their figures, in one file: it opens from disk and asks no network for anything.

use super::bench::Bench;
use super::canvas::escape;
use super::{Chart, Table, theme, units};

/// What is on the page beside the charts.
#[derive(Clone, Debug, Default)]
pub struct About {
    /// Machine, date, program.
    pub provenance: String,
    /// Name of the records file, and how many records it has.
    pub records: String,
    /// What the charts show, in words: paragraphs.
    pub words: Vec<String>,
    /// What was wrong with the records.
    pub notes: Vec<String>,
    /// What `cargo bench` measured.
    pub benches: Vec<Bench>,
    /// Where criterion's own report is, seen from the page; none where there is none.
    pub criterion: Option<String>,
}

/// The page.
pub fn page(charts: &[Chart], about: &About) -> String {
    let mut workloads: Vec<&str> = Vec::new();
    for chart in charts {
        if !workloads.contains(&chart.workload.as_str()) {
            workloads.push(&chart.workload);
        }
    }
    let links: String = workloads.iter().map(|name| format!("<a href=\"#{name}\">{name}</a> ")).collect();
    let words: String = about.words.iter().map(|words| format!("<p>{}</p>\n", escape(words))).collect();
    let notes: String = about.notes.iter().map(|note| format!("<p class=\"note\">{}</p>\n", escape(note))).collect();
    let sections: String = workloads
        .iter()
        .map(|name| {
            let figures: String = charts.iter().filter(|chart| chart.workload == **name).map(figure).collect();
            format!("<section id=\"{name}\">\n<h2>{name}</h2>\n<div class=\"charts\">\n{figures}</div>\n</section>\n")
        })
        .collect();
    let nothing = if charts.is_empty() { "<p>There are no records to draw.</p>\n" } else { "" };
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>Outgrow: measured here</title>\n<link rel=\"icon\" href=\"data:,\">\n<style>\n{}\n{STYLE}</style>\n</head>\n<body>\n\
         <header><h1>Outgrow: measured here</h1>\n<p class=\"soft\">{}<br>{}</p>\n\
         <nav>{links}<a href=\"#benches\">benches</a> <button type=\"button\" onclick=\"{TOGGLE}\">light / dark</button></nav>\n\
         </header>\n<main>\n{notes}{words}{nothing}{sections}{}</main>\n</body>\n</html>\n",
        theme::style_sheet(),
        escape(&about.provenance),
        escape(&about.records),
        benches(about),
    )
}

const STYLE: &str = "\
body{margin:0;background:var(--o-paper);color:var(--o-ink);font:17px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,'Liberation Sans',sans-serif}
header,main{max-width:1500px;margin:0 auto;padding:0 14px}
h1{font-size:1.7em;margin:.6em 0 .2em}h2{border-top:1px solid var(--o-grid);padding-top:.6em;margin:1.4em 0 .4em}
p{max-width:75ch}.soft{color:var(--o-soft)}.note{color:var(--o-alarm)}
a{color:var(--o-dropin)}nav a{margin-right:.8em}
button{font:inherit;color:inherit;background:none;border:1px solid var(--o-soft);border-radius:6px;padding:.1em .6em;cursor:pointer}
.charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,600px),1fr));gap:18px;align-items:start}
figure{margin:0;min-width:0;border:1px solid var(--o-grid);border-radius:8px;padding:6px}
figure svg{width:100%;height:auto;display:block}
details{padding:2px 8px}summary{cursor:pointer;color:var(--o-soft)}
.scroll{overflow-x:auto}table{border-collapse:collapse;font-size:.85em;font-variant-numeric:tabular-nums}
th,td{text-align:left;padding:.15em .7em .15em 0;border-bottom:1px solid var(--o-grid);vertical-align:top}
@media(max-width:600px){header,main{padding:0 8px}figure{border:0;padding:0}}
@media print{button{display:none}}
";

/// Turns the theme that is seen into the other one.
const TOGGLE: &str = "const r=document.documentElement,d=r.dataset.theme||(matchMedia('(prefers-color-scheme:dark)').matches?\
                      'dark':'light');r.dataset.theme=d=='dark'?'light':'dark'";

fn figure(chart: &Chart) -> String {
    // The page has the style sheet once for all.
    let svg = match (chart.svg.split_once("<style>"), chart.svg.split_once("</style>\n")) {
        (Some((before, _)), Some((_, after))) => format!("{before}{after}"),
        _ => chart.svg.clone(),
    };
    format!(
        "<figure id=\"{0}\">\n{svg}\n<details><summary>Figures, and the records they come from</summary>\n<p>{1}</p>\n{2}\
         <p><a href=\"{0}.svg\">{0}.svg</a></p></details>\n</figure>\n",
        chart.name,
        escape(&chart.desc),
        table(&chart.table),
    )
}

fn table(table: &Table) -> String {
    let cells = |cells: &[String], tag: &str| -> String {
        cells.iter().map(|cell| format!("<{tag}>{}</{tag}>", escape(cell))).collect()
    };
    let rows: String = table.rows.iter().map(|row| format!("<tr>{}</tr>\n", cells(row, "td"))).collect();
    format!(
        "<div class=\"scroll\"><table><thead><tr>{}</tr></thead>\n<tbody>{rows}</tbody></table></div>\n",
        cells(&table.header, "th")
    )
}

fn benches(about: &About) -> String {
    let mut figures = Table::new(["benchmark", "median", "95 % between", "peak of allocated memory"]);
    for bench in &about.benches {
        let (median, low, high) = bench.median_s;
        figures.rows.push(vec![
            bench.name.clone(),
            units::seconds(median),
            format!("{} and {}", units::seconds(low), units::seconds(high)),
            bench.peak_bytes.map_or("-".to_string(), |bytes| units::bytes(bytes as f64)),
        ]);
    }
    let report = match &about.criterion {
        Some(link) => {
            format!("<p>The same code in one process: <a href=\"{}\">criterion's report</a>.</p>\n", escape(link))
        }
        None => "<p>No report of criterion is here: <code>cargo bench --profile dev</code> makes it.</p>\n".to_string(),
    };
    let figures = if figures.rows.is_empty() { String::new() } else { table(&figures) };
    format!("<section id=\"benches\">\n<h2>benches</h2>\n{report}{figures}</section>\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_asks_no_network_and_keeps_text_as_text() {
        let about = About { records: "<b>&".into(), ..About::default() };
        let page = page(&[], &about);
        assert!(page.contains("&lt;b&gt;&amp;") && page.contains("no records to draw"));
        for outside in ["http://", "https://", "src=", "@import", "url("] {
            assert!(!page.contains(outside), "{outside}");
        }
    }
}
