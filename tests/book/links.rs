//! Links of the built book: all that is relative is there, and so is each fragment. Nothing is loaded from elsewhere.

use super::Finding;
use super::site::{Site, Tag};

/// Attributes that name ids of the same page.
const NAMES_IDS: [&str; 5] = ["aria-controls", "aria-labelledby", "aria-describedby", "aria-owns", "for"];

/// A name in mdBook 0.5's own search box that it gives to nothing.
const OF_MDBOOK: &str = "searchresults-header";

/// Links that lead nowhere, by page of the built book.
pub fn dead(site: &Site) -> Vec<Finding> {
    let mut found = Vec::new();
    for (name, html) in &site.pages {
        let base = html.tags.iter().find(|tag| tag.name == "base").and_then(|tag| tag.get("href"));
        let folder = match base {
            Some("/") => "",
            _ => name.rsplit_once('/').map_or("", |(folder, _)| folder),
        };
        let mut seen = std::collections::BTreeSet::new();
        for tag in &html.tags {
            let mut say = |what: String| found.push(Finding::new(name, tag.line, what));
            if let Some(id) = tag.get("id")
                && !seen.insert(id)
            {
                say(format!("the id `{id}` is here twice. Give one heading or picture another name."));
            }
            for attribute in NAMES_IDS {
                for id in tag.get(attribute).unwrap_or_default().split_whitespace() {
                    if !html.ids.contains(id) && id != OF_MDBOOK {
                        say(format!("{attribute} names the id `{id}`, which is not on the page. Mend it."));
                    }
                }
            }
            for (_, value) in &tag.attributes {
                if let Some(id) = value.split_once("url(#").and_then(|(_, rest)| rest.split_once(')'))
                    && !html.ids.contains(id.0)
                {
                    say(format!("a picture uses `#{}`, which is not on the page. Mend it.", id.0));
                }
            }
            if tag.name == "base" {
                continue;
            }
            for attribute in ["href", "src", "poster"] {
                if let Some(link) = tag.get(attribute)
                    && let Some(what) = wrong(site, name, folder, tag, link)
                {
                    say(what);
                }
            }
        }
    }
    found
}

/// The line of a page as it is written that became the line of a finding in the built one; the first where none did.
pub fn written(finding: &Finding, built: &str, page: &str) -> usize {
    let built = built.lines().nth(finding.line - 1).unwrap_or_default();
    let quoted = finding.what.split('`').nth(1).unwrap_or_default();
    // `b.md#c` is written, `b.html#c` is built.
    let link = quoted.replace(".html", ".md");
    let has = |part: &str| page.lines().position(|line| !part.is_empty() && line.contains(part));
    has(&link).or_else(|| has(quoted)).or_else(|| has(built)).map_or(1, |at| at + 1)
}

fn wrong(site: &Site, page: &str, folder: &str, tag: &Tag, link: &str) -> Option<String> {
    let loads = tag.name != "a";
    if link.starts_with("data:") && loads {
        return None;
    }
    if let Some((scheme, rest)) = link.split_once(':').filter(|(scheme, _)| !scheme.contains(['/', '#', '?', '.'])) {
        return match (scheme, loads) {
            (_, true) => {
                Some(format!("`{link}` is loaded from elsewhere: the book works offline. Put it under book/."))
            }
            ("https" | "http", false) => external(scheme, rest)
                .then_some(())
                .map_or(Some(format!("`{link}` is no address. Write https://host/path.")), |()| None),
            ("mailto", false) => None,
            _ => Some(format!("`{link}` begins with an unknown `{scheme}:`. Write a path, or https://...")),
        };
    }
    if link.starts_with('/') {
        return Some(format!(
            "`{link}` begins with `/`, which a folder of files does not know. Write a path from the page."
        ));
    }
    let (path, fragment) = link.split_once('#').map_or((link, None), |(path, fragment)| (path, Some(fragment)));
    let path = path.split_once('?').map_or(path, |(path, _)| path);
    let file = if path.is_empty() { page.to_string() } else { joined(folder, &decoded(path)) };
    if !site.files.contains(&file) {
        return Some(format!("`{link}` leads to {file}, which the book has not. Mend the path."));
    }
    let fragment = fragment.map(decoded)?;
    match site.pages.get(&file) {
        Some(page) if !fragment.is_empty() && !page.ids.contains(&fragment) => {
            let near = page.ids.iter().filter(|id| id.contains(&fragment) || fragment.contains(id.as_str()));
            let near: Vec<&str> = near.map(String::as_str).take(3).collect();
            let near = if near.is_empty() { String::new() } else { format!(" There is: {}.", near.join(", ")) };
            Some(format!("`{link}` leads to no heading or id of {file}. Mend what follows `#`.{near}"))
        }
        _ => None,
    }
}

