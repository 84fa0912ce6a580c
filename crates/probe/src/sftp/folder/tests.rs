use model::{Reason, Timestamp};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{Fields, Folder, LONGEST_NAME, Seen, files};

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
