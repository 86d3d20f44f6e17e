//! Every exercise: the starting file compiles and is told what is missing, the solution passes, and every wrong answer is
//! rejected for its own reason.
//!
//! The tests below are made from the folders by build.rs: `passes_solution`, `rejects_mean_of_means`, ... Those on a cluster
//! are tried in cluster/tests/exercises.rs.

mod support;

use support::{passes, rejects, starts};

include!(concat!(env!("OUT_DIR"), "/tries.rs"));
