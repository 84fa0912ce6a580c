//! Folders and files that are their owner's alone: a store tells of the whole landscape and of everybody in it.

use std::{
    fs::{self, File, OpenOptions},
    io,
    path::Path,
    sync::{Mutex, PoisonError},
};

/// One at a time, see [`there`].
static MAKING: Mutex<()> = Mutex::new(());

/// Makes a folder, and those above it, where they are not there; what it makes is its owner's alone.
pub fn own_folder(path: &Path) -> io::Result<()> {
    let mut folders = fs::DirBuilder::new();
    folders.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut folders, 0o700);
    folders.create(path)
}

/// Whether others than its owner may read or change a file; `false` where it is not there, or the system does not say.
#[cfg(unix)]
pub fn is_open_to_others(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|data| std::os::unix::fs::MetadataExt::mode(&data) & 0o077 != 0)
}

/// Whether others than its owner may read or change a file; `false` where it is not there, or the system does not say.
#[cfg(not(unix))]
pub fn is_open_to_others(_: &Path) -> bool {
    false
}

/// A new file that is its owner's alone.
///
/// # Errors
/// Also where there is one already.
pub(crate) fn new_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Sees to it that a file is there, an empty one that is its owner's alone if need be; SQLite would make one that all may read.
pub(crate) fn there(path: &Path) -> io::Result<()> {
    // Closing a file ends every lock that this process has on it, so nobody may have it open meanwhile. For the same reason one
    // that is there is not opened at all.
    let _alone = MAKING.lock().unwrap_or_else(PoisonError::into_inner);
    match new_file(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        made => made.map(drop),
    }
}
