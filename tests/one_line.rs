//! The drop-in promise: for a workload, the eager and the drop-in source differ in the import alone.

use std::path::Path;

#[test]
fn eager_and_dropin_differ_in_one_line() {
    let workloads = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/workloads");
    let mut seen = 0;
    for folder in workloads.read_dir().unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
        let source = |mode: &str| std::fs::read_to_string(folder.join(mode).with_extension("rs")).unwrap();
        let (eager, dropin) = (source("eager"), source("dropin"));
        let pairs = || eager.lines().zip(dropin.lines());
        let different: Vec<_> = pairs().filter(|(eager, dropin)| eager != dropin).collect();
        assert_eq!(different, [("use crate::eager as pd;", "use crate::dropin as pd;")], "{}", folder.display());
        assert_eq!(eager.lines().count(), dropin.lines().count());
        seen += 1;
    }
    assert_eq!(seen, outgrow::workloads::ALL.len() + outgrow::workloads::MADE_UP.len());
}
