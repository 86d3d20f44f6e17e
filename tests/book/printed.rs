//! Printed text: a file of it begins with its command, and holds what that prints now.

use similar::TextDiff;

use super::Finding;

/// Rewrites the files instead of failing.
pub const BLESS: &str = "OUTGROW_BLESS";

/// The words behind `cargo run` in the first line.
///
/// # Errors
/// A finding, for a file that begins otherwise.
pub fn command(file: &str, text: &str) -> Result<Vec<String>, Finding> {
    let first = text.lines().next().unwrap_or_default();
    let words = first.strip_prefix("$ cargo run").filter(|rest| rest.is_empty() || rest.starts_with(' '));
    match words {
        Some(words) if !words.contains(['\'', '"', '|', '>', '<', '\\', '$']) => {
            let words = words.split_whitespace().skip_while(|word| *word == "--");
            Ok(words.map(String::from).collect())
        }
        _ => Err(Finding::new(
            file,
            1,
            format!("`{first}` is no command. Begin with `$ cargo run ...`, in words without quotes or pipes."),
        )),
    }
}

/// What the file should hold.
pub fn now(text: &str, stdout: &str) -> String {
    format!("{}\n{stdout}", text.lines().next().unwrap_or_default())
}

/// What differs from what is printed now.
pub fn stale(file: &str, text: &str, now: &str) -> Option<Finding> {
    if now.lines().skip(1).all(|line| line.trim().is_empty()) {
        return Some(Finding::new(file, 1, "this command prints nothing on stdout. Show another."));
    }
    let common = text.lines().zip(now.lines()).take_while(|(was, is)| was == is).count();
    (text != now).then(|| {
        let diff = TextDiff::from_lines(text, now);
        let diff = diff.unified_diff().context_radius(1).header("the file", "printed now").to_string();
        let accept = format!("{BLESS}=1 cargo test --test book");
        Finding::new(
            file,
            common + 1,
            format!("the command prints something else now. To accept it: `{accept}`\n{diff}"),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::super::one;
    use super::*;

    #[test]
    fn a_file_begins_with_its_command() {
        assert_eq!(
            command("a.txt", "$ cargo run explain median --mode eager\nA\n").unwrap(),
            ["explain", "median", "--mode", "eager"]
        );
        assert_eq!(command("a.txt", "$ cargo run -- --help\n").unwrap(), ["--help"]);
        assert_eq!(command("a.txt", "$ cargo run\n").unwrap(), Vec::<String>::new());
        for bad in ["", "A\n", "$ outgrow explain\n", "$ cargo runs\n", "$ cargo run | head\n", "cargo run\n"] {
            one(&[command("a.txt", bad).unwrap_err()], 1, &["`$ cargo run ...`"]);
        }
    }

    #[test]
    fn a_difference_is_shown() {
        let text = "$ cargo run a\nOne\nTwo\n";
        assert_eq!(stale("a.txt", text, &now(text, "One\nTwo\n")), None);
        let found = stale("a.txt", text, &now(text, "One\nThree\n")).unwrap();
        one(&[found], 3, &["-Two", "+Three", "OUTGROW_BLESS=1"]);
        one(&[stale("a.txt", text, &now(text, "One\nTwo")).unwrap()], 4, &["OUTGROW_BLESS=1"]);
        one(&[stale("a.txt", "$ cargo run a\n", &now("$ cargo run a\n", "")).unwrap()], 1, &["prints nothing"]);
    }
}
