use super::*;
use crate::{
    ids::RunIds,
    testing::{START, run},
};
use model::Outcome;

fn records(count: usize) -> Vec<RunRecord> {
    let ids = RunIds::new(3);
    let record = |_| RunRecord {
        run: run(ids.next(START), START, Outcome::Failed),
        integration_id: IntegrationId(1),
        probe_id: Some(ProbeId(2)),
    };
    (0..count).map(record).collect()
}

#[tokio::test]
async fn runs_come_back_in_order_and_whole_and_the_file_is_emptied() {
    let folder = tempfile::tempdir().expect("a folder");
    let runs = records(25);
    let mut spool = Spool::open(folder.path().join("spool")).await.expect("a spool");
    spool.append(runs[..20].iter()).await.expect("room");
    spool.append(runs[20..].iter()).await.expect("room");

    let mut back = Vec::new();
    while !spool.is_empty() {
        let chunk = spool.front(10).await.expect("a chunk");
        spool.done(&chunk).await.expect("done");
        back.extend(chunk.runs);
    }

    assert_eq!(back, runs);
    assert_eq!(std::fs::metadata(folder.path().join("spool").join(WAITING)).expect("a file").len(), 0);
}

#[tokio::test]
async fn what_a_crash_cut_off_is_left_out_and_the_rest_is_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let runs = records(2);
    let mut spool = Spool::open(folder.path().to_owned()).await.expect("a spool");
    spool.append(runs.iter()).await.expect("room");
    let file = folder.path().join(WAITING);
    let length = std::fs::metadata(&file).expect("a file").len();
    std::fs::File::options().write(true).open(&file).expect("a file").set_len(length - 7).expect("cut");

    let mut spool = Spool::open(folder.path().to_owned()).await.expect("a spool");
    spool.append(runs[1..].iter()).await.expect("room");

    assert_eq!(spool.front(10).await.expect("a chunk").runs, runs);
}

#[cfg(unix)]
#[tokio::test]
async fn what_waits_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().expect("a folder");
    let spool = folder.path().join("data/spool");
    let mode = |path: &std::path::Path| std::fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    let open = Spool::open(spool.clone()).await.expect("a spool");
    open.refuse(&records(1)[0]).await.expect("put aside");
    for (name, expected) in [("..", 0o700), ("", 0o700), (WAITING, 0o600), (REFUSED, 0o600)] {
        assert_eq!(mode(&spool.join(name)), expected, "{name}");
    }
}
