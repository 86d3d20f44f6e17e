//! The `outgrow-cluster` program.

fn main() -> std::process::ExitCode {
    outgrow_cluster::cli::run()
}
