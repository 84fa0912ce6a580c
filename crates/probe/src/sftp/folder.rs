//! Version 3 of SFTP (draft-ietf-secsh-filexfer-02), as far as a folder is listed by it.

use model::{Reason, Timestamp};
use rules::assess::Trouble;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use crate::{files::Seen, said};

/// Bytes of one packet at most; OpenSSH sends 256 KiB.
const LONGEST: usize = 1_048_576;

/// Bytes of the name of an open folder at most, by the draft.
const LONGEST_HANDLE: usize = 256;

/// Bytes of a file's name at most; no system has longer ones, and each is held against a pattern.
pub(super) const LONGEST_NAME: usize = 4_096;

/// Names in a folder at most, whatever they are of: twice as many as files may be asked for.
const MOST_NAMES: usize = 200_000;

/// Packets, by their numbers.
const INIT: u8 = 1;
const VERSION: u8 = 2;
const OPENDIR: u8 = 11;
const READDIR: u8 = 12;
const STATUS: u8 = 101;
const HANDLE: u8 = 102;
const NAME: u8 = 104;

/// What a status says at the end of a list.
const END: u32 = 1;

/// A channel on which a folder is listed.
pub(super) struct Folder<'p, S> {
    channel: S,
    peer: &'p str,
    /// The number of the last question.
    asked: u32,
    handle: Vec<u8>,
    /// How many names were listed so far, those of folders and links too.
    names: usize,
}

impl<'p, S: AsyncRead + AsyncWrite + Unpin> Folder<'p, S> {
    /// Agrees on the version.
    pub(super) async fn begin(channel: S, peer: &'p str) -> Result<Self, Trouble> {
        let mut folder = Self { channel, peer, asked: 0, handle: Vec::new(), names: 0 };
        folder.send(INIT, &3_u32.to_be_bytes()).await?;
        match folder.packet().await? {
            (VERSION, body) if Fields(&body).int().is_some_and(|version| version >= 3) => Ok(folder),
            _ => Err(folder.unlike()),
        }
    }

    /// Opens a folder.
    pub(super) async fn open(&mut self, path: &str) -> Result<(), Trouble> {
        let (kind, body) = self.ask(OPENDIR, path.as_bytes()).await?;
        let mut fields = Fields(&body);
        match kind {
            HANDLE => {
                let handle = fields.counted().filter(|handle| handle.len() <= LONGEST_HANDLE);
                self.handle = handle.ok_or_else(|| self.unlike())?.to_vec();
                Ok(())
            }
            STATUS => Err(self.refused(&mut fields, path)),
            _ => Err(self.unlike()),
        }
    }

    /// Some more of its files; `None` at its end.
    pub(super) async fn more(&mut self) -> Result<Option<Vec<Seen>>, Trouble> {
        let handle = self.handle.clone();
        let (kind, body) = self.ask(READDIR, &handle).await?;
        let mut fields = Fields(&body);
        match kind {
            NAME => {
                // A list without a name counts as one: it has to end as well.
                let names = Fields(fields.0).int().and_then(|count| usize::try_from(count).ok()).unwrap_or(0).max(1);
                let files = files(&mut fields).ok_or_else(|| self.unlike())?;
                self.names = self.names.saturating_add(names);
                if self.names > MOST_NAMES { Err(self.too_many_names()) } else { Ok(Some(files)) }
            }
            STATUS if Fields(fields.0).int() == Some(END) => Ok(None),
            STATUS => Err(self.refused(&mut fields, "the folder")),
            _ => Err(self.unlike()),
        }
    }

    /// The trouble of a folder with more files than are listed.
    pub(super) fn too_many(&self, most: i64) -> Trouble {
        let message = format!("{} listed more than {most} files: see max_files", self.peer);
        Trouble::new(Reason::TooLarge, message)
    }

    fn too_many_names(&self) -> Trouble {
        let message = format!(
            "{} listed more than {MOST_NAMES} names, folders and links among them: choose a folder with fewer",
            self.peer
        );
        Trouble::new(Reason::TooLarge, message)
    }

    /// Asks about one text, and gives the answer's kind and what is in it.
    async fn ask(&mut self, kind: u8, about: &[u8]) -> Result<(u8, Vec<u8>), Trouble> {
        self.asked += 1;
        let length = u32::try_from(about.len()).unwrap_or(u32::MAX);
        let body = [&self.asked.to_be_bytes()[..], &length.to_be_bytes(), about].concat();
        self.send(kind, &body).await?;
        let (kind, mut body) = self.packet().await?;
        if Fields(&body).int() != Some(self.asked) {
            return Err(self.unlike());
        }
        body.drain(..4);
        Ok((kind, body))
    }

