//! The keys that secrets are sealed under, and where they come from.

use std::{
    collections::BTreeSet,
    fmt, fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use ring::{
    aead::{AES_256_GCM, LessSafeKey, UnboundKey},
    digest::{SHA256, digest},
    hmac,
};
use rules::canonical::hex;

use crate::ServiceError;

/// Bytes of a key.
const LENGTH: usize = 32;

/// Where keys come from: 32 bytes in base64. More than one, parted by blanks or commas: the first seals, the others open what was
/// sealed before.
#[derive(Clone, PartialEq, Eq)]
pub enum KeySource {
    /// `BRIDGEWATCH_SECRET_KEY`.
    Text(String),
    /// A file, which is made where it is not there.
    File(PathBuf),
}

impl fmt::Debug for KeySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.place())
    }
}

/// One key.
#[derive(Debug)]
pub(super) struct Key {
    /// The first 8 hex digits of its SHA-256.
    pub id: String,
    pub aead: LessSafeKey,
    /// Makes other keys of this one.
    pub mac: hmac::Key,
}

impl Key {
    fn new(bytes: &[u8]) -> Option<Self> {
        let aead = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, bytes).ok()?);
        let mac = hmac::Key::new(hmac::HMAC_SHA256, bytes);
        Some(Self { id: hex(digest(&SHA256, bytes).as_ref().get(..4)?), aead, mac })
    }

    /// As it is written.
    fn read(part: &str) -> Option<Self> {
        let bytes = STANDARD.decode(part).ok().filter(|bytes| bytes.len() == LENGTH)?;
        Self::new(&bytes)
    }
}

impl KeySource {
    /// The keys there are; none where the file is not there.
    pub(super) fn read(&self) -> Result<Vec<Key>, ServiceError> {
        match self {
            Self::Text(text) => self.keys(text),
            Self::File(path) => match fs::read_to_string(path) {
                Ok(text) => {
                    warn_if_open(path);
                    self.keys(&text)
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
                Err(source) => Err(failed(path, source)),
            },
        }
    }

    /// Keeps every other process, and every other vault of this one, from making or changing keys as long as the value lives. Waits
    /// for whoever has it. Keys in the environment are changed by nobody but who wrote them there.
    pub(super) fn lock(&self) -> Result<Option<fs::File>, ServiceError> {
        let Self::File(path) = self else { return Ok(None) };
        let beside = beside(path, "lock");
        let locked = make_folder(&beside).and_then(|()| {
            let file = owners().create(true).truncate(false).open(&beside)?;
            file.lock()?;
            Ok(file)
        });
        locked.map(Some).map_err(|source| failed(&beside, source))
    }

    /// The first key.
    pub(super) fn make(&self, key: [u8; LENGTH]) -> Result<Vec<Key>, ServiceError> {
        let _alone = self.lock()?;
        if let Self::File(path) = self {
            let new = beside(path, "new");
            write(&new, &[STANDARD.encode(key)]).map_err(|source| failed(&new, source))?;
            // Unlike renaming, this takes nobody's place: whoever came first has the key.
            let linked = fs::hard_link(&new, path);
            let _left_behind = fs::remove_file(&new);
            match linked {
                Err(source) if source.kind() != io::ErrorKind::AlreadyExists => return Err(failed(path, source)),
                Ok(()) | Err(_) => settle(path).map_err(|source| failed(path, source))?,
            }
        }
        self.read()
    }

    /// A new key before those there are; under [`Self::lock`], as [`Self::end`].
    pub(super) fn begin(&self, key: [u8; LENGTH]) -> Result<Vec<Key>, ServiceError> {
        match self {
            Self::Text(text) if parts(text).count() < 2 => {
                let both = "write the new key before the old one, parted by a comma, start the server anew with both";
                Err(self.wrong(&format!("{both}, and rotate again")))
            }
            Self::Text(_) => self.read(),
            Self::File(path) => {
                let before = match fs::read_to_string(path) {
                    Ok(text) => text,
                    Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
                    Err(source) => return Err(failed(path, source)),
                };
                let mut lines = vec![STANDARD.encode(key)];
                lines.extend(parts(&before).map(str::to_owned));
                replace(path, &lines)?;
                self.read()
            }
        }
    }

    /// The first key, and those under which something is sealed still; those in the environment are left to who wrote them there.
    /// Where one of those under which something is sealed is not there, all stay: somebody else had their hands in it.
    pub(super) fn end(&self, used: &BTreeSet<String>) -> Result<Vec<Key>, ServiceError> {
        if let Self::File(path) = self {
            let text = fs::read_to_string(path).map_err(|source| failed(path, source))?;
            let id = |part: &str| Key::read(part).map(|key| key.id);
            let here: BTreeSet<String> = parts(&text).filter_map(id).collect();
            if let Some(lost) = used.difference(&here).next() {
                let why = format!(
                    "secrets are sealed under the key {lost}, which is not in it: put that key back and rotate again"
                );
                return Err(self.wrong(&why));
            }
            let is_used = |part: &str| id(part).is_some_and(|id| used.contains(&id));
            let kept = parts(&text).enumerate().filter(|(at, part)| *at == 0 || is_used(part));
            let kept: Vec<String> = kept.map(|(_, part)| part.to_owned()).collect();
            replace(path, &kept)?;
        }
        self.read()
    }

    fn keys(&self, text: &str) -> Result<Vec<Key>, ServiceError> {
        let keys = parts(text).map(|part| {
            let wrong = || self.wrong("a key is 32 bytes in base64: make one by `openssl rand -base64 32`");
            Key::read(part).ok_or_else(wrong)
        });
        let keys: Vec<Key> = keys.collect::<Result<_, _>>()?;
        if keys.is_empty() { Err(self.wrong("it is empty")) } else { Ok(keys) }
    }

    pub(super) fn wrong(&self, message: &str) -> ServiceError {
        ServiceError::Key { place: self.place(), message: message.to_owned() }
    }

    fn place(&self) -> String {
        match self {
            Self::Text(_) => "BRIDGEWATCH_SECRET_KEY".to_owned(),
            Self::File(path) => path.display().to_string(),
        }
    }
}

fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split(|sign: char| sign.is_whitespace() || sign == ',').filter(|part| !part.is_empty())
}

