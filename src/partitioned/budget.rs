//! What a call or a table may hold in memory: as it was told, and otherwise as whoever asked for it may.

use std::path::PathBuf;

use crate::error::Result;
use crate::memory::MemoryBudget;

/// What was said of memory, if anything.
#[derive(Clone, Debug, Default)]
pub struct Budget {
    /// As in `"1GiB"`.
    pub bytes: Option<String>,
    /// Where rows go that do not fit.
    pub spill_to: Option<PathBuf>,
}

impl Budget {
    /// What holds inside of what `around` allows: a budget of its own comes first.
    ///
    /// # Errors
    /// [`Error::Input`](crate::Error::Input) for what is no size.
    pub fn within(&self, around: &MemoryBudget) -> Result<MemoryBudget> {
        let own = self.check()?;
        Ok(MemoryBudget {
            bytes: own.map_or(around.bytes, |own| own.bytes),
            spill_to: self.spill_to.clone().or_else(|| around.spill_to.clone()),
        })
    }

    /// The size that was said.
    ///
    /// # Errors
    /// As [`Budget::within`].
    pub fn check(&self) -> Result<Option<MemoryBudget>> {
        self.bytes.as_deref().map(MemoryBudget::of).transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_inside_comes_first() {
        let around = MemoryBudget { bytes: 7 << 20, spill_to: Some("/around".into()) };
        let within = |bytes: Option<&str>, folder: Option<&str>| {
            let budget = Budget { bytes: bytes.map(str::to_string), spill_to: folder.map(PathBuf::from) };
            let budget = budget.within(&around).unwrap();
            (budget.bytes >> 20, budget.spill_to.unwrap().display().to_string())
        };
        assert_eq!(within(None, None), (7, "/around".to_string()));
        assert_eq!(within(Some("2MiB"), None), (2, "/around".to_string()));
        assert_eq!(within(None, Some("/inside")), (7, "/inside".to_string()));
        let wrong = Budget { bytes: Some("much".into()), spill_to: None };
        assert!(wrong.within(&around).unwrap_err().to_string().contains("memory budget `much`"));
    }
}
