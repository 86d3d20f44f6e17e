//! A tab with nothing remembered from others: pages are opened, asked, clicked and typed into.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::Instant;

use serde_json::{Value, json};

use super::chromium::{Chromium, PATIENCE, answer};

/// A tab. What happens in it is kept until somebody asks.
pub struct Tab {
    chromium: Arc<Chromium>,
    session: String,
    context: String,
    inbox: Receiver<Value>,
    happened: RefCell<Vec<Value>>,
}

impl Tab {
    pub fn new(chromium: Arc<Chromium>) -> Self {
        let context = chromium.call("Target.createBrowserContext", json!({}));
        let context = context["browserContextId"].as_str().unwrap().to_string();
        let target = json!({ "url": "about:blank", "browserContextId": context });
        let target = chromium.call("Target.createTarget", target)["targetId"].clone();
        let attached = chromium.call("Target.attachToTarget", json!({ "targetId": target, "flatten": true }));
        let session = attached["sessionId"].as_str().unwrap().to_string();
        let inbox = chromium.inbox(&session);
        let tab = Self { chromium, session, context, inbox, happened: RefCell::default() };
        for domain in ["Page", "Runtime", "Log", "Network"] {
            tab.call(&format!("{domain}.enable"), json!({}));
        }
        // What moves is at its end at once.
        let still = json!({ "features": [{ "name": "prefers-reduced-motion", "value": "reduce" }] });
        tab.call("Emulation.setEmulatedMedia", still);
        tab.size(1280, 900);
        tab
    }

    /// A message, and its answer.
    pub fn call(&self, method: &str, params: Value) -> Value {
        let id = self.chromium.send(&self.session, method, params);
        loop {
            let message = self.next(method);
            if message["id"] == id {
                return answer(method, message);
            }
            self.happened.borrow_mut().push(message);
        }
    }

    fn next(&self, waiting_for: &str) -> Value {
        let message = self.inbox.recv_timeout(PATIENCE);
        message.unwrap_or_else(|_| panic!("chromium did not answer {waiting_for} in time"))
    }

