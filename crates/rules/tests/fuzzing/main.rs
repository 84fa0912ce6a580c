//! What the targets in `fuzz/` hold of every input, each in a file of its own, and their corpora given to it. Inputs whose names
//! begin with `no-` are not what they are read as.

mod catalogue;
mod expression;
mod keyword;
mod kinds;
mod perfdata;
mod range;
mod references;
mod schedule;
mod sheet;
mod window;

use std::{fs, path::Path};

macro_rules! corpora {
    ($($target:ident)*) => { $(
        #[test]
        fn $target() {
            each(stringify!($target), $target::check);
        }
    )* };
}

corpora! { catalogue expression keyword perfdata range references schedule sheet window }

fn each(target: &str, check: fn(&[u8]) -> bool) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
    let inputs = fs::read_dir(&folder).unwrap_or_else(|why| panic!("{}: {why}", folder.display()));
    let mut names: Vec<String> =
        inputs.map(|input| input.expect("an input").file_name().into_string().expect("a name")).collect();
    names.sort();
    assert!(names.iter().any(|name| !name.starts_with("no-")), "{target} has no input that is true");
    for name in names {
        println!("{target}/{name}");
        let input = fs::read(folder.join(&name)).expect("an input");
        assert_eq!(check(&input), !name.starts_with("no-"), "{target}/{name}");
    }
}
