//! A drawing with title, units and caption, and text that does not overlap.
//!
//! A canvas is 560 wide with letters of 14 to 20: on a phone of 400 pixels the smallest are 10, on a projector they grow
//! with the picture. Text is measured by an estimate, since no font is at hand: by DejaVu Sans,
//! the widest of the common ones.

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::theme::{self, Tone};
use super::{Chart, Table};
use crate::error::{Error, Result};

/// Width of every drawing.
pub const WIDTH: i32 = 560;
/// Free space left and right.
pub const MARGIN: i32 = 14;
/// Sizes of letters.
pub const TITLE: i32 = 20;
/// See [`TITLE`].
pub const LABEL: i32 = 16;
/// See [`TITLE`].
pub const SMALL: i32 = 15;

/// What a drawing is drawn on, in pixels.
pub type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;
/// What drawing may fail with. Drawing into memory does not fail; coordinates that are no numbers would.
pub type Drawn<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

/// What stands around the picture.
pub struct Frame {
    /// The workload it is about.
    pub workload: String,
    /// What it is about; more than one line if need be.
    pub title: String,
    /// Units, and how to read it.
    pub subtitle: String,
    /// Machine and date.
    pub caption: String,
    /// Height of the picture between subtitle and caption.
    pub height: i32,
}

/// Where text sits at its point, from left to right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// It begins there.
    Start,
    /// Its middle is there.
    Middle,
    /// It ends there.
    End,
}

/// Pixels that a text is wide, by estimate.
pub fn width(text: &str, size: i32) -> i32 {
    let of = |letter: char| match letter {
        'i' | 'l' | 'j' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | ' ' => 0.32,
        't' | 'f' | 'r' | '-' | '/' | '(' | ')' => 0.4,
        'm' | 'w' | 'M' | 'W' | '%' => 0.95,
        'A'..='Z' => 0.7,
        _ => 0.63,
    };
    (text.chars().map(of).sum::<f64>() * f64::from(size)).ceil() as i32
}

/// Breaks a text into lines that are at most so wide.
pub fn wrap(text: &str, size: i32, at_most: i32) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if width(&format!("{line} {word}"), size) <= at_most => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_string()),
        }
    }
    lines
}

/// Draws: `paint` gets the area of the picture, with its upper left corner at (0, 0).
///
/// # Errors
/// [`Error::Failure`] when plotters refuses.
pub fn draw(
    kind: &'static str,
    name: &str,
    frame: &Frame,
    desc: String,
    table: Table,
    paint: impl FnOnce(&Area) -> Drawn,
) -> Result<Chart> {
    let name = &file_name(name);
    let inner = WIDTH - 2 * MARGIN;
    // Bold letters are wider.
    let title = wrap(&frame.title, TITLE + 2, inner);
    let subtitle = wrap(&frame.subtitle, SMALL, inner);
    let caption = wrap(&frame.caption, SMALL - 1, inner);
    let top = 12 + 25 * title.len() as i32 + 19 * subtitle.len() as i32 + 8;
    let bottom = 8 + 17 * caption.len() as i32 + 8;
    let height = top + frame.height + bottom;
    let mut svg = String::new();
    let drawn = (|| -> Drawn {
        let backend = SVGBackend::with_string(&mut svg, (WIDTH as u32, height as u32));
        let root = backend.into_drawing_area();
        root.fill(&Tone::Paper.light())?;
        let mut y = 12;
        for line in &title {
            bold(&root, line, (MARGIN, y), TITLE, Tone::Ink)?;
            y += 25;
        }
        for line in &subtitle {
            text(&root, line, (MARGIN, y + 2), SMALL, Tone::Soft, At::Start)?;
            y += 19;
        }
        for (number, line) in (0..).zip(&caption) {
            text(&root, line, (MARGIN, top + frame.height + 10 + 17 * number), SMALL - 1, Tone::Soft, At::Start)?;
        }
        let area = root.clone().shrink((0, top), (WIDTH, frame.height));
        paint(&area)?;
        root.present()?;
        Ok(())
    })();
    drawn.map_err(|cause| Error::Failure(format!("chart {name} cannot be drawn: {cause}. Please report it.")))?;
    let svg = dressed(&svg, name, &frame.title, &desc, height);
    Ok(Chart {
        kind,
        workload: frame.workload.clone(),
        name: name.to_string(),
        title: frame.title.clone(),
        desc,
        svg,
        table,
    })
}

/// How the file of every drawing begins.
pub const BEGINNING: &str = "<svg class=\"outgrow\"";

/// The drawing with title, description, theme, and a size that follows its place.
fn dressed(svg: &str, name: &str, title: &str, desc: &str, height: i32) -> String {
    let body = svg.split_once('>').map_or("", |(_, body)| body).trim_start();
    // One element per line: letters of a text are on lines of their own otherwise.
    let body = theme::with_classes(body).replace(">\n", ">").replace("\n</text>", "</text>").replace("><", ">\n<");
    format!(
        "{BEGINNING} viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" height=\"{height}\" role=\"img\" \
         aria-labelledby=\"{name}-title {name}-desc\" xmlns=\"http://www.w3.org/2000/svg\">\n\
         <title id=\"{name}-title\">{}</title>\n<desc id=\"{name}-desc\">{}</desc>\n<style>{}</style>\n{body}",
        escape(title),
        escape(desc),
        theme::style_sheet(),
    )
}

