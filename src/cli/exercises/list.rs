//! All exercises in a table.

use comfy_table::{Cell, CellAlignment, Table, presets};

use super::{ALL_PASSED, Room};
use crate::error::Result;
use crate::exercises::State;

pub fn list(room: &Room) -> Result<String> {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    table.add_row(["", "name", "what it is about", "min", ""]);
    let mut passed = 0;
    for exercise in &room.exercises {
        let state = room.progress.state(exercise, &room.mine)?;
        passed += usize::from(state == State::Passed);
        table.add_row([
            Cell::new(format!("{:02}", exercise.number)),
            Cell::new(&exercise.name),
            Cell::new(&exercise.title),
            Cell::new(exercise.minutes).set_alignment(CellAlignment::Right),
            Cell::new(state.words()),
        ]);
    }
    // No space before the numbers, where nobody misses it: so a line fits 80 columns.
    for column in [0, 3] {
        table.column_mut(column).expect("there are five").set_padding((0, 1));
    }
    let next = match room.chosen(None)? {
        None => ALL_PASSED.to_string(),
        Some(next) => format!(
            "{passed} of {} have passed. Next is {}:\n\n  \
             cargo run exercises next               its task and your file; then checks it\n  \
             cargo run exercises check NAME         the same for another one\n  \
             cargo run exercises task               the task once more\n  \
             cargo run exercises hint               a hint; ask again for more\n  \
             cargo run exercises watch              checks again whenever you save\n",
            room.exercises.len(),
            next.name
        ),
    };
    Ok(format!("{}\n\n{next}", table.trim_fmt()))
}
