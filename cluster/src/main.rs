//! The `outgrow-cluster` program.

/// A test calls it in another version than this one, and must be refused.
fn of_a_version(rows: polars::prelude::DataFrame) -> polars::prelude::DataFrame {
    rows
}
outgrow::register!(of_a_version, name = "lab: of_a_version", version = 1);

fn main() -> std::process::ExitCode {
    outgrow_cluster::cli::run()
}
