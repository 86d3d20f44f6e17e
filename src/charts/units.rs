//! Figures as people read them.

/// Three digits that matter, without an exponent: `0.0123`, `1.23`, `12.3`, `123`, `1,230`.
pub fn digits(value: f64) -> String {
    let magnitude = value.abs();
    match magnitude {
        0.0 => "0".to_string(),
        _ if magnitude >= 99.95 => indicatif::HumanCount(magnitude.round() as u64).to_string(),
        _ => {
            // Before its logarithm is taken it is rounded: 9.996 is 10.0, and not 10.00.
            let exponent = format!("{magnitude:.2e}").rsplit_once('e').and_then(|(_, e)| e.parse().ok()).unwrap_or(0);
            let decimals = (2 - exponent).clamp(0, 9) as usize;
            format!("{value:.decimals$}")
        }
    }
}

/// `1.23 s`, `12.3 ms`, `4.5 µs`.
pub fn seconds(seconds: f64) -> String {
    match seconds {
        s if s <= 0.0 => "0 s".to_string(),
        s if s < 0.9995e-6 => format!("{} ns", digits(s * 1e9)),
        s if s < 0.9995e-3 => format!("{} µs", digits(s * 1e6)),
        s if s < 0.9995 => format!("{} ms", digits(s * 1e3)),
        s => format!("{} s", digits(s)),
    }
}

/// `1.5 GiB`, `12.3 MiB`.
pub fn bytes(bytes: f64) -> String {
    const UNITS: [&str; 5] = ["bytes", "KiB", "MiB", "GiB", "TiB"];
    // What would be written as 1,024 is one of the next unit.
    let step = if bytes < 1.0 { 0.0 } else { ((bytes * 1024.0 / 1023.5).log2() / 10.0).floor().min(4.0) };
    format!("{} {}", digits(bytes / 1024f64.powf(step)), UNITS[step as usize])
}

/// As [`seconds`], without zeros that say nothing: for axes.
pub fn seconds_tick(value: f64) -> String {
    trimmed(&seconds(value))
}

/// As [`bytes`], without zeros that say nothing: for axes.
pub fn bytes_tick(value: f64) -> String {
    trimmed(&bytes(value))
}

/// `5 ms` for `5.00 ms`.
fn trimmed(figure: &str) -> String {
    match figure.split_once(' ') {
        Some((number, unit)) if number.contains('.') => {
            format!("{} {unit}", number.trim_end_matches('0').trim_end_matches('.'))
        }
        _ if figure == "0 bytes" => "0".to_string(),
        _ => figure.to_string(),
    }
}

/// As [`digits`], without zeros behind the point: `0.5`, `2`.
pub fn trimmed_digits(value: f64) -> String {
    let text = digits(value);
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_string() } else { text }
}

/// `10`, `300k`, `1M`: short, for axes.
pub fn short(count: f64) -> String {
    let (scaled, unit) = match count {
        n if n >= 1e9 => (n / 1e9, "G"),
        n if n >= 1e6 => (n / 1e6, "M"),
        n if n >= 1e3 => (n / 1e3, "k"),
        n => (n, ""),
    };
    format!("{}{unit}", trimmed_digits(scaled))
}

/// `Dropin` for `dropin`: at the beginning of a sentence.
pub fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// `336,776`.
pub fn count(number: u64) -> String {
    indicatif::HumanCount(number).to_string()
}

/// `22 Nov 2026` of `2026-11-22T21:30:00Z`.
pub fn date(started: &str) -> String {
    match chrono::DateTime::parse_from_rfc3339(started) {
        Ok(time) => time.format("%-d %b %Y").to_string(),
        Err(_) => "unknown date".to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_three_digits_and_a_unit() {
        for (value, text) in
            [(0.0123, "12.3 ms"), (1.2345, "1.23 s"), (4.5e-6, "4.50 µs"), (1234.0, "1,234 s"), (9.996, "10.0 s")]
        {
            assert_eq!(seconds(value), text);
        }
        for (value, text) in [
            (0.0, "0 bytes"),
            (1536.0, "1.50 KiB"),
            (268_435_456.0, "256 MiB"),
            (1_048_575.0, "1.00 MiB"),
            (1_047_000.0, "1,022 KiB"),
            (1.5e9, "1.40 GiB"),
        ] {
            assert_eq!(bytes(value), text);
        }
        assert_eq!((seconds_tick(0.005), bytes_tick(48.0 * 1048576.0)), ("5 ms".to_string(), "48 MiB".to_string()));
        for (value, text) in
            [(1.0, "1"), (300_000.0, "300k"), (1e6, "1M"), (336_776.0, "337k"), (1.5, "1.5"), (30.0, "30")]
        {
            assert_eq!(short(value), text);
        }
        assert_eq!(
            (trimmed_digits(0.5), trimmed_digits(2.0), trimmed_digits(1.25)),
            ("0.5".into(), "2".into(), "1.25".into())
        );
        assert_eq!(date("2026-11-02T21:30:00Z"), "2 Nov 2026");
    }
}
