//! What a reader can play with: a block of HTML with a picture that needs no script, and the data that a script makes
//! more of it with.
//!
//! `book/theme/widgets.js` replaces the picture (`figure.widget-still`) by controls and a picture that answers to them.
//! What it plays back are [traces](mod@super::traces) of our engines and measured points; it computes nothing of what an
//! engine does.

mod amdahl;
mod index;
mod mean_median;
mod shuffle;
mod svg;

use serde::Serialize;

use super::traces;
use crate::error::{Error, Result};

/// Every widget, by the name that a page calls it by.
pub const WIDGETS: [&str; 4] = ["shuffle", "mean-median", "amdahl", "index"];

/// A measured speed-up, for the widget `amdahl`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Point {
    /// The workload.
    pub workload: String,
    /// The mode.
    pub mode: String,
    /// Threads it ran on.
    pub threads: usize,
    /// Median of the seconds it took.
    pub wall_s: f64,
    /// How many times as fast as the same mode on one thread.
    pub speedup: f64,
    /// Rows of the largest task as a share of all rows of its step, from 0 to 1; none where the ledger names no task.
    pub largest_share: Option<f64>,
}

/// The block of a widget: one line of HTML, as a page takes it between two empty lines.
///
/// `points` are what was measured; `amdahl` shows them, the others need none.
///
/// # Errors
/// [`Error::Input`] for a widget that there is none of; [`Error::Io`] when its trace is not in `book/traces/`.
pub fn widget(name: &str, points: &[Point]) -> Result<String> {
    let (still, caption, data) = match name {
        "shuffle" => with_trace(name, shuffle::still)?,
        "index" => with_trace(name, index::still)?,
        "mean-median" => mean_median::still()?,
        "amdahl" => amdahl::still(points)?,
        _ => {
            let names = WIDGETS.join(", ");
            return Err(Error::input(format!("there is no widget `{name}`. Use one of {names}.")));
        }
    };
    // No text of ours closes the script.
    let data = data.replace('<', "\\u003c");
    Ok(format!(
        "<div class=\"widget\" data-widget=\"{name}\"><figure class=\"widget-still\">{still}<figcaption>{caption}\
         </figcaption></figure><script type=\"application/json\">{data}</script></div>"
    ))
}

/// A picture as SVG, its caption as HTML, and data as JSON.
type Parts = (String, String, String);

/// The parts of a widget that plays back a trace.
fn with_trace(name: &str, still: fn(&serde_json::Value) -> Option<(String, String)>) -> Result<Parts> {
    let trace = traces::committed(name)?;
    let bad =
        || Error::Failure(format!("book/traces/{name}.json is no trace. Record it anew: see src/book/traces.rs."));
    let parsed = serde_json::from_str(&trace).map_err(|_| bad())?;
    let (picture, caption) = still(&parsed).ok_or_else(bad)?;
    Ok((picture, caption, trace))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points() -> Vec<Point> {
        let point = |workload: &str, mode: &str, threads, speedup| Point {
            workload: workload.into(),
            mode: mode.into(),
            threads,
            wall_s: 0.4 / speedup,
            speedup,
            largest_share: Some(0.16),
        };
        vec![point("aggregation", "dropin", 1, 1.0), point("aggregation", "partitioned", 2, 1.9)]
    }

    #[test]
    fn every_widget_is_one_block_that_says_something_without_a_script() {
        for name in WIDGETS {
            let block = widget(name, &points()).unwrap();
            assert!(block.starts_with(&format!("<div class=\"widget\" data-widget=\"{name}\">")), "{name}");
            assert!(!block.contains('\n'), "an empty line ends a block of HTML: {name}");
            let (still, rest) = block.split_once("<script type=\"application/json\">").unwrap();
            assert!(still.contains("<svg") && still.contains("<title") && still.contains("<figcaption>"), "{name}");
            assert!(!still.contains("NaN"), "{still}");
            let (data, end) = rest.split_once("</script>").unwrap();
            assert_eq!(end, "</div>");
            serde_json::from_str::<serde_json::Value>(data).unwrap();
        }
        assert!(widget("amdahl", &[]).unwrap().contains("<svg"), "a book without measurements");
        let unknown = widget("amdal", &[]).unwrap_err().to_string();
        assert!(unknown.contains("Use one of shuffle, mean-median, amdahl, index."), "{unknown}");
    }

    /// mdBook's themes and the pages they give, light and dark: `--bg` in its variables.css.
    const PAGES: [(&str, [u8; 3]); 5] = [
        ("light", [0xff, 0xff, 0xff]),
        ("rust", [0xe1, 0xe1, 0xdb]),
        ("coal", [0x13, 0x15, 0x16]),
        ("navy", [0x16, 0x19, 0x23]),
        ("ayu", [0x0f, 0x14, 0x1a]),
    ];

    /// WCAG 2.2: <https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio>
    fn contrast(this: [u8; 3], that: [u8; 3]) -> f64 {
        let linear = |value: u8| match f64::from(value) / 255.0 {
            value if value <= 0.04045 => value / 12.92,
            value => ((value + 0.055) / 1.055).powf(2.4),
        };
        let luminance =
            |[red, green, blue]: [u8; 3]| 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
        let (this, that) = (luminance(this), luminance(that));
        (this.max(that) + 0.05) / (this.min(that) + 0.05)
    }

    /// The colours `--o-...` of a theme in the style sheet of the book.
    fn colours<'a>(sheet: &'a str, theme: &str) -> Vec<(&'a str, [u8; 3])> {
        let rules = sheet.split('}').filter_map(|rule| rule.split_once('{'));
        let named = format!("html.{theme}");
        let of_theme = rules.filter(|(selector, _)| selector.split([',', '\n']).any(|one| one.trim() == named));
        let declarations = of_theme.flat_map(|(_, body)| body.split(';')).filter_map(|one| one.trim().split_once(": "));
        let byte = |hex: &str, at: usize| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok();
        let colour = |value: &str| {
            let hex = value.strip_prefix('#')?;
            Some([byte(hex, 0)?, byte(hex, 2)?, byte(hex, 4)?])
        };
        declarations.filter_map(|(name, value)| Some((name.strip_prefix("--o-")?, colour(value)?))).collect()
    }

    #[test]
    fn text_and_marks_can_be_read_on_the_page_of_every_theme() {
        let sheet = std::fs::read_to_string(crate::flights::home().join("book/theme/outgrow.css")).unwrap();
        for (theme, page) in PAGES {
            let colours = colours(&sheet, theme);
            let raised = colours.iter().find(|(name, _)| *name == "raised").unwrap().1;
            let seen: Vec<&(&str, [u8; 3])> =
                colours.iter().filter(|(name, _)| !["grid", "raised"].contains(name)).collect();
            assert!(seen.len() >= 9, "{theme}: {seen:?}");
            for (name, colour) in seen {
                for under in [page, raised] {
                    let found = contrast(*colour, under);
                    assert!(found >= 4.5, "{name} in {theme} on {under:?}: {found:.2}");
                }
            }
        }
    }

    #[test]
    fn no_word_in_the_data_ends_the_script() {
        let odd = Point { workload: "</script><b>".into(), ..points()[0].clone() };
        assert_eq!(widget("amdahl", &[odd]).unwrap().matches("</script>").count(), 1);
    }
}
