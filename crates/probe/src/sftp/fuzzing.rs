//! Packets that list a folder.

use rules::assess::Trouble;

use super::folder::{Folder, LONGEST_NAME};
use crate::{
    files::Seen,
    fuzzing::{PIECES, talk},
};

/// Bytes that a file takes in a list besides its name: the lengths of both texts, what is told of it, and two moments.
const AROUND: usize = 20;

/// Characters of a sentence at most.
const SENTENCE: usize = 300;

/// Whether it lists a folder to its end. No more files are read than there is room for in what came.
pub(crate) fn list(input: &[u8]) -> bool {
    let [whole, pieces] = PIECES.map(|piece| listed(input, piece));
    assert_eq!(whole, pieces, "it matters how much comes at once");
    let files = match whole {
        Ok(files) => files,
        Err(trouble) => {
            assert!(trouble.message.chars().count() <= SENTENCE, "{}", trouble.message);
            return false;
        }
    };
    let signs = |file: &Seen| file.name.chars().count();
    let read: usize = files.iter().map(|file| AROUND + signs(file)).sum();
    assert!(read <= input.len(), "files of {read} bytes in {}", input.len());
    for file in &files {
        assert!(signs(file) <= LONGEST_NAME && file.size >= 0 && file.changed.0 >= 0, "{file:?}");
    }
    true
}

fn listed(input: &[u8], piece: usize) -> Result<Vec<Seen>, Trouble> {
    talk(input, piece, |channel| async move {
        let mut folder = Folder::begin(channel, "peer.example:22").await?;
        folder.open("orders").await?;
        let mut all = Vec::new();
        while let Some(files) = folder.more().await? {
            all.extend(files);
        }
        Ok::<_, Trouble>(all)
    })
}
