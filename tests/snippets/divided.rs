//! Shown in the book's chapter of the same name.
