//! Shown in the pages of the reference, and in the two maps.
