//! Any text is read or refused, never a panic; what is read and written again is read as the same.
//!
//! ```text
//! cargo install cargo-fuzz
//! cargo +nightly fuzz run expressions -- -max_total_time=60
//! ```

#![no_main]
#![allow(dead_code, unused_imports, reason = "the folder serves the library too")]

#[path = "../../src/partitioned/expression/mod.rs"]
mod expression;

use std::fmt::{Debug, Display};
use std::str::FromStr;

use expression::{NumExpression, Presort, SchemaExpression, SyntaxError};
use libfuzzer_sys::fuzz_target;

fn there_and_back<T: FromStr<Err = SyntaxError> + Display + Debug + PartialEq>(text: &str) {
    match text.parse::<T>() {
        Ok(read) => assert_eq!(read.to_string().parse::<T>().as_ref(), Ok(&read)),
        Err(error) => assert!(error.to_string().contains("at character ")),
    }
}

fuzz_target!(|text: &str| {
    there_and_back::<SchemaExpression>(text);
    there_and_back::<Presort>(text);
    there_and_back::<NumExpression>(text);
    if let Ok(number) = text.parse::<NumExpression>() {
        let _ = number.value(usize::MAX, 1);
    }
});
