//! `backup`: the genome in one file, from the running node or from the data directory. `restore`: that file in the place of
//! a genome.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use kolibri_core::backup::{self, LastBackup};
use kolibri_core::clock::rfc3339;
use kolibri_core::store::{DataDirectory, Restored, Verdict, checksum, copy, restore, verify_copy};
use reqwest::blocking::Response;
use serde_json::json;

use super::client::Client;
use super::genome::{Data, advance, progress_bar};
use super::{Connection, Exit, Output, print_json, print_line};
use crate::wire::backup::{MADE, SHA256};

const PATH: &str = "/api/v1/genome/backup";
/// How long a copy may take: a terabyte at 12 MB/s.
const TIMEOUT: Duration = Duration::from_secs(24 * 3600);
/// What a file in a directory of backups begins with, and its end.
const NAME: (&str, &str) = ("kolibri-", ".db");

#[derive(Args)]
pub(super) struct Backup {
    /// The file to write, which is replaced; or a directory, for a new file in it that is named after the time
    file: PathBuf,
    /// Keep only the newest backups of the directory
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..))]
    keep: Option<u64>,
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    node: Connection,
    #[command(flatten)]
    output: Output,
}

#[derive(Args)]
pub(super) struct Restore {
    /// The backup; if FILE.sha256 is beside it, its checksum is compared
    file: PathBuf,
    /// Delete what was there before, once the backup is in its place
    #[arg(long)]
    discard_old: bool,
    #[command(flatten)]
    data: Data,
    #[command(flatten)]
    output: Output,
}

impl Backup {
    pub(super) fn run(self) -> Result<(), Exit> {
        let folder = self.file.is_dir().then(|| self.file.clone());
        if self.keep.is_some() && folder.is_none() {
            return Err(Exit::Failed("--keep needs a directory that exists".to_owned()));
        }
        let partial = match &folder {
            Some(folder) => folder.join("kolibri.partial"),
            None => beside(&self.file, ".partial"),
        };
        let source = Source::find(self.data.directory(), &self.node)?;
        let stored = source.copy(&partial).and_then(|(made, digest)| {
            let file = folder.as_ref().map_or_else(|| self.file.clone(), |folder| folder.join(name(&made)));
            store(&partial, &file, &made, &digest)?;
            Ok((made, file))
        });
        if stored.is_err() {
            // It may not even be there.
            let _ = std::fs::remove_file(&partial);
        }
        let (made, file) = stored?;
        source.note(&made)?;
        if let (Some(folder), Some(keep)) = (folder, self.keep) {
            remove_old(&folder, keep)?;
        }
        self.tell(&made, &file)
    }

    fn tell(&self, made: &LastBackup, file: &Path) -> Result<(), Exit> {
        let bytes = file.metadata().map_err(at(file))?.len();
        let (LastBackup { index, hash, .. }, blocks) = (made, made.index + 1);
        if self.output.json {
            let file = file.display().to_string();
            let taken = rfc3339(made.taken);
            return print_json(
                &json!({ "file": file, "bytes": bytes, "blocks": blocks, "head": hash, "taken": taken }),
            );
        }
        print_line(&format!(
            "backed up: {blocks} blocks, {bytes} bytes in {}; head {index}:{hash}",
            file.display()
        ))
    }
}

/// Where a copy comes from.
enum Source {
    Node(Client),
    Directory(DataDirectory),
}

impl Source {
    /// The node that answers; if none does and no other was asked for, the data directory.
    fn find(directory: DataDirectory, connection: &Connection) -> Result<Self, Exit> {
        let client = Client::new(connection)?;
        let named = connection.url.as_ref().is_some_and(|url| !url.is_empty());
        if named || client.is_running() || !directory.genome().exists() {
            return Ok(Self::Node(client));
        }
        directory.check_free().map_err(|error| {
            format!("{error}; it does not answer at {}: set KOLIBRI_URL to its address", client.url())
        })?;
        Ok(Self::Directory(directory))
    }

    /// Writes a copy into a file, and returns its checksum too, as it is read back from there.
    fn copy(&self, partial: &Path) -> Result<(LastBackup, String), Exit> {
        match self {
            Self::Node(client) => {
                let response = client.accepted(client.send(client.post(PATH).timeout(TIMEOUT))?)?;
                download(response, partial)
            }
            Self::Directory(directory) => {
                let made =
                    copy(directory, partial).map(LastBackup::now).map_err(|error| error.to_string())?;
                Ok((made, checksum(partial).map_err(at(partial))?))
            }
        }
    }

    /// Tells the node that a backup is stored.
    fn note(&self, made: &LastBackup) -> Result<(), Exit> {
        let unknown =
            |error: String| format!("the backup is stored, but the node does not know of it: {error}");
        match self {
            Self::Node(client) => client.accepted(client.send(client.put(PATH).json(made))?).map(drop),
            Self::Directory(directory) => {
                Ok(backup::note(directory, made).map_err(|error| unknown(error.to_string()))?)
            }
        }
    }
}

