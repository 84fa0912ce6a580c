use model::{Reason, Timestamp};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{Fields, Folder, LONGEST_NAME, MOST_NAMES, Seen, files};

fn entry(name: &str, mode: u32, flags: u32) -> Vec<u8> {
    let counted = |text: &str| {
        let length = u32::try_from(text.len()).expect("short");
        [&length.to_be_bytes()[..], text.as_bytes()].concat()
    };
    let mut bytes = [counted(name), counted("-rw-r--r-- 1 ...")].concat();
    bytes.extend(flags.to_be_bytes());
    for number in [0_u32, 12, mode, 7, 1_000] {
        bytes.extend(number.to_be_bytes());
    }
    bytes
}

#[test]
fn files_are_told_from_folders_and_links() {
    let listed = [entry("orders.csv", 0o100_644, 13), entry("old", 0o040_755, 13), entry("link", 0o120_777, 13)];
    let body = [3_u32.to_be_bytes().to_vec(), listed.concat()].concat();
    let orders = Seen { name: "orders.csv".to_owned(), size: 12, changed: Timestamp(1_000_000) };
    assert_eq!(files(&mut Fields(&body)), Some(vec![orders]));
}

#[test]
fn a_list_that_announces_more_than_there_is_is_none() {
    let body = [u32::MAX.to_be_bytes().to_vec(), entry("a", 0o100_644, 13)].concat();
    assert_eq!(files(&mut Fields(&body)), None);
    let body = [1_u32.to_be_bytes().to_vec(), entry("a", 0o100_644, 0x8000_000d)].concat();
    assert_eq!(files(&mut Fields(&body)), None);
}

#[test]
fn a_name_that_no_system_has_is_none() {
    let of = |length: usize| [1_u32.to_be_bytes().to_vec(), entry(&"x".repeat(length), 0o100_644, 13)].concat();
    assert_eq!(files(&mut Fields(&of(LONGEST_NAME))).map(|files| files.len()), Some(1));
    assert_eq!(files(&mut Fields(&of(LONGEST_NAME + 1))), None);
}

#[tokio::test]
async fn a_packet_that_is_announced_too_large_is_not_waited_for() {
    let (ours, mut theirs) = tokio::io::duplex(64);
    theirs.write_u32(u32::MAX).await.expect("sent");
    let trouble = Folder::begin(ours, "erp:22").await.map(|_| ()).expect_err("trouble");
    assert_eq!(trouble.reason, Reason::TooLarge);
    assert_eq!(theirs.read_u32().await.expect("asked"), 5);
}

/// A server that answers everything and says this of a folder, again and again.
async fn endless(mut channel: tokio::io::DuplexStream, names: Vec<Vec<u8>>) {
    let count = u32::try_from(names.len()).expect("few").to_be_bytes();
    let list = [&count[..], &names.concat()].concat();
    while let Ok(length) = channel.read_u32().await {
        let mut asked = vec![0; usize::try_from(length).expect("short")];
        channel.read_exact(&mut asked).await.expect("a question");
        let number = asked.get(1..5).unwrap_or_default();
        let (kind, body): (u8, Vec<u8>) = match asked[0] {
            1 => (2, 3_u32.to_be_bytes().to_vec()),
            11 => (102, [number, &1_u32.to_be_bytes(), b"h"].concat()),
            _ => (104, [number, list.as_slice()].concat()),
        };
        let length = u32::try_from(body.len() + 1).expect("short");
        let answer = [&length.to_be_bytes()[..], &[kind], &body].concat();
        if channel.write_all(&answer).await.is_err() {
            break;
        }
    }
}

#[tokio::test]
async fn a_list_without_end_is_left_whatever_it_is_of() {
    let of = |mode: u32, each: usize| (0..each).map(|_| entry("x", mode, 13)).collect::<Vec<_>>();
    for (names, answers) in
        [(of(0o040_755, 1_000), MOST_NAMES / 1_000), (of(0o120_777, 999), MOST_NAMES / 999), (Vec::new(), MOST_NAMES)]
    {
        let (ours, theirs) = tokio::io::duplex(1 << 17);
        let listing = async {
            let mut folder = Folder::begin(ours, "erp:22").await?;
            folder.open("out").await?;
            let mut heard = 0;
            loop {
                match folder.more().await {
                    Ok(files) => assert_eq!(files, Some(Vec::new())),
                    Err(trouble) => return Ok::<_, rules::assess::Trouble>((heard, trouble)),
                }
                heard += 1;
            }
        };
        // The folder is let go at the end of the list, and with it the server.
        let (listed, ()) = tokio::join!(listing, endless(theirs, names));
        let (heard, trouble) = listed.expect("a list");
        assert_eq!(heard, answers, "up to the bound it is a list like any other");
        assert_eq!(trouble.reason, Reason::TooLarge);
        let message = "erp:22 listed more than 200000 names, folders and links among them: choose a folder with fewer";
        assert_eq!(trouble.message, message);
    }
}
