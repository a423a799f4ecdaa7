//! How a run looks on a terminal: one bar, one line per failure. Silent about progress where standard
//! error is not a terminal. `NO_COLOR` is respected.

use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use standpoint::Error;
use standpoint::pipeline::Observer;
use standpoint::read::Note;

/// Failures shown one by one; a file of a million bad lines is summed up after that.
const SHOWN: usize = 100;

/// The observer of the command line.
pub(crate) struct Progress {
    bar: ProgressBar,
    sentences: AtomicUsize,
    failures: AtomicUsize,
    notes: bool,
}

impl Progress {
    /// Shows a bar if standard error is a terminal, and notes, unless `quiet`.
    pub(crate) fn new(quiet: bool) -> Self {
        let target = if quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        let style = "{spinner} {bar:24} {pos}/{len} files, {msg}, {elapsed}, {eta} left";
        let style = ProgressStyle::with_template(style).unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = ProgressBar::with_draw_target(Some(0), target).with_style(style).with_message("0 sentences");
        Self { bar, sentences: AtomicUsize::new(0), failures: AtomicUsize::new(0), notes: !quiet }
    }

    /// Runs with this observer; a panic inside becomes a row of `errors.csv`, not a backtrace on the screen.
    pub(crate) fn watch<R>(&self, run: impl FnOnce(&dyn Observer) -> R) -> R {
        std::panic::set_hook(Box::new(|_| {}));
        self.bar.enable_steady_tick(Duration::from_millis(200));
        let result = run(self);
        drop(std::panic::take_hook());
        self.bar.finish_and_clear();
        let hidden = self.failures.load(Ordering::Relaxed).saturating_sub(SHOWN);
        if hidden > 0 {
            line(&format!("error: {hidden} more errors; all are in errors.csv"));
        }
        result
    }
}

impl Observer for Progress {
    fn started(&self, inputs: usize, done: usize) {
        self.bar.set_length(inputs as u64);
        if done > 0 && self.notes {
            let said = format!("note: taking up an interrupted run: {done} of {inputs} files done");
            self.bar.suspend(|| line(&said));
        }
    }

    fn sentences(&self, more: usize) {
        let now = self.sentences.fetch_add(more, Ordering::Relaxed) + more;
        let seconds = self.bar.elapsed().as_secs_f64().max(1e-3);
        self.bar.set_message(format!("{now} sentences ({:.0}/s)", now as f64 / seconds));
    }

    fn input_done(&self) {
        self.bar.inc(1);
    }

    fn failed(&self, error: &Error) {
        if self.failures.fetch_add(1, Ordering::Relaxed) < SHOWN {
            self.bar.suspend(|| complain(error));
        }
    }

    fn note(&self, path: &str, note: &Note) {
        if self.notes {
            self.bar.suspend(|| remark(path, &note.to_string()));
        }
    }
}

/// A bar for training and cross-validation: the stage's name and how much of it is done.
pub(crate) struct Fitting {
    bar: ProgressBar,
}

impl Fitting {
    pub(crate) fn new() -> Self {
        let style = ProgressStyle::with_template("{spinner} {bar:24} {percent:>3} % {msg}, {elapsed}");
        let bar = ProgressBar::with_draw_target(Some(1000), ProgressDrawTarget::stderr());
        Self { bar: bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar())) }
    }

    /// Runs with the function that is to be told about progress.
    pub(crate) fn watch<R>(&self, run: impl FnOnce(&(dyn Fn(&str, f64) + Sync)) -> R) -> R {
        self.bar.enable_steady_tick(Duration::from_millis(200));
        let result = run(&|stage, share| {
            self.bar.set_position((share * 1000.0) as u64);
            self.bar.set_message(stage.to_owned());
        });
        self.bar.finish_and_clear();
        result
    }
}

/// One line about an error on standard error.
pub(crate) fn complain(error: &Error) {
    line(&format!("error: {error}"));
}

/// One line about what was guessed of an input.
pub(crate) fn remark(path: &str, note: &str) {
    line(&format!("note: {path}: {note}"));
}

fn line(text: &str) {
    // If standard error is gone there is nobody left to tell.
    let _ = writeln!(std::io::stderr(), "{text}");
}
