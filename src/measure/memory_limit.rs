//! A hard limit on the memory of this process, so that "it does not fit" can be seen on a large machine too.

use crate::error::{Error, Result};

/// From now on this process may have at most `bytes` of private memory; an allocation beyond ends it.
///
/// Uses `RLIMIT_DATA`, which counts what is allocated, touched or not.
///
/// # Errors
/// [`Error::Input`] where the system has no such limit (only Linux enforces it) or refuses it.
#[cfg(target_os = "linux")]
pub fn limit_memory(bytes: u64) -> Result<()> {
    use nix::sys::resource::{Resource, setrlimit};
    setrlimit(Resource::RLIMIT_DATA, bytes, bytes)
        .map_err(|cause| Error::input(format!("the system refuses a memory limit of {bytes} bytes: {cause}.")))
}

/// From now on this process may have at most `bytes` of private memory: not possible on this system.
///
/// # Errors
/// [`Error::Input`], always.
#[cfg(not(target_os = "linux"))]
pub fn limit_memory(_bytes: u64) -> Result<()> {
    Err(Error::input("--memory-limit needs Linux: this system enforces no such limit. Leave it out."))
}