/// A host with a dot, and no letter that no address has.
fn external(scheme: &str, rest: &str) -> bool {
    let Some(rest) = rest.strip_prefix("//") else { return false };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let name = host.split(':').next().unwrap_or_default();
    let here = matches!(name, "127.0.0.1" | "localhost");
    let letters = |letter: char| letter.is_ascii_graphic() && !"<>\"`{}|\\^".contains(letter);
    let labels = name
        .split('.')
        .all(|label| !label.is_empty() && label.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-'));
    rest.chars().all(letters) && labels && (here || (scheme == "https" && name.contains('.')))
}

/// `a/b` and `../c` are `a/c`.
fn joined(folder: &str, path: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            ".." => drop(parts.pop()),
            "." => {}
            part => parts.push(part),
        }
    }
    let joined = parts.join("/");
    if joined.is_empty() || joined.ends_with('/') { format!("{joined}index.html") } else { joined }
}

/// `%20` is a blank.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let code = after.get(..2).and_then(|code| u8::from_str_radix(std::str::from_utf8(code).ok()?, 16).ok());
        let (byte, further) = match (first, code) {
            (b'%', Some(byte)) => (byte, &after[2..]),
            _ => (*first, after),
        };
        bytes.push(byte);
        rest = further;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::super::one;
    use super::*;

    fn found(body: &str) -> Vec<Finding> {
        let mut site = Site::default();
        site.add("index.html", "<h1 id=top>A</h1>");
        site.add("b/c.html", "<h2 id=\"%C3%BC\"></h2><h2 id=\"ü\"></h2>");
        site.add("b/d.html", &format!("<h1 id=here>D</h1>\n{body}"));
        site.files.insert("b/a.svg".into());
        dead(&site)
    }

    #[test]
    fn links_lead_somewhere() {
        for good in [
            "c.html",
            "../index.html",
            "../index.html#top",
            "#here",
            "c.html#%C3%BC",
            "a.svg",
            "./c.html",
            "?a=b#here",
            "..",
            "https://docs.rs/a#b",
            "http://127.0.0.1:3000/",
            "mailto:a@b.org",
            "#",
        ] {
            assert_eq!(found(&format!("<a href=\"{good}\">a</a>")), [], "{good}");
        }
        for (bad, says) in [
            ("e.html", "b/e.html, which the book has not"),
            ("c.md", "which the book has not"),
            ("../index.html#to", "There is: top"),
            ("#there", "no heading or id of b/d.html"),
            ("/index.html", "begins with `/`"),
            ("https://docs", "no address"),
            ("http://docs.rs", "no address"),
            ("https://a b.rs", "no address"),
            ("https:docs.rs", "no address"),
            ("javascript:a()", "unknown `javascript:`"),
        ] {
            one(&found(&format!("<a href=\"{bad}\">a</a>")), 2, &[says]);
        }
    }

    #[test]
    fn nothing_is_loaded_from_elsewhere() {
        assert_eq!(found("<img src=a.svg><img src=\"data:image/png;base64,AA\">"), []);
        one(&found("<img src=b.svg>"), 2, &["b/b.svg, which the book has not"]);
        one(&found("<script src=\"https://a.org/b.js\"></script>"), 2, &["offline"]);
        one(&found("<link rel=stylesheet href=\"https://a.org/b.css\">"), 2, &["offline"]);
    }

    #[test]
    fn ids_are_there_once() {
        assert_eq!(found("<label for=here></label><svg><path fill=\"url(#here)\"/></svg>"), []);
        one(&found("<p id=here>"), 2, &["twice"]);
        one(&found("<p aria-labelledby=\"here there\">"), 2, &["`there`"]);
        one(&found("<svg><path fill=\"url(#there)\"/></svg>"), 2, &["`#there`"]);
    }

    #[test]
    fn a_finding_is_told_of_the_page_as_it_is_written() {
        let finding = Finding::new("a.html", 1, "`b.html#c` leads to nothing");
        assert_eq!(written(&finding, "<a href=\"b.html#c\">", "# A\n\n[b](b.md#c)\n"), 3);
        assert_eq!(written(&finding, "<a href=\"b.html#c\">", "# A\n"), 1);
        assert_eq!(written(&Finding::new("a.html", 2, "no"), "\n<p id=a>\n", "# A\n<p id=a>\n"), 2);
    }

    #[test]
    fn a_page_may_have_another_base() {
        let mut site = Site::default();
        site.add("index.html", "");
        site.add("b/404.html", "<base href=\"/\"><a href=\"index.html\">a</a>");
        assert_eq!(dead(&site), []);
    }
}
