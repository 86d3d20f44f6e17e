//! Each widget answers to keys and to the mouse, and ends in the state that its data says. What `data-state` holds is
//! told in `book/theme/widgets.js`.

use serde_json::{Value, json};

use super::tab::Tab;
use super::{Room, address, containing, room};

/// A widget on its page.
struct Widget {
    tab: Tab,
    name: &'static str,
}

impl Widget {
    fn open(room: &Room, name: &'static str) -> Self {
        let tab = room.tab();
        tab.open(&address(&containing(&format!("data-widget=\"{name}\""))));
        let widget = Self { tab, name };
        widget.tab.until(&format!("{}?.dataset.state", widget.root()));
        let still = format!("{}.querySelector('.widget-still').checkVisibility()", widget.root());
        assert_eq!(widget.tab.eval(&still), false, "the still picture goes when the widget stands");
        widget
    }

    fn root(&self) -> String {
        format!("document.querySelector('[data-widget={}]')", self.name)
    }

    fn state(&self) -> Value {
        self.tab.eval(&format!("JSON.parse({}.dataset.state)", self.root()))
    }

    /// What it plays back.
    fn data(&self) -> Value {
        let data = ".querySelector('script[type=\"application/json\"]').textContent";
        self.tab.eval(&format!("JSON.parse({}{data})", self.root()))
    }

    fn selector(&self, part: &str) -> String {
        format!("[data-widget={}] {part}", self.name)
    }

    fn click(&self, part: &str) -> Value {
        self.tab.click(&self.selector(part));
        self.state()
    }

    /// Clicks the button with this text.
    fn button(&self, text: &str) -> Value {
        let marked = self.tab.eval(&format!(
            "(() => {{ const all = [...{}.querySelectorAll('button')]; const one = all.find(one => \
             one.textContent.includes({text:?})); all.forEach(one => one.removeAttribute('data-test')); \
             one?.setAttribute('data-test', ''); return !!one }})()",
            self.root()
        ));
        assert_eq!(marked, true, "{} has no button `{text}`", self.name);
        self.click("[data-test]")
    }

    fn keys(&self, part: &str, keys: &[&str]) -> Value {
        self.tab.focus(&self.selector(part));
        keys.iter().for_each(|key| self.tab.press(key));
        self.state()
    }

    /// Moves the thumb of a slider with the mouse, from one share of its way to another.
    fn drag(&self, part: &str, from: f64, to: f64) -> Value {
        self.tab.drag(&self.selector(part), from, to);
        self.state()
    }

    fn end(self) {
        assert_eq!(self.tab.complaints(), Vec::<String>::new());
        // Keys of a widget are not those that turn pages.
        let page = containing(&format!("data-widget=\"{}\"", self.name));
        assert_eq!(self.tab.eval("location.href"), address(&page).as_str());
    }
}

/// Rows of each partition at the end, and rows moved, as the trace says of what is chosen.
fn of_trace(data: &Value, state: &Value) -> (Vec<u64>, u64) {
    let chosen = |run: &&Value| {
        run["algo"] == state["algo"]
            && run["by_carrier"] == state["byCarrier"]
            && run["skew"] == state["skew"]
            && run["num"] == state["num"]
    };
    let run = data["runs"].as_array().unwrap().iter().find(chosen).unwrap();
    let counts = state["counts"].as_array().unwrap().len();
    let mut rows = vec![0; counts];
    for call in run["calls"].as_array().unwrap() {
        rows[call[0].as_u64().unwrap() as usize] += call[1].as_array().unwrap().len() as u64;
    }
    (rows, run["steps"].as_array().unwrap().iter().map(|step| step["moved"].as_u64().unwrap()).sum())
}