fn failed(path: &Path, source: io::Error) -> ServiceError {
    ServiceError::KeyFile { path: path.to_owned(), source }
}

fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{end}"));
    path.with_file_name(name)
}

fn make_folder(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), store::own_folder)
}

/// Opens a file to write, that is its owner's alone where it is made.
fn owners() -> fs::OpenOptions {
    let mut options = fs::OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// In one step: at every moment there is the old file or the new one.
fn replace(path: &Path, lines: &[String]) -> Result<(), ServiceError> {
    let new = beside(path, "new");
    let done = write(&new, lines).and_then(|()| fs::rename(&new, path)).and_then(|()| settle(path));
    done.map_err(|source| failed(path, source))
}

/// A file that is its owner's alone, and safe on the disk.
fn write(path: &Path, lines: &[String]) -> io::Result<()> {
    make_folder(path)?;
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let mut file = owners().create_new(true).open(path)?;
    file.write_all(format!("{}\n", lines.join("\n")).as_bytes())?;
    file.sync_all()
}

/// The name too is safe on the disk: a secret in the store is worth nothing without its key.
#[cfg(unix)]
fn settle(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    match fs::File::open(folder.unwrap_or(Path::new(".")))?.sync_all() {
        // Some network folders cannot.
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => Ok(()),
        done => done,
    }
}

#[cfg(not(unix))]
fn settle(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn warn_if_open(path: &Path) {
    let mode = fs::metadata(path).map(|data| std::os::unix::fs::MetadataExt::mode(&data));
    if mode.is_ok_and(|mode| mode & 0o077 != 0) {
        tracing::warn!(file = %path.display(), "the key of the secrets can be read by others: chmod 600 it");
    }
}

#[cfg(not(unix))]
fn warn_if_open(_: &Path) {}