    pub fn size(&self, width: u32, height: u32) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.call("Emulation.setDeviceMetricsOverride", size);
    }

    /// As a reader who chose this theme before.
    pub fn theme(&self, name: &str) {
        let source = format!("try {{ localStorage.setItem('mdbook-theme', '{name}') }} catch {{}}");
        self.call("Page.addScriptToEvaluateOnNewDocument", json!({ "source": source }));
    }

    /// As a browser that runs no scripts of a page.
    pub fn scripts_off(&self) {
        self.call("Emulation.setScriptExecutionDisabled", json!({ "value": true }));
    }

    /// Opens a page, and waits until it is there with all that it loads.
    pub fn open(&self, address: &str) {
        self.happened.borrow_mut().clear();
        let went = self.call("Page.navigate", json!({ "url": address }));
        assert!(went["errorText"].is_null(), "{address}: {went}");
        let there = |message: &Value| message["method"] == "Page.loadEventFired";
        while !self.happened.borrow().iter().any(there) {
            let message = self.next("Page.loadEventFired");
            self.happened.borrow_mut().push(message);
        }
    }

    /// What went wrong since the page was opened: errors on the console, and requests that failed.
    pub fn complaints(&self) -> Vec<String> {
        // Everything before this answer has been said.
        self.eval("new Promise(done => setTimeout(done, 0))");
        let happened = self.happened.borrow();
        happened.iter().filter_map(complaint).collect()
    }

    /// The value of an expression; a promise is waited for.
    #[track_caller]
    pub fn eval(&self, script: &str) -> Value {
        let asked = json!({ "expression": script, "awaitPromise": true, "returnByValue": true });
        let mut told = self.call("Runtime.evaluate", asked);
        let wrong = &told["exceptionDetails"];
        assert!(wrong.is_null(), "`{}`: {}", first_line(script), wrong["exception"]["description"]);
        told["result"]["value"].take()
    }

    /// Waits until an expression is true.
    #[track_caller]
    pub fn until(&self, script: &str) {
        let begun = Instant::now();
        while !self.eval(&format!("!!({script})")).as_bool().unwrap() {
            assert!(begun.elapsed() < PATIENCE, "this never became true: {script}");
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    }

    /// Clicks into the middle of the first of these.
    #[track_caller]
    pub fn click(&self, selector: &str) {
        let (x, y) = self.middle(selector);
        for (kind, buttons) in [("mouseMoved", 0), ("mousePressed", 1), ("mouseReleased", 0)] {
            let button = if kind == "mouseMoved" { "none" } else { "left" };
            let event = json!({ "type": kind, "x": x, "y": y, "button": button, "buttons": buttons, "clickCount": 1 });
            self.call("Input.dispatchMouseEvent", event);
        }
    }

    /// Presses the mouse in the middle of the first of these, and lets it go so far to the right of it.
    #[track_caller]
    pub fn drag(&self, selector: &str, from: f64, to: f64) {
        let area = self.eval(&format!(
            "(() => {{ const all = document.querySelector({selector:?}); all.scrollIntoView({{ block: 'center', behavior: \
             'instant' }}); const {{ x, y, width, height }} = all.getBoundingClientRect(); return [x, y, width, height] }})()"
        ));
        let [x, y, width, height] = [0, 1, 2, 3].map(|at| area[at].as_f64().unwrap());
        let y = y + height / 2.0;
        for (kind, share, buttons) in [("mousePressed", from, 1), ("mouseMoved", to, 1), ("mouseReleased", to, 0)] {
            let event = json!({
                "type": kind, "x": x + share * width, "y": y, "button": "left", "buttons": buttons, "clickCount": 1
            });
            self.call("Input.dispatchMouseEvent", event);
        }
    }

    #[track_caller]
    fn middle(&self, selector: &str) -> (f64, f64) {
        let place = self.eval(&format!(
            "(() => {{ const one = document.querySelector({selector:?}); if (!one) return null; \
             one.scrollIntoView({{ block: 'center', behavior: 'instant' }}); \
             const {{ x, y, width, height }} = one.getBoundingClientRect(); \
             const [across, down] = [x + width / 2, y + height / 2]; \
             const hit = document.elementFromPoint(across, down); \
             return [across, down, !!hit && (one.contains(hit) || hit.contains(one))] }})()"
        ));
        assert!(!place.is_null(), "nothing on the page is `{selector}`");
        assert!(place[2].as_bool().unwrap(), "`{selector}` is covered or not shown: nobody could click it");
        (place[0].as_f64().unwrap(), place[1].as_f64().unwrap())
    }

    /// Puts the keyboard's focus there, as the Tab key would.
    #[track_caller]
    pub fn focus(&self, selector: &str) {
        let focused = self.eval(&format!(
            "(() => {{ const one = document.querySelector({selector:?}); if (!one || one.tabIndex < 0) return false; \
             one.focus(); return document.activeElement === one }})()"
        ));
        assert!(focused.as_bool().unwrap(), "`{selector}` cannot be reached with the Tab key");
    }

    /// Presses and releases a key, by its name in JavaScript.
    pub fn press(&self, key: &str) {
        let (code, number) = match key {
            "Tab" => (key.into(), 9),
            "Enter" => (key.into(), 13),
            "Escape" => (key.into(), 27),
            " " => ("Space".into(), 32),
            "End" => (key.into(), 35),
            "Home" => (key.into(), 36),
            "ArrowLeft" => (key.into(), 37),
            "ArrowUp" => (key.into(), 38),
            "ArrowRight" => (key.into(), 39),
            "ArrowDown" => (key.into(), 40),
            letter => (format!("Key{}", letter.to_uppercase()), i32::from(letter.to_uppercase().as_bytes()[0])),
        };
        let mut event = json!({ "type": "keyDown", "key": key, "code": code, "windowsVirtualKeyCode": number });
        if key == "Enter" || key.len() == 1 {
            event["text"] = if key == "Enter" { "\r" } else { key }.into();
        }
        self.call("Input.dispatchKeyEvent", event.clone());
        event["type"] = "keyUp".into();
        self.call("Input.dispatchKeyEvent", event);
    }
}

impl Drop for Tab {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.chromium.call("Target.disposeBrowserContext", json!({ "browserContextId": self.context }));
        }
    }
}

/// What a message says went wrong.
fn complaint(message: &Value) -> Option<String> {
    let params = &message["params"];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_string();
    match message["method"].as_str()? {
        "Runtime.exceptionThrown" => {
            Some(format!("exception: {}", params["exceptionDetails"]["exception"]["description"]))
        }
        "Runtime.consoleAPICalled" if matches!(params["type"].as_str(), Some("error" | "warning" | "assert")) => {
            Some(format!("console: {}", params["args"]))
        }
        "Log.entryAdded" if params["entry"]["level"] == "error" => {
            Some(format!("log: {} {}", text(&params["entry"]["text"]), text(&params["entry"]["url"])))
        }
        "Network.loadingFailed" => Some(format!("request failed: {}", text(&params["errorText"]))),
        "Network.responseReceived" if params["response"]["status"].as_i64() >= Some(400) => {
            Some(format!("{}: {}", params["response"]["status"], text(&params["response"]["url"])))
        }
        _ => None,
    }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default().get(..200).unwrap_or(text.lines().next().unwrap_or_default())
}
