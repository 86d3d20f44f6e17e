//! The plan of a call, and what its operators do on executors.
//!
//! Two operators are ours. [`SendExec`](send_exec::SendExec) reads rows and packs them into parcels; Ballista's exchange moves
//! these, and [`CallExec`](call_exec::CallExec) calls the function on the groups of what came. Without keys there is no
//! exchange, and `CallExec` reads rows itself:
//!
//! ```text
//! by key   CallExec            by place   CallExec
//!            RepartitionExec                DataSourceExec  (assignments)
//!              SendExec
//!                DataSourceExec  (assignments)
//! ```
//!
//! A plan that is not ours, such as that of a SQL query, gets [`SealExec`](seal_exec::SealExec) on top: its result has to
//! prove itself as well.
//!
//! Read in this order: [`order`] is what is told of the call, [`assignment`] what a task reads, [`send`] how rows are
//! packed, [`parcel`] how an exchange proves that it is whole, [`work`] how the function is called, [`envelope`] how
//! the result proves the same, [`fault`] how errors travel, and [`codec`] how plans do.

pub mod assignment;
pub mod blocking;
pub mod call_exec;
pub mod codec;
pub mod envelope;
pub mod fault;
pub mod frames;
pub mod given;
pub mod interop;
pub mod order;
pub mod parcel;
pub mod seal_exec;
pub mod send;
pub mod send_exec;
pub mod work;
