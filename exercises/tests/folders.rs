//! Every folder is complete, its hints keep the solution to themselves, and no task speaks of what comes later.

use std::path::{Path, PathBuf};

use outgrow::exercises::{Exercise, all, fitted};

fn exercises() -> Vec<Exercise> {
    let project = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let exercises = all(project).unwrap();
    assert!(exercises.len() >= 20, "{} exercises", exercises.len());
    exercises
}

fn wrong(exercise: &Exercise) -> Vec<PathBuf> {
    let files = exercise.folder.join("wrong").read_dir().unwrap().map(|entry| entry.unwrap().path());
    files.filter(|path| path.extension().is_some_and(|kind| kind == "rs")).collect()
}

#[test]
fn every_folder_is_complete_and_fits_the_list() {
    let exercises = exercises();
    for (at, exercise) in exercises.iter().enumerate() {
        let name = &exercise.name;
        let task = exercise.task().unwrap();
        for heading in ["\n## What to do\n", "\n## What you need\n"] {
            assert!(task.contains(heading), "{name}: README.md has no `{}`", heading.trim());
        }
        // Together a line of the list, in 80 columns.
        assert!(name.len() <= 22, "{name}: the name has more than 22 letters");
        assert!(exercise.title.chars().count() <= 36, "{name}: the heading has more than 36 letters");
        assert!((5..=15).contains(&exercise.minutes), "{name}: {} minutes", exercise.minutes);
        assert!(exercises[..at].iter().all(|other| other.number != exercise.number), "{name}: a number of another");
        let folder = exercise.folder.file_name().unwrap().to_str().unwrap();
        let start = exercise.start().unwrap();
        assert!(start.contains(&format!("exercises/{folder}/README.md")), "{name}: exercise.rs does not name its task");
        let handed_over = format!("\noutgrow_exercises::answer!({} {{", name.replace('-', "_"));
        assert!(start.contains(&handed_over), "{name}: exercise.rs does not end with `{}`", handed_over.trim());
    }
}

#[test]
fn tasks_and_hints_fit_into_80_columns() {
    for exercise in exercises() {
        for text in [vec![exercise.task().unwrap()], exercise.hints().unwrap()].concat() {
            for line in fitted(&text).lines() {
                let letters = line.chars().count();
                assert!(letters <= 80, "{}: {letters} letters in `{line}`, which cannot be wrapped", exercise.name);
            }
        }
    }
}

#[test]
fn at_least_two_wrong_answers_each_for_a_reason_of_its_own() {
    for exercise in exercises() {
        let mut reasons: Vec<String> = wrong(&exercise)
            .iter()
            .map(|path| std::fs::read_to_string(path).unwrap().lines().next().unwrap_or_default().to_string())
            .collect();
        let count = reasons.len();
        reasons.sort();
        reasons.dedup();
        assert!(count >= 2 && reasons.len() == count, "{}: {reasons:?}", exercise.name);
    }
}

#[test]
fn hints_are_there_and_do_not_hold_the_solution() {
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    for exercise in exercises() {
        let (hints, start) = (exercise.hints().unwrap(), exercise.start().unwrap());
        assert!(hints.len() >= 2, "{}: {} hints", exercise.name, hints.len());
        let given: Vec<String> = start.lines().map(words).collect();
        let solution = exercise.solution().unwrap();
        let own = solution.lines().map(words).filter(|line| line.len() > 20 && !line.starts_with("//"));
        let own: Vec<String> = own.filter(|line| !given.contains(line)).collect();
        assert!(!own.is_empty(), "{}: the solution is the starting file, so hints cannot tell it", exercise.name);
        let told = words(&hints.join(" "));
        for line in own {
            assert!(!told.contains(&line), "{}: a hint gives `{line}` away", exercise.name);
        }
    }
}

/// A word as such or in the plural, not within another one. A word with a capital letter is a name, and is looked for as
/// it is written.
fn mentions(text: &str, word: &str) -> bool {
    let text = if word == word.to_lowercase() { text.to_lowercase() } else { text.to_string() };
    within(&text, word) || within(&text, &format!("{word}s"))
}

fn within(text: &str, word: &str) -> bool {
    let letter = |letter: char| letter.is_alphanumeric() || letter == '_';
    text.match_indices(word).any(|(at, _)| {
        !text[..at].chars().next_back().is_some_and(letter)
            && !text[at + word.len()..].chars().next().is_some_and(letter)
    })
}

#[test]
fn no_task_names_what_is_introduced_later() {
    let exercises = exercises();
    for (at, exercise) in exercises.iter().enumerate() {
        let met = |word: &String| exercises[..=at].iter().any(|earlier| earlier.introduces.contains(word));
        let task = format!("{}\n{}", exercise.task().unwrap(), exercise.start().unwrap());
        let texts = format!("{task}\n{}", exercise.hints().unwrap().join("\n"));
        for later in &exercises[at + 1..] {
            for word in later.introduces.iter().filter(|word| !met(word)) {
                let early = mentions(&texts, word);
                assert!(!early, "{} speaks of `{word}`, which is new in {} only", exercise.name, later.name);
            }
        }
        let explained = task.lines().filter(|line| !line.ends_with(".*")).collect::<Vec<_>>().join("\n");
        for word in &exercise.introduces {
            let twice = exercises[..at].iter().find(|earlier| earlier.introduces.contains(word));
            assert!(twice.is_none(), "{} introduces `{word}`, as an exercise before it does", exercise.name);
            assert!(mentions(&explained, word), "{} introduces `{word}` and never says it", exercise.name);
        }
    }
}

#[test]
fn words_are_found_as_such() {
    assert!(mentions("a partition, by key", "partition") && mentions("call transform(x)", "transform"));
    assert!(mentions("Partitions", "partition") && mentions("a Table", "Table"));
    assert!(!mentions("partitioned", "partition") && !mentions("re_transform", "transform"));
    assert!(!mentions("a table", "Table"));
}
