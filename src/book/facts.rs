//! Facts of the data, counted and not typed: `{{#data flights}}`.

use crate::charts::units;
use crate::error::{Error, Result};
use crate::flights;

/// How many there are of what is named.
///
/// # Errors
/// [`Error::Input`] for a name that is not known; whatever reading the data gives.
pub fn data(what: &str) -> Result<String> {
    let different = |column: &str| -> Result<u64> {
        let read = flights::shipped()?.read_all(&[column])?;
        Ok(read.column(column)?.drop_nulls().n_unique()? as u64)
    };
    let count = match what {
        "flights" => flights::shipped()?.rows() as u64,
        "weather" => flights::weather()?.rows() as u64,
        "carriers" => different("carrier")?,
        "destinations" => different("dest")?,
        _ => {
            return Err(Error::input(format!(
                "no fact `{what}`. Choose one of flights, weather, carriers, destinations."
            )));
        }
    };
    Ok(units::count(count))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_are_counted() {
        assert_eq!(data("flights").unwrap(), "336,776");
        assert_eq!(data("carriers").unwrap(), "16");
        assert!(data("planes").unwrap_err().to_string().contains("Choose one of flights"));
    }
}
