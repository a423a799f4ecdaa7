//! Command-line cases as data: one file each under `tests/cli`. `TRYCMD=overwrite cargo test --test cli` takes
//! what the program prints as the new expectation; read the difference before it is kept.

#[test]
fn cases() {
    trycmd::TestCases::new().case("tests/cli/*.md");
}
