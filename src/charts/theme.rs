//! Colours, light and dark, and how they get into an SVG.
//!
//! Drawn are the colours of the light theme, which every viewer shows. Beside each stands a class, and a style sheet
//! inside the file gives the class the colour of the theme that the reader prefers, or that `data-theme` on an element
//! around it asks for. The colours of the modes are those of Okabe and Ito (<https://jfly.uni-koeln.de/color/>), made
//! darker or lighter until text in them has a contrast of 4.5 : 1 with the paper; they differ in lightness for nobody, so
//! marks differ in shape too.

use plotters::style::RGBColor;

/// A colour by its purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Text and what must be seen.
    Ink,
    /// Text that stands back: units, captions.
    Soft,
    /// Lines that help the eye.
    Grid,
    /// The background.
    Paper,
    /// A limit, and death by it.
    Alarm,
    /// The eager mode.
    Eager,
    /// The drop-in mode.
    Dropin,
    /// The partitioned mode.
    Partitioned,
}

use Tone::{Alarm, Dropin, Eager, Grid, Ink, Paper, Partitioned, Soft};

/// Every tone: its class, and its colour in the light and in the dark theme.
const TONES: [(Tone, &str, [u8; 3], [u8; 3]); 8] = [
    (Ink, "ink", [0x1b, 0x1c, 0x20], [0xec, 0xed, 0xf1]),
    (Soft, "soft", [0x55, 0x58, 0x60], [0xb4, 0xb8, 0xc2]),
    (Grid, "grid", [0xd8, 0xdb, 0xe2], [0x3b, 0x3f, 0x49]),
    (Paper, "paper", [0xff, 0xff, 0xff], [0x17, 0x19, 0x1e]),
    (Alarm, "alarm", [0xb0, 0x00, 0x34], [0xff, 0x85, 0x9b]),
    (Eager, "eager", [0xb0, 0x4a, 0x00], [0xff, 0xa0, 0x61]),
    (Dropin, "dropin", [0x00, 0x66, 0xa1], [0x66, 0xba, 0xf2]),
    (Partitioned, "partitioned", [0x00, 0x76, 0x58], [0x43, 0xd1, 0xa6]),
];

impl Tone {
    /// The tone of a mode.
    pub fn of_mode(mode: &str) -> Self {
        match mode {
            "eager" => Eager,
            "dropin" => Dropin,
            "partitioned" => Partitioned,
            _ => Ink,
        }
    }

    /// What is drawn.
    pub fn light(self) -> RGBColor {
        let [red, green, blue] = self.row().2;
        RGBColor(red, green, blue)
    }

    /// Its class in the style sheet.
    pub fn class(self) -> &'static str {
        self.row().1
    }

    fn row(self) -> &'static (Tone, &'static str, [u8; 3], [u8; 3]) {
        TONES.iter().find(|row| row.0 == self).expect("every tone has a row")
    }
}

/// `#B04A00`, as plotters writes it.
fn hex(colour: [u8; 3]) -> String {
    format!("#{:02X}{:02X}{:02X}", colour[0], colour[1], colour[2])
}

/// The style sheet: variables for both themes, and the classes that use them.
pub fn style_sheet() -> String {
    let variables = |dark: bool| {
        let of =
            |row: &(Tone, &str, [u8; 3], [u8; 3])| format!("--o-{}:{};", row.1, hex(if dark { row.3 } else { row.2 }));
        TONES.iter().map(of).collect::<String>()
    };
    let (light, dark) = (variables(false), variables(true));
    let classes = |row: &(Tone, &str, [u8; 3], [u8; 3])| {
        format!(".f-{0}{{fill:var(--o-{0})}}.s-{0}{{stroke:var(--o-{0})}}", row.1)
    };
    format!(
        ":root{{{light}}}@media(prefers-color-scheme:dark){{:root{{{dark}}}}}\
         [data-theme=light]{{{light}}}[data-theme=dark]{{{dark}}}{}\
         .outgrow{{font-family:system-ui,-apple-system,'Segoe UI',Roboto,'Liberation Sans',sans-serif;background:var(--o-paper)}}\
         .outgrow text{{font-family:inherit;white-space:pre;paint-order:stroke;stroke:var(--o-paper);stroke-width:3px;stroke-linejoin:round}}",
        TONES.iter().map(classes).collect::<String>()
    )
}

