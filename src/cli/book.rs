//! `outgrow book`: the book, built with this machine's figures and served on it.

use std::io;
use std::path::PathBuf;

use clap::Subcommand;

use super::print::print;
use super::report::count;
use crate::book::serve::{News, serve};
use crate::book::{Setting, build, preprocessor};
use crate::error::{Error, Result};
use crate::scratch::{self, TempFolder};

#[derive(Debug, clap::Args)]
#[command(
    arg_required_else_help = false,
    after_help = "Examples:\n  outgrow book                    built, served, and built again on every change\n  \
                  outgrow book build --out pages  files to give away: they open from disk\n\n\
                  Figures are those of this machine where it has records (outgrow compare, outgrow measure), and otherwise \
                  those that come with the project; each page says which."
)]
pub struct Args {
    #[command(subcommand)]
    command: Option<Book>,
}

#[derive(Debug, Subcommand)]
enum Book {
    /// Build the pages
    Build {
        /// The folder to write to; a book that is there is replaced [default: target/book]
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
    },
    /// Build it, show it on 127.0.0.1, and build it again whenever a page or a record changes; the same as no command
    Serve {
        /// The port [default: 3000, or one that is free]
        #[arg(long, value_name = "N")]
        port: Option<u16>,
    },
    /// What mdbook starts, so that `mdbook build book` gives the same pages
    #[command(hide = true)]
    Preprocess {
        #[command(subcommand)]
        command: Option<Preprocess>,
    },
}

#[derive(Debug, Subcommand)]
enum Preprocess {
    Supports { renderer: String },
}

pub fn book(args: &Args) -> Result<()> {
    match &args.command {
        Some(Book::Build { out }) => {
            let setting = Setting::default();
            let built = build(&Setting { out: out.clone().unwrap_or(setting.out.clone()), ..setting })?;
            print(&format!("{}: open {}\n", count(built.pages, "page"), built.out.join("index.html").display()))
        }
        Some(Book::Serve { port }) => shown(*port),
        None => shown(None),
        Some(Book::Preprocess { command: None }) => preprocessor::as_a_program(io::stdin().lock(), io::stdout().lock()),
        // Every renderer but HTML would print our HTML as text.
        Some(Book::Preprocess { command: Some(Preprocess::Supports { renderer }) }) if renderer == "html" => Ok(()),
        Some(Book::Preprocess { command: Some(Preprocess::Supports { renderer }) }) => {
            Err(Error::input(format!("the renderer `{renderer}` is not known to the book. It is made for html.")))
        }
    }
}

fn shown(port: Option<u16>) -> Result<()> {
    scratch::set_last_words("no longer serving the book.");
    // Pages that are served ask for news: they are no book to give away, and go with this program.
    let folder = TempFolder::new()?;
    let setting = Setting { out: folder.path().join("book"), ..Setting::default() };
    serve(&setting, port, |news| {
        let told = match news {
            News::At(address) => format!("The book is at {address} - Ctrl-C ends this.\n"),
            News::Again(changed) => {
                let first = changed[0].file_name().unwrap_or_default().to_string_lossy().into_owned();
                let more = if changed.len() > 1 { format!(" and {} more", changed.len() - 1) } else { String::new() };
                format!("Built again: {first}{more} changed.\n")
            }
            News::Refused(complaint) => {
                eprintln!("error: {complaint}");
                return;
            }
        };
        // Who no longer reads can still look at the pages.
        let _ = print(&told);
    })
}
