//! One file per subcommand: its arguments, its help, and the call into the library.

mod argument;
mod convert;
mod evaluate;
mod explain;
mod input;
mod labels;
mod map;
mod run;
mod sample;
mod segment;
mod train;
mod turns;

use std::fmt::Write as _;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use standpoint::write::atomic;
use standpoint::{Error, Kind, Result};

use crate::progress::Fitting;

/// Read dialogue and say who argues what: speakers, sentences, stances, argument maps.
#[derive(Debug, Parser)]
#[command(version, about, propagate_version = true, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Run(run::Args),
    Segment(segment::Args),
    Turns(turns::Turns),
    Explain(explain::Explain),
    Train(train::Train),
    Evaluate(evaluate::Evaluate),
    Map(map::Map),
    Sample(sample::Sample),
    Convert(convert::Convert),
}

impl Cli {
    /// Does what the arguments say. `Err` means that nothing was written.
    pub(crate) fn run(self) -> Result<ExitCode> {
        match self.command {
            Command::Run(args) => args.run(),
            Command::Segment(args) => args.run(),
            Command::Turns(args) => {
                let whole = args.run(&mut std::io::stdout().lock(), &mut std::io::stderr().lock())?;
                Ok(if whole { ExitCode::SUCCESS } else { ExitCode::from(1) })
            }
            Command::Explain(args) => done(&explain::run(&args)?),
            Command::Train(args) => done(&Fitting::new().watch(|p| train::run(&args, atomic::write, p))?),
            Command::Map(args) => done(&map::run(&args)?),
            Command::Sample(args) => done(&sample::run(&args)?),
            Command::Convert(args) => done(&convert::run(&args)?),
            Command::Evaluate(args) => done(&Fitting::new().watch(|p| evaluate::run(&args, p))?),
        }
    }
}

/// Refuses to write over what is being read.
fn spare(output: &Path, inputs: &[PathBuf]) -> Result<()> {
    let Ok(place) = output.canonicalize() else { return Ok(()) };
    if inputs.iter().any(|input| input.canonicalize().is_ok_and(|input| input == place)) {
        let message = "is an input: choose another name for the output";
        return Err(Error::new(Kind::Usage, message).at_path(output.display().to_string()));
    }
    Ok(())
}

/// Writes files, none of them over what is being read, into a folder that may have to be made; returns what to print.
fn written(files: &[(PathBuf, Vec<u8>)], folder: Option<&Path>, inputs: &[PathBuf]) -> Result<String> {
    for (path, _) in files {
        spare(path, inputs)?;
    }
    folder.map_or(Ok(()), atomic::folder)?;
    let mut said = String::new();
    for (path, bytes) in files {
        atomic::write(path, bytes)?;
        let _ = writeln!(said, "wrote {}", path.display());
    }
    Ok(said)
}

/// A number of things, in words.
fn plural(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}

/// Prints what a command has to say.
fn done(text: &str) -> Result<ExitCode> {
    print(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

/// Writes to standard output; a reader that has gone away (`| head`) ends the command quietly.
fn print(bytes: &[u8]) -> Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(e) if e.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Error::new(Kind::Output, format!("standard output: {e}")))
        }
        _ => Ok(()),
    }
}

/// Sets the number of threads; 0 is one per core.
fn threads(threads: usize) -> Result<()> {
    standpoint::parallel::set_threads(threads).map_err(|m| Error::new(Kind::Usage, m))
}
