//! Where `serde_arrow` is more generous than a schema is: 2 is true to it, a letter is its number, a moment is rounded.

use std::cell::RefCell;

use polars::prelude::*;
use serde::Serialize;
use serde_arrow::marrow::datatypes::{DataType as MarrowType, Field};

use super::leaves::{Leaf, Look, walk};

/// Whether some value would become another one in its column, and nothing would show it.
pub fn too_generous<T: Serialize>(rows: &[T], schema: &Schema) -> bool {
    rows.iter().any(|row| walk(row, Goes::IntoRow(schema)).is_err())
}

/// Where a value of a struct goes.
#[derive(Clone, Copy)]
enum Goes<'a> {
    IntoRow(&'a Schema),
    Into(&'a DataType),
    Nowhere,
    /// A list into a struct, or the like.
    Astray,
}

impl Look for Goes<'_> {
    fn leaf(self, leaf: Leaf) -> Result<(), String> {
        use DataType::{Boolean, Datetime, Duration, Float32, Float64, Time};
        let generous = match (self, leaf) {
            (Goes::Nowhere, _) => false,
            (Goes::IntoRow(_) | Goes::Astray, _) => true,
            (Goes::Into(dtype), Leaf::Integer) => matches!(dtype, Boolean | Time),
            (Goes::Into(dtype), Leaf::Text) => matches!(dtype, Datetime(..) | Duration(_) | Float32 | Float64 | Time),
            (Goes::Into(dtype), Leaf::Char) => dtype.is_integer(),
            _ => false,
        };
        if generous { Err("it has to be looked at".into()) } else { Ok(()) }
    }

    fn field(self, name: &str) -> Self {
        match self {
            Goes::IntoRow(schema) => schema.get(name).map_or(Goes::Nowhere, Goes::Into),
            Goes::Into(DataType::Struct(fields)) => fields
                .iter()
                .find(|field| field.name() == name)
                .map_or(Goes::Nowhere, |field| Goes::Into(field.dtype())),
            Goes::Nowhere => Goes::Nowhere,
            _ => Goes::Astray,
        }
    }

    fn element(self) -> Self {
        match self {
            Goes::Into(DataType::List(inner)) => Goes::Into(inner),
            Goes::Into(DataType::Binary) | Goes::Nowhere => Goes::Nowhere,
            _ => Goes::Astray,
        }
    }
}

/// Fields with letters become texts: traced, they are numbers.
pub fn letters_as_texts<T: Serialize>(rows: &[T], fields: &mut [Field]) {
    let found = RefCell::new(vec![false; fields.len()]);
    // It looks, and refuses nothing.
    let _ = rows.iter().try_for_each(|row| walk(row, Letters { fields, at: None, found: &found }));
    for (field, _) in fields.iter_mut().zip(found.take()).filter(|(_, found)| *found) {
        numbers_as_texts(&mut field.data_type);
    }
}

fn numbers_as_texts(of: &mut MarrowType) {
    match of {
        MarrowType::UInt32 => *of = MarrowType::LargeUtf8,
        MarrowType::List(inner) | MarrowType::LargeList(inner) => numbers_as_texts(&mut inner.data_type),
        MarrowType::Struct(fields) => fields.iter_mut().for_each(|field| numbers_as_texts(&mut field.data_type)),
        _ => {}
    }
}

/// Finds the fields with letters.
#[derive(Clone, Copy)]
struct Letters<'a> {
    fields: &'a [Field],
    /// Which of them the value at hand is in.
    at: Option<usize>,
    found: &'a RefCell<Vec<bool>>,
}

impl Look for Letters<'_> {
    fn leaf(self, leaf: Leaf) -> Result<(), String> {
        if let (Leaf::Char, Some(at)) = (leaf, self.at) {
            self.found.borrow_mut()[at] = true;
        }
        Ok(())
    }

    fn field(self, name: &str) -> Self {
        Self { at: self.at.or_else(|| self.fields.iter().position(|field| field.name == name)), ..self }
    }
}