/// Writes what a node sends into a file, and compares the checksums.
fn download(mut response: Response, partial: &Path) -> Result<(LastBackup, String), Exit> {
    let header = |name| {
        let value = response.headers().get(name).and_then(|value| value.to_str().ok().map(str::to_owned));
        value.ok_or_else(|| format!("the node has a different version than this program: no header {name}"))
    };
    let (sha256, made) = (header(SHA256)?, header(MADE)?);
    let made = serde_json::from_str(&made).map_err(|error| format!("{MADE}: {error}"))?;
    let mut options = OpenOptions::new();
    let options = options.write(true).create(true).truncate(true).mode(0o600);
    let mut file = options.open(partial).map_err(at(partial))?;
    std::io::copy(&mut response, &mut file).map_err(|error| format!("the copy was cut off: {error}"))?;
    file.sync_all().map_err(at(partial))?;
    if checksum(partial).map_err(at(partial))? != sha256 {
        return Err(Exit::Failed("the copy has another checksum than the node's".to_owned()));
    }
    Ok((made, sha256))
}

/// Verifies a copy, gives it its name and writes its checksum beside it.
fn store(partial: &Path, file: &Path, made: &LastBackup, digest: &str) -> Result<(), Exit> {
    let bar = progress_bar("blocks and answers");
    let verdict = verify_copy(partial, |step| {
        advance(&bar, step);
        true
    });
    bar.finish_and_clear();
    match verdict.map_err(|error| error.to_string())? {
        Verdict::Sound { head, .. } if Some(head.into()) == made.head() => {}
        Verdict::Broken { index, fault, .. } => {
            return Err(Exit::Failed(format!("no backup: the genome is broken at block {index}: {fault}")));
        }
        _ => return Err(Exit::Failed("no backup: the copy does not end as the genome did".to_owned())),
    }
    let line = format!("{digest}  {}\n", file.file_name().unwrap_or_default().to_string_lossy());
    let noted = beside(file, ".sha256");
    // While the names change, there is no checksum: never one of another file.
    match std::fs::remove_file(&noted) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(at(&noted)(error).into()),
        _ => std::fs::rename(partial, file).map_err(at(file))?,
    }
    note(&noted, &line).map_err(at(&noted))?;
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    Ok(File::open(folder).and_then(|folder| folder.sync_all()).map_err(at(folder))?)
}

/// Writes a new file durably, for its owner alone, as the backup beside it is.
fn note(path: &Path, line: &str) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(line.as_bytes())?;
    file.sync_all()
}

/// A name that sorts by time.
fn name(made: &LastBackup) -> String {
    let time = rfc3339(made.taken);
    let digits: String = time.chars().take(19).filter(|c| !matches!(c, '-' | ':')).collect();
    format!("{}{digits}Z{}", NAME.0, NAME.1)
}

fn remove_old(folder: &Path, keep: u64) -> Result<(), Exit> {
    let ours = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let time = name.strip_prefix(NAME.0).and_then(|rest| rest.strip_suffix(NAME.1));
        time.is_some_and(|time| time.len() == 16 && time.ends_with('Z'))
    };
    let entries = std::fs::read_dir(folder).map_err(at(folder))?;
    let mut backups: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).filter(ours).collect();
    backups.sort_unstable_by(|one, other| other.cmp(one));
    for old in backups.iter().skip(usize::try_from(keep).unwrap_or(usize::MAX)) {
        std::fs::remove_file(old).map_err(at(old))?;
        // It is written after the backup, so there may be none.
        let _ = std::fs::remove_file(beside(old, ".sha256"));
    }
    Ok(())
}

impl Restore {
    pub(super) fn run(self) -> Result<(), Exit> {
        let directory = self.data.directory();
        let bar = progress_bar("blocks and answers");
        let restored = restore(&directory, &self.file, self.discard_old, |step| advance(&bar, step));
        bar.finish_and_clear();
        let Restored { head, former, kept } = restored.map_err(|error| error.to_string())?;
        let (blocks, lost) = (head.index + 1, former.filter(|former| former.index > head.index));
        if self.output.json {
            let kept = kept.map(|kept| kept.display().to_string());
            let former = former.map(|former| former.to_string());
            return print_json(&json!({
                "blocks": blocks, "head": head.hash.to_string(), "former": former, "kept": kept,
            }));
        }
        print_line(&format!("restored: {blocks} blocks; head {}:{}", head.index, head.hash))?;
        if let Some(former) = lost {
            print_line(&format!(
                "not in it: blocks {blocks} to {} of the genome that was there",
                former.index
            ))?;
        }
        match kept {
            Some(kept) => print_line(&format!(
                "what was there is kept in {}; delete it when you no longer need it",
                kept.display()
            )),
            None => Ok(()),
        }
    }
}

fn beside(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn at(path: &Path) -> impl FnOnce(std::io::Error) -> String {
    let path = path.display().to_string();
    move |error| format!("{path}: {error}")
}