    async fn send(&mut self, kind: u8, body: &[u8]) -> Result<(), Trouble> {
        let length = u32::try_from(body.len() + 1).unwrap_or(u32::MAX);
        let packet = [&length.to_be_bytes()[..], &[kind], body].concat();
        let sent = async {
            self.channel.write_all(&packet).await?;
            self.channel.flush().await
        };
        sent.await.map_err(|error| said::broke_off(self.peer, &error))
    }

    async fn packet(&mut self) -> Result<(u8, Vec<u8>), Trouble> {
        let length = self.channel.read_u32().await.map_err(|error| self.ended(&error))?;
        let length = usize::try_from(length).ok().filter(|length| *length > 0).ok_or_else(|| self.unlike())?;
        if length > LONGEST {
            let message = format!("{} announced {length} bytes at once, at most {LONGEST} are read", self.peer);
            return Err(Trouble::new(Reason::TooLarge, message));
        }
        let mut body = vec![0; length];
        self.channel.read_exact(&mut body).await.map_err(|error| self.ended(&error))?;
        let kind = body.remove(0);
        Ok((kind, body))
    }

    fn ended(&self, error: &std::io::Error) -> Trouble {
        if error.kind() == std::io::ErrorKind::UnexpectedEof {
            return Trouble::new(Reason::Protocol, format!("{} ended SFTP before it had answered", self.peer));
        }
        said::broke_off(self.peer, error)
    }

    fn refused(&self, fields: &mut Fields<'_>, what: &str) -> Trouble {
        let code = fields.int();
        let said = fields.counted().map(|said| String::from_utf8_lossy(said).chars().take(200).collect::<String>());
        let reason = match code {
            Some(2) => Reason::NotFound,
            Some(3) => Reason::Auth,
            Some(4) => Reason::ServerError,
            Some(_) => Reason::ClientError,
            None => return self.unlike(),
        };
        let said = said.filter(|said| !said.is_empty()).unwrap_or_else(|| "no reason".to_owned());
        Trouble::new(reason, format!("{} does not list {what}: {said}", self.peer))
    }

    fn unlike(&self) -> Trouble {
        Trouble::new(Reason::Protocol, format!("{} does not speak version 3 of SFTP", self.peer))
    }
}

/// The files of an answer; folders, links and the like are passed over.
fn files(fields: &mut Fields<'_>) -> Option<Vec<Seen>> {
    let count = fields.int()?;
    let mut seen = Vec::new();
    for _file in 0..count {
        let name = fields.counted().filter(|name| name.len() <= LONGEST_NAME)?;
        let name = String::from_utf8_lossy(name).into_owned();
        let _as_ls_shows_it = fields.counted()?;
        let Attributes { size, mode, changed } = Attributes::read(fields)?;
        let is_file = mode.map_or(name != "." && name != "..", |mode| mode & 0o170_000 == 0o100_000);
        if let (true, Some(changed)) = (is_file, changed) {
            let changed = Timestamp(i64::from(changed) * 1_000);
            seen.push(Seen { name, size: i64::try_from(size.unwrap_or(0)).unwrap_or(i64::MAX), changed });
        }
    }
    Some(seen)
}

struct Attributes {
    size: Option<u64>,
    mode: Option<u32>,
    /// In seconds.
    changed: Option<u32>,
}

impl Attributes {
    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let flags = fields.int()?;
        let has = |flag: u32| flags & flag != 0;
        let size = if has(1) { Some(u64::from(fields.int()?) << 32 | u64::from(fields.int()?)) } else { None };
        if has(2) {
            let _user_and_group = fields.take(8)?;
        }
        let mode = if has(4) { Some(fields.int()?) } else { None };
        let changed = if has(8) {
            let _read = fields.int()?;
            Some(fields.int()?)
        } else {
            None
        };
        if has(0x8000_0000) {
            let count = fields.int()?;
            for _pair in 0..count {
                fields.counted()?;
                fields.counted()?;
            }
        }
        Some(Self { size, mode, changed })
    }
}

/// What is left of a packet. `None` where it ends too early.
struct Fields<'b>(&'b [u8]);

impl<'b> Fields<'b> {
    fn take(&mut self, count: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn int(&mut self) -> Option<u32> {
        Some(u32::from_be_bytes(self.take(4)?.try_into().ok()?))
    }

    fn counted(&mut self) -> Option<&'b [u8]> {
        let count = usize::try_from(self.int()?).ok()?;
        self.take(count)
    }
}

#[cfg(test)]
mod tests;
