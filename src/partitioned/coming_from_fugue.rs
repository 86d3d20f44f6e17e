//! Fugue's calls and ours.
