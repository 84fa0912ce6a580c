//! Queries of SQL.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let _read = probe::fuzzing::sql_query(input);
});
