//! A built book: its files, and the tags of its pages.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{BufferQueue, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};

/// A start tag.
pub struct Tag {
    pub line: usize,
    pub name: String,
    pub attributes: Vec<(String, String)>,
}

/// A page as a browser gets it.
pub struct Html {
    pub text: String,
    pub tags: Vec<Tag>,
    pub ids: BTreeSet<String>,
}

/// All of it, by path from its folder.
#[derive(Default)]
pub struct Site {
    pub pages: BTreeMap<String, Html>,
    /// Pages included.
    pub files: BTreeSet<String>,
}

impl Tag {
    pub fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }
}

impl Site {
    pub fn read(folder: &Path) -> Self {
        let mut site = Self::default();
        let mut folders = vec![folder.to_path_buf()];
        while let Some(next) = folders.pop() {
            for entry in next.read_dir().unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let name = path.strip_prefix(folder).unwrap().to_string_lossy().replace('\\', "/");
                match name.ends_with(".html") {
                    true => site.add(&name, &std::fs::read_to_string(&path).unwrap()),
                    false => drop(site.files.insert(name)),
                }
            }
        }
        site
    }

    pub fn add(&mut self, name: &str, text: &str) {
        let tags = tags(text);
        let ids = tags.iter().filter_map(|tag| tag.get("id")).map(String::from).collect();
        self.pages.insert(name.to_string(), Html { text: text.to_string(), tags, ids });
        self.files.insert(name.to_string());
    }
}

/// Without a tree: within `noscript` there are tags, as for a browser without scripts.
#[derive(Default)]
struct Tags {
    found: RefCell<Vec<Tag>>,
}

impl TokenSink for Tags {
    type Handle = ();

    fn process_token(&self, token: Token, line: u64) -> TokenSinkResult<()> {
        let Token::TagToken(tag) = token else { return TokenSinkResult::Continue };
        if tag.kind == TagKind::EndTag {
            return TokenSinkResult::Continue;
        }
        let name = tag.name.to_string();
        let attributes =
            tag.attrs.iter().map(|attribute| (attribute.name.local.to_string(), attribute.value.to_string()));
        let raw = match name.as_str() {
            "script" => Some(RawKind::ScriptData),
            "style" => Some(RawKind::Rawtext),
            _ => None,
        };
        self.found.borrow_mut().push(Tag { line: line as usize, name, attributes: attributes.collect() });
        raw.map_or(TokenSinkResult::Continue, TokenSinkResult::RawData)
    }
}

fn tags(text: &str) -> Vec<Tag> {
    let queue = BufferQueue::default();
    queue.push_back(StrTendril::from(text));
    let tokenizer = Tokenizer::new(Tags::default(), TokenizerOpts::default());
    let _ = tokenizer.feed(&queue);
    tokenizer.end();
    tokenizer.sink.found.take()
}

#[test]
fn tags_are_read_with_their_lines() {
    let mut site = Site::default();
    site.add("a.html", "<p id=one>\n<a href='b.html'>&lt;a id=no&gt;</a><script>\"<p id=two>\"</script>\n<p id=three>");
    let page = &site.pages["a.html"];
    assert_eq!(page.ids.iter().map(String::as_str).collect::<Vec<_>>(), ["one", "three"]);
    assert_eq!((page.tags[1].line, page.tags[1].get("href")), (2, Some("b.html")));
}