/// A name that is a file name everywhere, and an id in XML: records may have been written by anybody.
pub fn file_name(name: &str) -> String {
    name.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' }).collect()
}

/// Text for XML.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Text whose top is at the point.
pub fn text(area: &Area, what: &str, at: (i32, i32), size: i32, tone: Tone, anchor: At) -> Drawn {
    write(area, what, at, (size, FontStyle::Normal), tone, (anchor, VPos::Top))
}

/// Text whose middle is at the height of the point.
pub fn label(area: &Area, what: &str, at: (i32, i32), size: i32, tone: Tone, anchor: At) -> Drawn {
    write(area, what, at, (size, FontStyle::Normal), tone, (anchor, VPos::Center))
}

/// Bold text whose top is at the point.
pub fn bold(area: &Area, what: &str, at: (i32, i32), size: i32, tone: Tone) -> Drawn {
    write(area, what, at, (size, FontStyle::Bold), tone, (At::Start, VPos::Top))
}

fn write(area: &Area, what: &str, at: (i32, i32), font: (i32, FontStyle), tone: Tone, anchor: (At, VPos)) -> Drawn {
    let horizontal = match anchor.0 {
        At::Start => HPos::Left,
        At::Middle => HPos::Center,
        At::End => HPos::Right,
    };
    // Plotters' SVG divides the size by 1.24.
    let colour = tone.light();
    let style = TextStyle::from(("sans-serif", f64::from(font.0) * 1.24, font.1).into_font())
        .color(&colour)
        .pos(Pos::new(horizontal, anchor.1));
    area.draw_text(what, &style, at)?;
    Ok(())
}

/// A line through points; `dash` of (drawn, left out) pixels, or none.
pub fn line(area: &Area, points: &[(i32, i32)], tone: Tone, stroke: u32, dash: Option<(i32, i32)>) -> Drawn {
    let style = tone.light().stroke_width(stroke);
    match dash {
        None => area.draw(&PathElement::new(points.to_vec(), style))?,
        Some((on, off)) => {
            let element = plotters::element::DashedPathElement::new(points.to_vec(), on, off, style);
            area.draw(&element)?;
        }
    }
    Ok(())
}

/// A thin line through points that stands back behind others.
pub fn pale_line(area: &Area, points: &[(i32, i32)], tone: Tone) -> Drawn {
    area.draw(&PathElement::new(points.to_vec(), tone.light().mix(0.35).stroke_width(1)))?;
    Ok(())
}

/// A filled rectangle between two corners, opaque to a share.
pub fn rect(area: &Area, corners: [(i32, i32); 2], tone: Tone, opacity: f64) -> Drawn {
    area.draw(&Rectangle::new(corners, tone.light().mix(opacity).filled()))?;
    Ok(())
}

/// The mark of a mode: a circle, a square or a triangle, so that colour is not all that tells modes apart.
pub fn mark(area: &Area, at: (i32, i32), mode: &str, radius: i32) -> Drawn {
    let (tone, (x, y)) = (Tone::of_mode(mode), at);
    let style = tone.light().filled();
    match mode {
        "eager" => area.draw(&Circle::new(at, radius, style))?,
        "dropin" => area.draw(&Rectangle::new([(x - radius, y - radius), (x + radius, y + radius)], style))?,
        _ => {
            let corners = vec![(x, y - radius - 1), (x + radius + 1, y + radius), (x - radius - 1, y + radius)];
            area.draw(&Polygon::new(corners, style))?;
        }
    }
    Ok(())
}

/// A filled dot.
pub fn dot(area: &Area, at: (i32, i32), tone: Tone) -> Drawn {
    area.draw(&Circle::new(at, 5, tone.light().filled()))?;
    Ok(())
}

/// A ring: a dot with paper inside.
pub fn ring(area: &Area, at: (i32, i32), tone: Tone) -> Drawn {
    area.draw(&Circle::new(at, 6, tone.light().filled()))?;
    area.draw(&Circle::new(at, 3, Tone::Paper.light().filled()))?;
    Ok(())
}

/// A cross: something died here.
pub fn cross(area: &Area, at: (i32, i32), tone: Tone) -> Drawn {
    let (x, y) = at;
    for to in [7, -7] {
        line(area, &[(x - 7, y - to), (x + 7, y + to)], tone, 3, None)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_where_they_must_and_keep_every_word() {
        let lines = wrap("How late do flights arrive, by carrier and airport of departure?", 20, 300);
        assert!(lines.len() > 1 && lines.iter().all(|line| width(line, 20) <= 300), "{lines:?}");
        assert_eq!(lines.join(" "), "How late do flights arrive, by carrier and airport of departure?");
        assert_eq!(wrap("unbreakable", 20, 10), ["unbreakable"]);
    }

    #[test]
    fn a_name_stays_in_its_folder() {
        assert_eq!(file_name("time-../../etc/passwd"), "time-------etc-passwd");
        assert_eq!(file_name("memory-largest-per-group"), "memory-largest-per-group");
    }
}
