use outgrow::{flights, ledger, partitioned::*, workloads};
use std::time::Instant;
fn main() {
    let files = match std::env::args().nth(1) {
        Some(p) => flights::open(&p).unwrap(),
        None => flights::shipped().unwrap(),
    };
    let threads = Threads::default();
    for w in workloads::ALL {
        for _ in 0..3 {
            for (name, f) in [
                (
                    "eager",
                    Box::new(|| (w.eager)(&files)) as Box<dyn Fn() -> outgrow::Result<polars::prelude::DataFrame>>,
                ),
                ("dropin", Box::new(|| (w.dropin)(&files))),
                ("serial", Box::new(|| (w.partitioned)(&files, &Serial))),
                ("threads", Box::new(|| (w.partitioned)(&files, &threads))),
            ] {
                let t = Instant::now();
                let (a, l) = ledger::record(f);
                println!(
                    "{} {name} {:?} moved {} {:?}",
                    w.name,
                    t.elapsed(),
                    l.rows_moved(),
                    a.unwrap().height()
                );
            }
        }
        println!("{}", (w.partitioned)(&files, &Serial).unwrap());
    }
}
