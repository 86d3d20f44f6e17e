//! What must come of an answer: of a starting file, a solution, a wrong one.

use outgrow::exercises::{Finding, Verdict, show};
use outgrow_exercises::{Exercise, judge};

/// `test` is the name under which this binary, started again, comes back here: see `Check::alone`.
fn verdict(answer: &impl Exercise, test: &str) -> Verdict {
    let verdict = judge(answer, &[test, "--exact", "--nocapture"]);
    println!("{}", show::verdict(&verdict, false));
    verdict
}

/// What an attendee reads: the first finding.
fn first(verdict: &Verdict) -> &Finding {
    assert!(!verdict.passed(), "it passes");
    verdict.findings.first().expect("what did not pass was looked at, and something was found")
}

/// The phrase of a wrong answer that its reason must have: `//! expect: mean of means`.
fn expectation(file: &str) -> String {
    let text = std::fs::read_to_string(file).unwrap();
    let first = text.lines().next().unwrap_or_default();
    let phrase = first.strip_prefix("//! expect: ").expect("a wrong answer begins with `//! expect: ...`");
    assert!(phrase.len() >= 10, "{file}: `{phrase}` could be in any reason");
    phrase.to_string()
}

fn wrong_answers(file: &str) -> Vec<String> {
    let wrong = std::path::Path::new(file).with_file_name("wrong");
    let files = wrong.read_dir().unwrap().map(|entry| entry.unwrap().path());
    let files = files.filter(|path| path.extension().is_some_and(|kind| kind == "rs"));
    files.map(|path| path.to_str().unwrap().to_string()).collect()
}

/// Nothing is found.
pub fn passes(answer: impl Exercise, _file: &str, test: &str) {
    assert!(verdict(&answer, test).passed());
}

/// It names the gap, or the mistake that is in it on purpose: one of those in wrong/.
pub fn starts(answer: impl Exercise, file: &str, test: &str) {
    let verdict = verdict(&answer, test);
    let reason = &first(&verdict).reason;
    let known = wrong_answers(file).iter().any(|wrong| reason.contains(&expectation(wrong)));
    assert!(known || reason.contains("not written yet"), "neither a gap nor a known mistake: {reason}");
}

/// It names the mistake that is known.
pub fn rejects(answer: impl Exercise, file: &str, test: &str) {
    let verdict = verdict(&answer, test);
    let reason = &first(&verdict).reason;
    assert!(reason.contains(&expectation(file)), "rejected for another reason: {reason}");
}
