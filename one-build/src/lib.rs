//! Empty. `Cargo.toml` beside it is the point: see there.