#[test]
fn shuffle_steps_to_what_the_engine_did() {
    let Some(room) = room() else { return };
    let shuffle = Widget::open(&room, "shuffle");
    let data = shuffle.data();
    let at_end = |state: &Value| {
        assert_eq!(state["step"], state["steps"], "{state}");
        let (rows, moved) = of_trace(&data, state);
        assert_eq!((json!(rows), json!(moved)), (state["counts"].clone(), state["moved"].clone()), "{state}");
    };
    // Keys.
    assert_eq!(shuffle.state()["step"], 0);
    assert_eq!(shuffle.keys(".w-stage", &["ArrowRight", "ArrowRight", "ArrowLeft"])["step"], 1);
    at_end(&shuffle.keys(".w-stage", &["End"]));
    let rand = shuffle.keys("select", &["ArrowDown"]);
    assert_eq!(rand["algo"], "rand");
    at_end(&rand);
    let more = shuffle.keys("input[type=range]", &["End"]);
    assert_eq!(more["counts"].as_array().unwrap().len() as u64, more["num"].as_u64().unwrap());
    at_end(&more);
    assert_eq!(shuffle.keys(".w-stage", &["Home"])["step"], 0);
    // The mouse.
    assert_eq!(shuffle.button("Step")["step"], 1);
    assert_eq!(shuffle.button("Back")["step"], 0);
    at_end(&shuffle.button("To the end"));
    let fewer = shuffle.drag("input[type=range]", 0.98, 0.02);
    assert_eq!(fewer["num"], 2);
    at_end(&fewer);
    assert_eq!(shuffle.button("Start again")["step"], 0);
    shuffle.end();
}

#[test]
fn every_choice_of_shuffle_ends_as_its_trace_says() {
    let Some(room) = room() else { return };
    let shuffle = Widget::open(&room, "shuffle");
    let data = shuffle.data();
    let mut seen = std::collections::BTreeSet::new();
    shuffle.button("To the end");
    for (algo, by) in [("hash", "carrier"), ("rand", ""), ("even", "carrier"), ("even", ""), ("coarse", "carrier")] {
        let choose = |number: usize, value: &str| {
            let select = format!("{}.querySelectorAll('select')[{number}]", shuffle.root());
            shuffle.tab.eval(&format!(
                "(() => {{ const one = {select}; one.value = {value:?}; one.dispatchEvent(new Event('change', {{ bubbles: true \
                 }})) }})()"
            ));
        };
        choose(0, algo);
        choose(1, by);
        let state = shuffle.state();
        let (rows, moved) = of_trace(&data, &state);
        assert_eq!((json!(rows), json!(moved)), (state["counts"].clone(), state["moved"].clone()), "{state}");
        seen.insert((state["algo"].to_string(), state["byCarrier"].to_string()));
    }
    assert_eq!(seen.len(), 5, "{seen:?}");
    shuffle.end();
}

#[test]
fn mean_median_says_what_can_be_combined() {
    let Some(room) = room() else { return };
    let widget = Widget::open(&room, "mean-median");
    let first = widget.state();
    let agrees = |state: &Value| ["mean", "ofMeans", "ofMedians"].map(|name| state["agrees"][name] == true);
    assert_eq!(agrees(&first), [true, false, false], "{first}");
    // Keys.
    let later = widget.keys("input[type=range]", &["ArrowRight", "ArrowRight"]);
    let by = |state: &Value| state["sum"].as_f64().unwrap() - first["sum"].as_f64().unwrap();
    assert_eq!(by(&later), 2.0, "{later}");
    assert_eq!(by(&widget.keys(".w-steps button", &["Enter"])), 0.0);
    // The mouse.
    assert_eq!(agrees(&widget.button("As many in each"))[..2], [true, true]);
    let luck = widget.button("by luck");
    assert!(agrees(&luck)[2], "{luck}");
    let more = widget.button("One more");
    assert_eq!(more["count"].as_u64().unwrap(), luck["count"].as_u64().unwrap() + 1);
    let dragged = widget.drag(".w-stage .w-drag", 0.5, 9.0);
    assert_ne!(dragged["delays"][0][0], more["delays"][0][0], "a dot follows the mouse");
    assert!(agrees(&dragged)[0], "sums and counts combine whatever the delays are");
    widget.end();
}

