//! `outgrow charts`: records as SVG files, and a page of all of them.

use std::path::{Path, PathBuf};

use super::print::print;
use super::report::count;
use crate::charts::page::{About, page};
use crate::charts::{self, Chart, bench, canvas, glance, pick, words};
use crate::error::{Error, Result};
use crate::flights::home;
use crate::measure::{Record, default_records, read_records};
use crate::scratch::Replacement;

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  outgrow charts\n  outgrow charts --records results/mine.jsonl --out mine\n\n\
                        Records come from `outgrow compare` and the tour, in records/; those of `outgrow measure` are in \
                        results/, with their charts.")]
pub struct Args {
    /// The records to draw [default: records/records.jsonl]
    #[arg(long, value_name = "FILE.jsonl")]
    records: Option<PathBuf>,
    /// The folder to write to [default: charts/]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub fn charts(args: &Args) -> Result<()> {
    let records = args.records.clone().unwrap_or_else(default_records);
    let out = args.out.clone().unwrap_or_else(|| home().join("charts"));
    let drawn = draw(&records, &out)?;
    print(&format!("{} and a page of all: {}\n", count(drawn, "chart"), out.join("index.html").display()))
}

/// Draws everything that the records are enough for, and returns how many charts there are.
pub fn draw(records: &Path, out: &Path) -> Result<usize> {
    let all = read_records(records)?;
    for skipped in &all.skipped {
        eprintln!("note: {skipped}");
    }
    if all.records.is_empty() {
        return Err(Error::input(format!(
            "{} holds no record that could be drawn. Make some with `outgrow compare aggregation`.",
            records.display()
        )));
    }
    let charts = charts::all(&all.records)?;
    let of_machine = pick::one_machine(&all.records);
    let mut notes = all.skipped;
    if of_machine.len() < all.records.len() {
        notes.push(format!(
            "{} of {} records come from another machine and are left out: figures of two machines are not mixed.",
            all.records.len() - of_machine.len(),
            all.records.len()
        ));
    }
    let about = about(&of_machine, records, out, notes);
    std::fs::create_dir_all(out).map_err(Error::io("cannot make", out, "Choose another --out."))?;
    remove_old(out, &charts);
    for chart in &charts {
        write(&out.join(format!("{}.svg", chart.name)), &chart.svg)?;
    }
    write(&out.join("index.html"), &page(&charts, &about))?;
    Ok(charts.len())
}

fn about(of_machine: &[&Record], records: &Path, out: &Path, notes: Vec<String>) -> About {
    let folder = bench::folder();
    About {
        provenance: pick::provenance(of_machine),
        records: format!(
            "{} in {}; the table beside each chart names the lines it comes from",
            count(of_machine.len(), "record"),
            records.file_name().unwrap_or_default().to_string_lossy()
        ),
        glance: glance::tables(of_machine),
        words: words::by_workload(of_machine),
        notes,
        benches: bench::benches(&folder),
        criterion: folder.join(REPORT).is_file().then(|| link_to_report(&home(), &folder, out)).flatten(),
    }
}

/// Where criterion puts its report.
const REPORT: &str = "report/index.html";

/// The way from a page to criterion's report. A page inside the project is given away with it, without this machine's build
/// folder: where that lies elsewhere, the link goes to where `cargo bench` leaves the report when nobody tells it otherwise.
fn link_to_report(home: &Path, folder: &Path, out: &Path) -> Option<String> {
    let home = std::path::absolute(home).ok()?;
    let inside = |path: &Path| std::path::absolute(path).is_ok_and(|path| path.starts_with(&home));
    let folder = if inside(out) && !inside(folder) { &home.join("target/criterion") } else { folder };
    relative(out, &folder.join(REPORT))
}

/// The way from a folder to a file, so that the link holds when both are moved together.
fn relative(from: &Path, to: &Path) -> Option<String> {
    let absolute = |path: &Path| std::path::absolute(path).ok();
    let (from, to) = (absolute(from)?, absolute(to)?);
    let shared = from.components().zip(to.components()).take_while(|(this, that)| this == that).count();
    let up = from.components().skip(shared).map(|_| "..".to_string());
    let down = to.components().skip(shared).map(|part| in_a_link(&part.as_os_str().to_string_lossy()));
    Some(up.chain(down).collect::<Vec<_>>().join("/"))
}

/// The name of a folder as a link has it: without the letters that mean something there.
fn in_a_link(name: &str) -> String {
    ['%', '#', '?']
        .iter()
        .fold(name.to_string(), |name, letter| name.replace(*letter, &format!("%{:02X}", u32::from(*letter))))
}

/// Charts of an earlier time that are not drawn any more. What others have put there stays, whatever it is called.
fn remove_old(out: &Path, charts: &[Chart]) {
    for entry in out.read_dir().into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Some(stem) = name.strip_suffix(".svg") else { continue };
        let of_kind = stem.split_once('-').is_some_and(|(kind, _)| charts::KINDS.contains(&kind));
        let ours = || std::fs::read(entry.path()).is_ok_and(|svg| svg.starts_with(canvas::BEGINNING.as_bytes()));
        if of_kind && charts.iter().all(|chart| chart.name != stem) && ours() {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// Writes a file that is there whole or not at all.
pub fn write(path: &Path, text: &str) -> Result<()> {
    let draft = Replacement::file(path, true)?;
    std::fs::write(draft.path(), text).map_err(Error::io("cannot write", path, "Choose another --out."))?;
    draft.commit()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_of_the_project_names_no_place_outside_of_it() {
        let link =
            |folder: &str, out: &str| link_to_report("/project".as_ref(), folder.as_ref(), out.as_ref()).unwrap();
        let inside = "../../target/criterion/report/index.html";
        assert_eq!(link("/project/target/criterion", "/project/results/day"), inside);
        assert_eq!(link("/builds/criterion", "/project/results/day"), inside);
        assert_eq!(link("/builds/criterion", "/tmp/page"), "../../builds/criterion/report/index.html");
    }

    #[test]
    fn a_link_goes_up_and_down_again() {
        let link = relative("/project/results/day".as_ref(), "/project/target/criterion/report/index.html".as_ref());
        assert_eq!(link.unwrap(), "../../target/criterion/report/index.html");
        let odd = relative("/project".as_ref(), "/100 %/#1?/index.html".as_ref());
        assert_eq!(odd.unwrap(), "../100 %25/%231%3F/index.html");
    }
}
