//! A folder of answers that is nobody's, with a script that plays cargo.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use tempfile::TempDir;

use crate::support::*;

/// Cargo as the runner needs it: a file with an `ERROR` in it does not compile, another becomes a program that says what
/// the file says in its line `VERDICT: ...`, or that just ends. Both do first what the file wants of them, in its lines
/// `BUILD: ...` and `RUN: ...`; the first may use `$asked`, what cargo was asked for.
const CARGO: &str = r#"#!/bin/sh
asked="$*"
while [ $# -gt 0 ]; do
  case "$1" in --bin) name="$2";; --manifest-path) folder=$(dirname "$2");; esac
  shift
done
file="$folder/src/bin/$name.rs"
eval "$(sed -n 's/^BUILD: //p' "$file")"
if grep -q ERROR "$file"; then echo "error[E0425]: cannot find it in $name" >&2; exit 101; fi
program="$folder/$name"
cat > "$program" <<END
#!/bin/sh
eval "\$(sed -n 's/^RUN: //p' '$file')"
[ "\$1" = --verdict ] && sed -n 's/^VERDICT: //p' '$file' > "\$2"
END
chmod +x "$program"
echo "{\"reason\":\"compiler-artifact\",\"target\":{\"name\":\"$name\",\"kind\":[\"bin\"]},\"executable\":\"$program\"}"
"#;

pub const RIGHT: &str = r#"VERDICT: {"looked_at":1,"findings":[],"notes":["It moved 48 rows."]}"#;
pub const WRONG: &str = r#"VERDICT: {"looked_at":1,"notes":[],"findings":[{"case":"six flights","reason":"This is a mean of means.","tables":{"header":["carrier","mean"],"got":[[{"text":"AA","differs":false},{"text":"25","differs":true}]],"expected":[[{"text":"AA","differs":false},{"text":"30","differs":true}]],"more":0}}]}"#;

/// A folder of answers.
pub struct Mine {
    pub folder: TempDir,
}

impl Mine {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let cargo = folder.path().join("cargo");
        std::fs::write(&cargo, CARGO).unwrap();
        std::fs::set_permissions(&cargo, std::fs::Permissions::from_mode(0o755)).unwrap();
        Self { folder }
    }

    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = program();
        command.env("OUTGROW_MINE", self.folder.path()).env("CARGO", self.folder.path().join("cargo"));
        command.arg("exercises").args(words).stdin(Stdio::null());
        command
    }

    pub fn run(&self, words: &[&str]) -> Output {
        self.command(words).output().unwrap()
    }

    /// Status, and everything that was said.
    pub fn said(&self, words: &[&str]) -> (Option<i32>, String) {
        let output = self.run(words);
        (output.status.code(), stdout(&output) + &stderr(&output))
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(format!("src/bin/{name}.rs"))
    }

    pub fn write(&self, name: &str, written: impl AsRef<[u8]>) {
        std::fs::create_dir_all(self.file(name).parent().unwrap()).unwrap();
        std::fs::write(self.file(name), written).unwrap();
    }

    /// An empty folder, for what is temporary.
    pub fn temporary(&self) -> PathBuf {
        let folder = self.folder.path().join("temporary");
        std::fs::create_dir_all(&folder).unwrap();
        folder
    }

    /// A `watch` of the first exercise, and the file that has what it says.
    pub fn watch(&self) -> (Running, PathBuf) {
        let said = self.folder.path().join("said");
        let out = std::fs::File::create(&said).unwrap();
        let err = out.try_clone().unwrap();
        let child = self.command(&["watch"]).stdout(out).stderr(err).spawn().unwrap();
        let child = Running(child);
        until(&said, "Waiting for you to save", 1);
        (child, said)
    }

    pub fn json(&self, words: &[&str]) -> serde_json::Value {
        serde_json::from_slice(&self.run(words).stdout).unwrap()
    }
}

/// Fits a terminal of 80 columns.
#[track_caller]
pub fn fits(text: &str) {
    for line in text.lines() {
        assert!(line.chars().count() <= 80, "more than 80 columns: `{line}` in:\n{text}");
    }
}

/// A program that is ended with its test, also where that fails.
pub struct Running(pub Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub fn interrupt(child: &Child) {
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(child.id() as i32), nix::sys::signal::Signal::SIGINT).unwrap();
}

#[track_caller]
pub fn has(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "`{part}` is not in:\n{text}");
    }
}

/// What a child has said so far, until it has said this so often.
pub fn until(path: &Path, part: &str, times: usize) -> String {
    for _ in 0..600 {
        let text = std::fs::read_to_string(path).unwrap();
        if text.matches(part).count() >= times {
            return text;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    panic!("`{part}` was never said: {}", std::fs::read_to_string(path).unwrap());
}