#[test]
fn amdahl_follows_its_law_and_the_measured_points() {
    let Some(room) = room() else { return };
    let widget = Widget::open(&room, "amdahl");
    let number = |state: &Value, name: &str| state[name].as_f64().unwrap_or(f64::INFINITY);
    let by_law = |state: &Value| {
        let (serial, cores) = (number(state, "serial"), number(state, "cores"));
        let law = 1.0 / (serial + (1.0 - serial) / cores);
        assert!((number(state, "amdahl") - law).abs() < 1e-9, "{state}");
        assert!((number(state, "speedup") - law.min(number(state, "limit"))).abs() < 1e-9, "{state}");
    };
    by_law(&widget.state());
    // Keys: nothing serial, and tasks that are all equal.
    let inputs = [".w-control:nth-child(1) input", ".w-control:nth-child(2) input", ".w-control:nth-child(3) input"];
    assert_eq!(widget.keys(inputs[0], &["Home"])["serial"], 0.0);
    let equal = widget.keys(inputs[2], &["Home"]);
    assert_eq!((&equal["limit"], &equal["speedup"]), (&Value::Null, &equal["cores"]), "{equal}");
    by_law(&widget.keys(inputs[1], &["ArrowRight", "ArrowRight"]));
    // The mouse: a task that is half of the work allows two times.
    let half = widget.drag(inputs[2], 0.01, 0.5);
    assert!((number(&half, "limit") - 2.0).abs() < 0.2, "{half}");
    by_law(&half);
    // A measured point tells the serial share that it looks like.
    let data = widget.data();
    let points: Vec<&Value> = data["points"].as_array().unwrap().iter().filter(|point| point["threads"] != 1).collect();
    assert!(!points.is_empty(), "no measured points");
    let chosen = widget.click(".w-point path");
    let point = points[chosen["point"].as_u64().expect("a click chooses a point") as usize];
    let (threads, speedup) = (number(point, "threads"), number(point, "speedup"));
    let serial = ((threads / speedup - 1.0) / (threads - 1.0)).clamp(0.0, 1.0);
    assert!((number(&chosen, "serial") - serial).abs() < 1e-9, "{chosen}");
    let next = widget.keys(".w-point[tabindex='0']", &["ArrowRight"]);
    assert_ne!(next["point"], chosen["point"]);
    widget.end();
}

#[test]
fn index_steps_to_what_the_ledger_says() {
    let Some(room) = room() else { return };
    let widget = Widget::open(&room, "index");
    let data = widget.data();
    let as_traced = |state: &Value| {
        let chosen = |run: &&Value| {
            let insert: Vec<&str> = run["insert"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
            run["kind"] == state["kind"] && insert.join(" then ") == state["insert"].as_str().unwrap()
        };
        let run = data["runs"].as_array().unwrap().iter().find(chosen).unwrap();
        let stages = run["stages"].as_array().unwrap();
        assert_eq!(state["steps"], stages.len() - 1);
        let step = state["step"].as_u64().unwrap() as usize;
        assert_eq!(state["name"], stages[step]["step"]);
        for name in ["rows", "moved", "gathered"] {
            let all = stages[..=step].iter().flat_map(|stage| stage["ledger"].as_array().unwrap());
            let all: u64 = all.map(|line| line[name].as_u64().unwrap()).sum();
            assert_eq!(state["sofar"][name], all, "{name} in {state}");
        }
        let rows: usize =
            stages[step]["partitions"].as_array().unwrap().iter().map(|part| part.as_array().unwrap().len()).sum();
        if state["name"] != "iloc" {
            assert_eq!(state["rows"], rows, "{state}");
            assert_eq!(state["labels"], stages[step]["labels"], "{state}");
        }
    };
    // Keys.
    let first = widget.state();
    assert_eq!(first["step"], 0);
    as_traced(&first);
    let second = widget.keys(".w-stage", &["ArrowRight"]);
    assert_eq!(second["step"], 1);
    as_traced(&second);
    let last = widget.keys(".w-stage", &["End"]);
    assert_eq!(last["step"], last["steps"]);
    as_traced(&last);
    let sorted = widget.keys("select", &["ArrowDown"]);
    assert_ne!(sorted["insert"], last["insert"], "a sort in the place of a filter");
    as_traced(&sorted);
    // The mouse.
    assert_eq!(widget.button("Start again")["step"], 0);
    let stepped = widget.button("Step");
    assert_eq!(stepped["step"], 1);
    as_traced(&stepped);
    assert_eq!(widget.button("Back")["step"], 0);
    as_traced(&widget.button("To the end"));
    widget.end();
}
