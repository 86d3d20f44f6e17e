//! Figures in prose: a number with a unit comes from a record, by directive.

use std::sync::LazyLock;

use regex::Regex;

use super::Finding;
use super::page::Page;

static FIGURE: LazyLock<Regex> = LazyLock::new(|| {
    let times = "ns|µs|us|ms|s|h|nanoseconds?|microseconds?|milliseconds?|seconds?|secs?|minutes?|mins?|hours?";
    let bytes = "[kKMGT]i?B|kilobytes?|megabytes?|gigabytes?";
    let ratios = "x|times|fold|percent";
    Regex::new(&format!(
        r"\d[\d,.]*(?:[ \u{{a0}}\u{{202f}}-]?(?:{times}|{bytes}|{ratios})\b|[ \u{{a0}}\u{{202f}}]?[%×])"
    ))
    .unwrap()
});
static DECADE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^(19|20)\d0s$").unwrap());

/// Figures that are typed by hand.
pub fn typed(page: &Page) -> Vec<Finding> {
    let mut found = Vec::new();
    for prose in page.prose() {
        for figure in FIGURE.find_iter(&prose.text).filter(|figure| !DECADE.is_match(figure.as_str())) {
            let before = prose.text[..figure.start()].chars().next_back();
            // `f64 x`, `v1.2 s`: no number begins within a word.
            if before.is_some_and(|letter| letter.is_alphanumeric() || letter == '_') {
                continue;
            }
            let line = page.line(prose.at(figure.start()));
            found.push(page.finding(line, format!(
                "`{figure}` is typed by hand. Take it from a record by `{{{{#figure ...}}}}` or `{{{{#ratio ...}}}}`; \
                 an assumption or a plan is `{{{{#given {figure}}}}}`.",
                figure = figure.as_str()
            )));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::one;
    use super::*;

    fn found(text: &str) -> Vec<Finding> {
        typed(&Page::new("a.md", format!("# A\n\n{text}\n")))
    }

    #[test]
    fn a_number_with_a_unit_is_found() {
        for figure in [
            "5 ms",
            "5ms",
            "1.5 s",
            "2 seconds",
            "1 second",
            "90 minutes",
            "90-minute",
            "256 MiB",
            "4GiB",
            "5.2x",
            "3 times",
            "12 %",
            "12%",
            "40 percent",
            "2×",
            "3-fold",
            "1,000 ms",
            "5\u{a0}ms",
            "2 hours",
        ] {
            one(&found(&format!("It\ntook {figure} there.")), 4, &["typed by hand", "{{#figure", "{{#given"]);
        }
        one(&found("It took **5** ms."), 3, &["`5 ms`"]);
        one(&found("It took 5\nms."), 3, &["`5 ms`"]);
        one(&found("## In 5 ms"), 3, &["`5 ms`"]);
        one(&found("| a |\n|---|\n| 5 ms |"), 5, &["`5 ms`"]);
        one(&found("- a\n- 5 ms"), 4, &["`5 ms`"]);
        one(&found("<details>\n<summary>5 ms?</summary>\n\nYes.\n\n</details>"), 4, &["`5 ms`"]);
        one(&found("It is <b>5 ms</b>."), 3, &["`5 ms`"]);
        one(&found("[5 ms](a.md)"), 3, &["`5 ms`"]);
        assert_eq!(found("It took 5 ms, or 6 ms.").len(), 2);
    }

    #[test]
    fn others_are_not() {
        for text in [
            "336,776 flights of 16 carriers.",
            "`5 ms`",
            "```text\n5 ms\n```",
            "It took {{#figure wall median eager}}.",
            "{{#given 90 minutes}}",
            "{{#given 90-minute}} talk",
            "the 1990s",
            "two seconds",
            "f64 s",
            "chapter 5.",
            "2 by 3",
            "`5` ms",
            "<img alt=\"5 ms\">",
            "rows 1 to 4, simply",
            "[a](b.md#5-ms)",
            "10M rows",
            "2 threads",
            "Polars 0.55",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }
}
