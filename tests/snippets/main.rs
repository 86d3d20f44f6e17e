//! Code that the book shows, by anchor: a module per chapter. Tests run it, so that what is shown is what works.

mod change_the_import;
mod cluster;
mod divided;
mod larger_than_memory;
mod one_core;
mod one_function;
mod one_model_per_task;
mod reference;
mod the_real_ones;
mod when_not_to;
