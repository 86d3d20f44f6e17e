//! The `outgrow` program: see [`outgrow::cli`].

fn main() -> std::process::ExitCode {
    outgrow::cli::run(&outgrow::partitioned::LOCAL_ENGINES)
}
