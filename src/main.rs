//! The `standpoint` command: arguments in, exit code out.

mod cli;
mod progress;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    // A reader that leaves early (`| head`) is no fault; anything else is told in one line.
    match cli::Cli::parse().run() {
        Ok(code) => code,
        Err(error) => {
            progress::complain(&error);
            ExitCode::from(2)
        }
    }
}
