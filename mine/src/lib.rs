//! Your answers to the exercises.
//!
//! `cargo run exercises next` puts the starting file of an exercise into `src/bin/`, where it is yours: git ignores it,
//! and nothing but `reset` ever writes to it again. Each file is a program of its own, which checks itself:
//! `cargo run -p mine --bin split-and-combine` says the same as `cargo run exercises check split-and-combine`, which also
//! remembers it; `two-executors` has to be given `--features cluster`. This library is empty; it is here so that the package
//! is one before the first exercise is begun.
