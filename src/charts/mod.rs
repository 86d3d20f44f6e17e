//! Records drawn.
