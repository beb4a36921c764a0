//! Opening what has to be a file. A pipe in its place would let the start wait for ever, and a device could be anything.

use std::fs::{File, OpenOptions};
use std::io::{Error, ErrorKind, Read, Result};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rustix::fs::OFlags;

/// Opens a file; follows no link if `links` is false.
///
/// # Errors
/// The system's, and [`ErrorKind::InvalidInput`] for what is no file.
pub(crate) fn open(options: &mut OpenOptions, path: &Path, links: bool) -> Result<File> {
    // Otherwise opening a pipe waits for somebody at its other end (POSIX, open).
    let flags = if links { OFlags::NONBLOCK } else { OFlags::NONBLOCK | OFlags::NOFOLLOW };
    let file = options.custom_flags(flags.bits().cast_signed()).open(path)?;
    match file.metadata()?.is_file() {
        true => Ok(file),
        false => Err(no_file()),
    }
}

fn no_file() -> Error {
    Error::new(ErrorKind::InvalidInput, "it is a folder, a pipe, a device or the like, and no file")
}

/// Checks what another library will open, which says by itself what it thinks of nothing. It is not opened here: closing a database
/// gives up all locks that the process has on it (POSIX, fcntl).
///
/// # Errors
/// [`ErrorKind::InvalidInput`] for a folder, a pipe, a device or the like.
pub(crate) fn check(path: &Path) -> Result<()> {
    let is_strange = path.metadata().is_ok_and(|found| !found.is_file());
    if is_strange { Err(no_file()) } else { Ok(()) }
}

/// The whole of a file; follows no link if `links` is false.
///
/// # Errors
/// As [`open`].
pub(crate) fn read(path: &Path, links: bool) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open(OpenOptions::new().read(true), path, links)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use rustix::fs::{CWD, FileType, Mode, mknodat};

    use super::*;

    #[test]
    fn a_pipe_is_refused_at_once_and_a_link_where_none_may_be() {
        let root = tempfile::tempdir().unwrap();
        let (pipe, file, link) =
            (root.path().join("pipe"), root.path().join("file"), root.path().join("link"));
        mknodat(CWD, &pipe, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
        std::fs::write(&file, "text").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        assert_eq!(read(&pipe, true).unwrap_err().kind(), ErrorKind::InvalidInput);
        for strange in [&pipe, root.path()] {
            assert_eq!(check(strange).unwrap_err().kind(), ErrorKind::InvalidInput);
        }
        for path in [&file, &link, &root.path().join("none")] {
            check(path).unwrap();
        }
        assert_eq!(read(Path::new("/dev/null"), true).unwrap_err().kind(), ErrorKind::InvalidInput);
        assert_eq!(
            (read(&file, false).unwrap(), read(&link, true).unwrap()),
            (b"text".to_vec(), b"text".to_vec())
        );
        assert!(read(&link, false).is_err());
        assert_eq!(read(&root.path().join("none"), true).unwrap_err().kind(), ErrorKind::NotFound);
    }
}
