//! A little SVG by hand: circles, boxes and words in the colours of the charts.

use std::fmt::Write;

use crate::charts::canvas::escape;

/// A picture being drawn.
pub struct Picture {
    name: &'static str,
    width: f64,
    body: String,
}

impl Picture {
    /// An empty picture, so wide.
    pub fn new(name: &'static str, width: f64) -> Self {
        Self { name, width, body: String::new() }
    }

    /// The SVG, with what it shows in words for those who cannot see it.
    pub fn finish(self, height: f64, title: &str) -> String {
        let Self { name, width, body } = self;
        let title = escape(title);
        format!(
            "<svg class=\"outgrow widget-svg\" viewBox=\"0 0 {width} {height}\" role=\"img\" \
             aria-labelledby=\"widget-{name}-title\"><title id=\"widget-{name}-title\">{title}</title>{body}</svg>"
        )
    }

    fn add(&mut self, element: std::fmt::Arguments) {
        // Writing into a String does not fail.
        let _ = self.body.write_fmt(element);
    }

    /// Words; `class` says the colour, `anchor` is `start`, `middle` or `end`.
    pub fn text(&mut self, (x, y): (f64, f64), class: &str, anchor: &str, size: u32, text: &str) {
        let text = escape(text);
        self.add(format_args!(
            "<text x=\"{x:.1}\" y=\"{y:.1}\" class=\"{class}\" text-anchor=\"{anchor}\" font-size=\"{size}\">{text}</text>"
        ));
    }

    /// A box with round corners.
    pub fn rect(&mut self, (x, y): (f64, f64), (width, height): (f64, f64), class: &str) {
        self.add(format_args!(
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"6\" class=\"{class}\"/>"
        ));
    }

    /// A dot with a letter in it: one of six colours.
    pub fn dot(&mut self, (x, y): (f64, f64), colour: usize, letter: &str) {
        self.add(format_args!(
            "<g class=\"dot k{colour}\"><circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"8\"/><text x=\"{x:.1}\" y=\"{:.1}\" \
             text-anchor=\"middle\" font-size=\"10\">{letter}</text></g>",
            y + 3.6
        ));
    }

    /// A line through points.
    pub fn line(&mut self, points: &[(f64, f64)], class: &str) {
        let points: Vec<String> = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        self.add(format_args!("<polyline points=\"{}\" class=\"{class}\" fill=\"none\"/>", points.join(" ")));
    }

    /// What stands for a mode or a figure: `circle`, `square`, `diamond` or `triangle`.
    pub fn mark(&mut self, (x, y): (f64, f64), shape: &str, class: &str) {
        let path = match shape {
            "square" => "M-5,-5H5V5H-5Z",
            "diamond" => "M0,-7L7,0L0,7L-7,0Z",
            "triangle" => "M0,-7L7,6H-7Z",
            _ => "M-5.5,0A5.5,5.5 0 1 0 5.5,0A5.5,5.5 0 1 0 -5.5,0Z",
        };
        self.add(format_args!("<path d=\"{path}\" transform=\"translate({x:.1} {y:.1})\" class=\"{class}\"/>"));
    }
}
