//! One page with all charts and their figures, in one file: it opens from disk and asks no network for anything.

use super::bench::Bench;
use super::canvas::{escape, file_name};
use super::glance::Glance;
use super::html::{self, table};
use super::words::{self, Words};
use super::{Chart, Table, theme, units};

/// What is on the page beside the charts.
#[derive(Clone, Debug, Default)]
pub struct About {
    /// Machine, date, program.
    pub provenance: String,
    /// Name of the records file, and how many records it has.
    pub records: String,
    /// Figures of all workloads beside each other.
    pub glance: Vec<Glance>,
    /// What the charts show, in words, for each workload.
    pub words: Vec<Words>,
    /// What was wrong with the records.
    pub notes: Vec<String>,
    /// What `cargo bench` measured.
    pub benches: Vec<Bench>,
    /// Where criterion's own report is, seen from the page; none where there is none.
    pub criterion: Option<String>,
}

/// The page: all workloads at a glance, then a section for each, whose most telling charts are seen at once.
pub fn page(charts: &[Chart], about: &About) -> String {
    let mut workloads: Vec<&str> = Vec::new();
    for chart in charts.iter().filter(|chart| !chart.workload.is_empty()) {
        if !workloads.contains(&chart.workload.as_str()) {
            workloads.push(&chart.workload);
        }
    }
    let links: String = workloads.iter().map(|name| format!("{} ", link(name))).collect();
    let notes: String = about.notes.iter().map(|note| paragraph("note", note)).collect();
    let sections: String = workloads.iter().map(|name| section(name, charts, about)).collect();
    let nothing = if charts.is_empty() { "<p>There are no records to draw.</p>\n" } else { "" };
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>Outgrow: measured here</title>\n<link rel=\"icon\" href=\"data:,\">\n<style>\n{}\n{STYLE}</style>\n</head>\n<body>\n\
         <header><h1>Outgrow: measured here</h1>\n<p class=\"soft\">{}<br>{}</p>\n\
         <nav>{links}<a href=\"#benches\">benches</a> <button type=\"button\" onclick=\"{TOGGLE}\">light / dark</button></nav>\n\
         </header>\n<main>\n{notes}{nothing}{}{sections}{}</main>\n</body>\n</html>\n",
        theme::style_sheet(),
        escape(&about.provenance),
        escape(&about.records),
        at_a_glance(charts, about),
        benches(about),
    )
}

/// The way to the section of a workload.
fn link(workload: &str) -> String {
    format!("<a href=\"#{}\">{}</a>", file_name(workload), escape(workload))
}

fn paragraph(class: &str, text: &str) -> String {
    let class = if class.is_empty() { String::new() } else { format!(" class=\"{class}\"") };
    format!("<p{class}>{}</p>\n", escape(text))
}

/// All workloads beside each other: charts, then tables.
fn at_a_glance(charts: &[Chart], about: &About) -> String {
    let figures: String = charts.iter().filter(|chart| chart.workload.is_empty()).map(figure).collect();
    let tables: String = about.glance.iter().map(glance_table).collect();
    if figures.is_empty() && tables.is_empty() {
        return String::new();
    }
    format!(
        "<section id=\"glance\">\n<h2>At a glance</h2>\n<div class=\"charts\">\n{figures}</div>\n{tables}</section>\n"
    )
}

fn glance_table(glance: &Glance) -> String {
    format!(
        "<h3>{}</h3>\n{}<p class=\"soft\">{}</p>\n",
        glance.figure.title(),
        html::glance(glance, link),
        escape(&words::reading(glance, " Small: the least and the most of all runs.")),
    )
}

/// How many charts of a kind are seen at once, in this order, low ones beside low ones; the others are folded.
const TELLING: [(&str, usize); 4] = [("time", 1), ("moved", 1), ("memory", 2), ("rows", 2)];
/// The same where groups are what the workload is about.
const TELLING_OF_GROUPS: [(&str, usize); 3] = [("crossover", 2), ("overhead", 1), ("rows", 1)];

fn section(name: &str, charts: &[Chart], about: &About) -> String {
    let of_it: Vec<&Chart> = charts.iter().filter(|chart| chart.workload == name).collect();
    let telling: &[(&str, usize)] =
        if of_it.iter().any(|chart| chart.kind == "overhead") { &TELLING_OF_GROUPS } else { &TELLING };
    let mut seen: Vec<&Chart> = Vec::new();
    for (kind, most) in telling {
        let of_kind = of_it.iter().filter(|chart| chart.kind == *kind);
        // None stands alone in its line: where there is one memory chart, one of growth goes beside it.
        let beside = if seen.len() % 2 == 1 { 1 } else { *most };
        seen.extend(of_kind.take(beside.min(*most)));
    }
    let folded: Vec<&Chart> =
        of_it.into_iter().filter(|chart| seen.iter().all(|shown| shown.name != chart.name)).collect();
    let figures = |charts: &[&Chart]| charts.iter().map(|chart| figure(chart)).collect::<String>();
    let more = match folded.is_empty() {
        true => String::new(),
        false => format!(
            "<details class=\"more\"><summary>{} more: {}</summary>\n<div class=\"charts\">\n{}</div>\n</details>\n",
            folded.len(),
            escape(&folded.iter().map(|chart| about_what(name, chart)).collect::<Vec<_>>().join("; ")),
            figures(&folded)
        ),
    };
    let words: String = about.words.iter().filter(|words| words.workload == name).map(said).collect();
    format!(
        "<section id=\"{}\">\n<h2>{}</h2>\n{words}<div class=\"charts\">\n{}</div>\n{more}</section>\n",
        file_name(name),
        escape(name),
        figures(&seen)
    )
}

