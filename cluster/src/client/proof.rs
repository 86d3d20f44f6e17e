//! Exactly one whole execution of each unit of work: a result that proves itself.
//!
//! A job that Ballista calls completed can have partitions twice, after an executor was lost (`cluster/upstream/`). So
//! its word is not taken. Every execution of a unit has a number of its own and ends with a trailer that counts its
//! envelopes; one whole execution of each unit is the result, others are left out, and a unit without one is missing.

use std::collections::BTreeMap;

use crate::plan::envelope::{Envelope, Kind, Trailer};

/// The envelopes that came, by unit and execution.
pub struct Proof {
    units: u32,
    came: BTreeMap<(u32, u64), Vec<Envelope>>,
}

/// A whole execution of a unit of work.
#[derive(Debug)]
pub struct Execution {
    /// Rows and words, in order.
    pub envelopes: Vec<Envelope>,
    /// What it says of itself.
    pub trailer: Trailer,
}

/// What the envelopes prove.
#[derive(Debug)]
pub struct Proven {
    /// One execution of each unit, in order of the units.
    pub executions: Vec<Execution>,
    /// Executions that came beside them, and were left out.
    pub left_out: usize,
}

impl Proof {
    /// For a result of so many units.
    pub fn of(units: u32) -> Self {
        Self { units, came: BTreeMap::new() }
    }

    /// Takes an envelope.
    pub fn add(&mut self, envelope: Envelope) {
        self.came.entry((envelope.unit, envelope.execution)).or_default().push(envelope);
    }

    /// What came, if it is the whole result.
    ///
    /// # Errors
    /// In words: which units are missing.
    pub fn proven(self) -> Result<Proven, String> {
        let mut whole: BTreeMap<u32, Execution> = BTreeMap::new();
        let mut left_out = 0;
        for ((unit, _), envelopes) in self.came {
            match whole_execution(envelopes) {
                Some(execution) if unit < self.units && !whole.contains_key(&unit) => {
                    whole.insert(unit, execution);
                }
                _ => left_out += 1,
            }
        }
        let missing: Vec<String> =
            (0..self.units).filter(|unit| !whole.contains_key(unit)).map(|unit| unit.to_string()).collect();
        match missing.is_empty() {
            true => Ok(Proven { executions: whole.into_values().collect(), left_out }),
            false => {
                Err(format!("{} of {} units of work are missing: {}", missing.len(), self.units, missing.join(", ")))
            }
        }
    }
}

/// The execution, if its trailer counts what came. The same envelope may have come twice.
fn whole_execution(mut envelopes: Vec<Envelope>) -> Option<Execution> {
    envelopes.sort_by_key(|envelope| envelope.place);
    envelopes.dedup_by_key(|envelope| envelope.place);
    let last = envelopes.pop().filter(|last| last.kind == Kind::Trailer)?;
    let trailer: Trailer = serde_json::from_slice(&last.payload).ok()?;
    let whole = trailer.envelopes == last.place && envelopes.len() == last.place as usize;
    whole.then_some(Execution { envelopes, trailer })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// An execution of so many envelopes, and its trailer.
    fn execution(unit: u32, execution: u64, rows: u32) -> Vec<Envelope> {
        let envelope = |place, kind, payload| Envelope { unit, execution, place, partition: 0, kind, payload };
        let trailer =
            Trailer { envelopes: rows, rows: u64::from(rows), done: Default::default(), received_bytes: 0, process: 1 };
        let mut all: Vec<_> = (0..rows).map(|place| envelope(place, Kind::Rows, vec![place as u8])).collect();
        all.push(envelope(rows, Kind::Trailer, serde_json::to_vec(&trailer).unwrap()));
        all
    }

    fn proven(units: u32, envelopes: impl IntoIterator<Item = Envelope>) -> Result<Proven, String> {
        let mut proof = Proof::of(units);
        envelopes.into_iter().for_each(|envelope| proof.add(envelope));
        proof.proven()
    }

    #[test]
    fn a_partition_that_came_in_two_executions_counts_once() {
        let twice = [execution(0, 5, 2), execution(1, 7, 0), execution(0, 6, 2)].concat();
        let proven = proven(2, twice).unwrap();
        assert_eq!((proven.executions.len(), proven.left_out), (2, 1));
        assert_eq!(proven.executions[0].envelopes.len(), 2);
    }

    #[test]
    fn a_unit_without_a_whole_execution_is_missing() {
        let cut: Vec<Envelope> = execution(1, 7, 3).into_iter().take(3).collect();
        let told = proven(3, [execution(0, 5, 1), cut].concat()).unwrap_err();
        assert_eq!(told, "2 of 3 units of work are missing: 1, 2");
        let mut holed = execution(0, 5, 3);
        holed.remove(1);
        assert!(proven(1, holed).is_err());
    }

    proptest! {
        /// However executions are lost, cut, doubled and mixed: what is proven has each row of each unit once.
        #[test]
        fn what_is_proven_is_whole_and_once(
            executions in prop::collection::vec((0u32..4, 0u32..4, prop::option::of(0usize..5), any::<bool>()), 0..10),
            seed in any::<u64>(),
        ) {
            let mut all = Vec::new();
            for (number, (unit, rows, cut, doubled)) in executions.iter().enumerate() {
                let mut envelopes = execution(*unit, number as u64, *rows);
                if let Some(cut) = cut && *cut < envelopes.len() {
                    envelopes.remove(*cut);
                }
                if *doubled {
                    envelopes.extend(envelopes.clone());
                }
                all.extend(envelopes);
            }
            all.sort_by_key(|envelope| (envelope.execution + 1).wrapping_mul(u64::from(envelope.place) + 1).wrapping_mul(seed | 1));
            let possible = |unit: u32| executions.iter().any(|(of, rows, cut, _)| *of == unit && cut.is_none_or(|cut| cut > *rows as usize));
            match proven(4, all) {
                Ok(proven) => {
                    prop_assert!((0..4).all(possible));
                    for (unit, execution) in proven.executions.iter().enumerate() {
                        prop_assert_eq!(execution.envelopes.len() as u64, execution.trailer.rows);
                        prop_assert!(execution.envelopes.iter().all(|envelope| envelope.unit == unit as u32));
                    }
                }
                Err(_) => prop_assert!(!(0..4).all(possible)),
            }
        }
    }
}
