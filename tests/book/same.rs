//! Two builds of the book hold the same pages.

use std::collections::BTreeSet;

use super::Finding;
use super::site::Site;

/// Pages that differ, and those that only one of the two has.
pub fn differences(ours: &Site, plain: &Site) -> Vec<Finding> {
    let names: BTreeSet<&String> = ours.pages.keys().chain(plain.pages.keys()).collect();
    let mut found = Vec::new();
    for name in names {
        match (ours.pages.get(name), plain.pages.get(name)) {
            (Some(ours), Some(plain)) if ours.text == plain.text => {}
            (Some(ours), Some(plain)) => {
                let same = ours.text.lines().zip(plain.text.lines()).take_while(|(ours, plain)| ours == plain).count();
                let [ours, plain] = [ours, plain].map(|page| page.text.lines().nth(same).unwrap_or("the end"));
                found.push(Finding::new(name, same + 1, format!(
                    "`cargo run book` and `mdbook build book` differ. Both go through `outgrow::book`: look there.\n  \
                     ours:   {ours}\n  mdbook: {plain}"
                )));
            }
            (ours, _) => {
                let only = if ours.is_some() { "cargo run book" } else { "mdbook build book" };
                found.push(Finding::new(name, 1, format!("only `{only}` makes this page. Look into `outgrow::book`.")));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::one;
    use super::*;

    #[test]
    fn a_difference_is_found() {
        let site = |pages: &[(&str, &str)]| {
            let mut site = Site::default();
            pages.iter().for_each(|(name, text)| site.add(name, text));
            site
        };
        let ours = site(&[("a.html", "<p>\n<b>")]);
        assert_eq!(differences(&ours, &site(&[("a.html", "<p>\n<b>")])), []);
        one(&differences(&ours, &site(&[("a.html", "<p>\n<i>")])), 2, &["ours:   <b>", "mdbook: <i>"]);
        one(&differences(&ours, &site(&[])), 1, &["only `cargo run book`"]);
        one(&differences(&site(&[]), &ours), 1, &["only `mdbook build book`"]);
    }
}