/// Gives each coloured element of a drawing its class.
///
/// Plotters writes at most one colour per element, as `fill` or as `stroke`; the other one is `none`.
pub fn with_classes(svg: &str) -> String {
    let mut themed = svg.to_string();
    for (_, class, light, _) in TONES {
        let colour = hex(light);
        themed = themed.replace(&format!("fill=\"{colour}\""), &format!("fill=\"{colour}\" class=\"f-{class}\""));
        themed = themed.replace(&format!("stroke=\"{colour}\""), &format!("stroke=\"{colour}\" class=\"s-{class}\""));
    }
    themed
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Light of a part of a colour, from 0 to 1.
    fn linear(value: u8) -> f64 {
        match f64::from(value) / 255.0 {
            value if value <= 0.04045 => value / 12.92,
            value => ((value + 0.055) / 1.055).powf(2.4),
        }
    }

    /// WCAG 2.2: <https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio>
    fn contrast(this: [u8; 3], that: [u8; 3]) -> f64 {
        let luminance =
            |colour: [u8; 3]| 0.2126 * linear(colour[0]) + 0.7152 * linear(colour[1]) + 0.0722 * linear(colour[2]);
        let (this, that) = (luminance(this), luminance(that));
        (this.max(that) + 0.05) / (this.min(that) + 0.05)
    }

    #[test]
    fn text_can_be_read_in_both_themes() {
        let paper = Paper.row();
        for row in TONES.iter().filter(|row| !matches!(row.0, Paper | Grid)) {
            for (colour, paper) in [(row.2, paper.2), (row.3, paper.3)] {
                assert!(contrast(colour, paper) >= 4.5, "{}: {}", row.1, contrast(colour, paper));
            }
        }
    }

    #[test]
    fn the_style_sheet_has_both_themes_and_every_class() {
        let sheet = style_sheet();
        let after = |beginning: &str| {
            let (_, rest) = sheet.split_once(beginning).unwrap_or_else(|| panic!("no {beginning} in {sheet}"));
            rest.split('}').next().unwrap()
        };
        // What the reader's system prefers, and what somebody around the drawing asks for.
        let light = [after(":root{"), after("[data-theme=light]{")];
        let dark = [after("@media(prefers-color-scheme:dark){:root{"), after("[data-theme=dark]{")];
        for (tone, class, light_colour, dark_colour) in TONES {
            for (themes, colour) in [(light, light_colour), (dark, dark_colour)] {
                let variable = format!("--o-{class}:{};", hex(colour));
                assert!(themes.iter().all(|theme| theme.contains(&variable)), "{variable} is not in {themes:?}");
            }
            assert_eq!(after(&format!(".f-{class}{{")), format!("fill:var(--o-{class})"), "{tone:?}");
            assert_eq!(after(&format!(".s-{class}{{")), format!("stroke:var(--o-{class})"), "{tone:?}");
        }
    }

    /// Linear light of a colour as those see it who have no cones for green: Machado et al. 2009,
    /// <https://doi.org/10.1109/TVCG.2009.113>, full severity.
    fn without_green(colour: [u8; 3]) -> [f64; 3] {
        let light = colour.map(linear);
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
            .map(|row: [f64; 3]| row.iter().zip(light).map(|(share, light)| share * light).sum::<f64>().clamp(0.0, 1.0))
    }

    /// How far two lights are apart to the eye: the distance in CIELAB, where 2 is just seen.
    fn distance(this: [f64; 3], that: [f64; 3]) -> f64 {
        let lab = |[red, green, blue]: [f64; 3]| {
            let f = |t: f64| if t > 0.008856 { t.cbrt() } else { 7.787 * t + 16.0 / 116.0 };
            let x = f((0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505);
            let y = f(0.2126 * red + 0.7152 * green + 0.0722 * blue);
            let z = f((0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089);
            [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
        };
        lab(this).iter().zip(lab(that)).map(|(this, that)| (this - that).powi(2)).sum::<f64>().sqrt()
    }

    #[test]
    fn modes_are_told_apart_without_green() {
        for theme in [|tone: Tone| tone.row().2, |tone: Tone| tone.row().3] {
            for (this, that) in [(Eager, Dropin), (Eager, Partitioned), (Dropin, Partitioned)] {
                let apart = distance(without_green(theme(this)), without_green(theme(that)));
                assert!(apart > 30.0, "{this:?} and {that:?}: {apart}");
            }
        }
        // So it is not for red and green that are equally bright to them.
        assert!(distance(without_green([0xd0, 0x50, 0x20]), without_green([0x70, 0x80, 0x20])) < 30.0);
    }

    #[test]
    fn a_colour_has_one_class() {
        let themed = with_classes(r##"<rect fill="#B04A00" stroke="none"/><line stroke="#D8DBE2"/>"##);
        assert_eq!(
            themed,
            r##"<rect fill="#B04A00" class="f-eager" stroke="none"/><line stroke="#D8DBE2" class="s-grid"/>"##
        );
    }
}
