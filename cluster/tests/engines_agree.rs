//! The suite of the partitioned mode on Ballista: a cluster in this process.

#[path = "../../tests/suite/mod.rs"]
mod suite;

use std::sync::LazyLock;

use outgrow_cluster::Ballista;

static ENGINE: LazyLock<Ballista> = LazyLock::new(|| Ballista::in_process(2).unwrap());

macro_rules! on_ballista {
    ($($case:ident)*) => {
        $(
            #[test]
            fn $case() {
                suite::$case(&*ENGINE);
            }
        )*
    };
}

for_each_case!(on_ballista);
