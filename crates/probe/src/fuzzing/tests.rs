//! The corpora of the targets, given to what the targets call. Inputs whose names begin with `no-` are not what they are read as.

use std::{fs, path::Path};

macro_rules! corpora {
    ($($(#[$cfg:meta])? $target:ident)*) => { $(
        $(#[$cfg])?
        #[test]
        fn $target() {
            each(stringify!($target), super::$target);
        }
    )* };
}

corpora! {
    redis smtp amqp mqtt kafka scram kafka_records
    #[cfg(feature = "sql")] postgres
    #[cfg(feature = "sql")] mysql
    #[cfg(feature = "sql")] sql_query
    #[cfg(feature = "sftp")] sftp
    #[cfg(feature = "dns")] dns
    #[cfg(feature = "grpc")] grpc_health
    #[cfg(feature = "s3")] s3_listing
    icmp prometheus unpack cookies json_path starttls proxy
}

fn each(target: &str, read: fn(&[u8]) -> bool) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
    let inputs = fs::read_dir(&folder).unwrap_or_else(|why| panic!("{}: {why}", folder.display()));
    let mut names: Vec<String> =
        inputs.map(|input| input.expect("an input").file_name().into_string().expect("a name")).collect();
    names.sort();
    assert!(names.iter().any(|name| !name.starts_with("no-")), "{target} has no input that is true");
    for name in names {
        println!("{target}/{name}");
        let input = fs::read(folder.join(&name)).expect("an input");
        assert_eq!(read(&input), !name.starts_with("no-"), "{target}/{name}");
    }
}