/// The title of a chart without the workload, which stands above it.
fn about_what(workload: &str, chart: &Chart) -> String {
    let title = chart.title.strip_prefix(workload).unwrap_or(&chart.title);
    title.trim_start_matches([',', ':', ' ']).replace(": ", " - ")
}

fn said(words: &Words) -> String {
    let mut text = String::new();
    if !words.question.is_empty() {
        text += &format!(
            "<p><b>{}</b> <span class=\"soft\">People say: \u{201c}{}\u{201d}</span></p>\n",
            escape(words.question),
            escape(words.claim)
        );
    }
    text += &words.figures.iter().chain(&words.limits).map(|line| paragraph("", line)).collect::<String>();
    text + &words.weak.iter().map(|line| paragraph("soft", &format!("Weak: {line}"))).collect::<String>()
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
h3{margin:1.2em 0 .3em}details{padding:2px 8px}summary{cursor:pointer;color:var(--o-soft)}
details.more{padding:10px 0}details.more>.charts{margin-top:10px}
.scroll{overflow-x:auto}table{border-collapse:collapse;font-size:.85em;font-variant-numeric:tabular-nums}
th,td{text-align:left;padding:.15em .7em .15em 0;border-bottom:1px solid var(--o-grid);vertical-align:top}
.glance{font-size:1em}.glance th,.glance td{text-align:right;white-space:nowrap;vertical-align:bottom;padding:.2em 0 .2em 1.1em}
.glance thead th{white-space:normal}
.glance th:first-child{text-align:left;padding-left:0;font-weight:normal}
.glance th:nth-child(3n+2),.glance td:nth-child(3n+2){padding-left:1.8em}
.glance small{display:block;color:var(--o-soft);font-size:.72em;line-height:1.2}
@media(max-width:600px){.glance{font-size:.85em}header,main{padding:0 8px}figure{border:0;padding:0}}
@media print{button{display:none}}
";

/// Turns the theme that is seen into the other one.
const TOGGLE: &str = "const r=document.documentElement,d=r.dataset.theme||(matchMedia('(prefers-color-scheme:dark)').matches?\
                      'dark':'light');r.dataset.theme=d=='dark'?'light':'dark'";

fn figure(chart: &Chart) -> String {
    let svg = chart.svg_without_style();
    format!(
        "<figure id=\"{0}\">\n{svg}\n<details><summary>Figures, and the records they come from</summary>\n<p>{1}</p>\n{2}\
         <p><a href=\"{0}.svg\">{0}.svg</a></p></details>\n</figure>\n",
        chart.name,
        escape(&chart.desc),
        table(&chart.table),
    )
}

fn benches(about: &About) -> String {
    let mut figures = Table::new(["benchmark", "median", "95 % between", "peak of allocated memory", "measured on"]);
    for bench in &about.benches {
        let (median, low, high) = bench.median_s;
        figures.rows.push(vec![
            bench.name.clone(),
            units::seconds(median),
            format!("{} and {}", units::seconds(low), units::seconds(high)),
            bench.peak_bytes.map_or("-".to_string(), |bytes| units::bytes(bytes as f64)),
            bench.day.clone(),
        ]);
    }
    let report = match &about.criterion {
        Some(link) => {
            format!(
                "<p>The same code in one process: <a href=\"{}\">criterion's report</a>, on the machine that has run <code>cargo bench \
                 --profile dev</code>.</p>\n",
                escape(link)
            )
        }
        None => "<p>No report of criterion is here: <code>cargo bench --profile dev</code> makes it.</p>\n".to_string(),
    };
    let figures = match figures.rows.len() {
        0 => String::new(),
        benches => format!(
            "<details><summary>{benches} benchmarks: time, and the most memory allocated at once</summary>\n{}</details>\n",
            table(&figures)
        ),
    };
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
        assert!(page.contains("No report of criterion is here") && !page.contains("benchmarks:"));
    }

    #[test]
    fn benches_stand_below_a_link_to_the_report_of_criterion() {
        let bench = Bench {
            name: "aggregation/9/<eager>".into(),
            median_s: (0.002, 0.001, 0.003),
            peak_bytes: Some(3 << 20),
            day: "2 Nov 2026".into(),
        };
        let uncounted = Bench { name: "schema".into(), peak_bytes: None, ..bench.clone() };
        let criterion = Some("../target/criterion/report/index.html".into());
        let page = page(&[], &About { criterion, benches: vec![bench, uncounted], ..About::default() });
        for part in [
            "<a href=\"../target/criterion/report/index.html\">criterion's report</a>",
            "2 benchmarks: time, and the most memory allocated at once",
            "<tr><td>aggregation/9/&lt;eager&gt;</td><td>2.00 ms</td><td>1.00 ms and 3.00 ms</td><td>3.00 MiB</td>\
             <td>2 Nov 2026</td></tr>",
            "<tr><td>schema</td><td>2.00 ms</td><td>1.00 ms and 3.00 ms</td><td>-</td><td>2 Nov 2026</td></tr>",
        ] {
            assert!(page.contains(part), "{part} is not in: {page}");
        }
    }
}
