//! `standpoint explain`: which words, classes and context moved a label.

use std::fmt::Write;
use std::path::PathBuf;

use clap::Args;
use standpoint::stance::{PredictOptions, StanceModel};
use standpoint::{Document, Error, Kind, Question, Result, Sentence, Span, Turn};

use super::labels::model;

/// Say why a sentence gets its label: words, word classes and context, signed
#[derive(Args, Debug)]
pub(crate) struct Explain {
    /// The sentence
    #[arg(value_name = "SENTENCE")]
    text: String,
    /// The sentence before it
    #[arg(long, value_name = "SENTENCE")]
    before: Option<String>,
    /// The question it answers
    #[arg(long, value_name = "QUESTION")]
    question: Option<String>,
    /// Model to use [default: the one that comes with the program]
    #[arg(long, value_name = "MODEL")]
    model: Option<PathBuf>,
    /// How many reasons to show
    #[arg(long, value_name = "N", default_value_t = 12)]
    top: usize,
    /// Report as JSON
    #[arg(long)]
    json: bool,
}

/// Explains; returns what to print.
///
/// # Errors
/// An empty sentence or a model that cannot be used.
pub(crate) fn run(args: &Explain) -> Result<String> {
    let own;
    let model = match &args.model {
        Some(path) => {
            own = model(path)?;
            &own
        }
        None => StanceModel::shipped(),
    };
    if args.text.trim().is_empty() {
        return Err(Error::new(Kind::Usage, "the sentence is empty"));
    }
    let document = document(args);
    let at = document.sentences.len() - 1;
    let stances = model.predict(&document, &PredictOptions::default());
    let mut reasons = model.explain(&document, at);
    reasons.truncate(args.top);
    let labels = &model.labels().labels;
    if args.json {
        let probabilities: serde_json::Map<_, _> =
            labels.iter().zip(stances.row(at)).map(|(l, p)| (l.clone(), serde_json::json!(p))).collect();
        let out = serde_json::json!({
            "text": args.text, "stance": stances.name(at), "labels": labels,
            "probabilities": probabilities, "reasons": reasons,
        });
        return Ok(format!("{out}\n"));
    }
    let mut out = format!("{} ({:.0} %)\n", stances.name(at), stances.confidence(at) * 100.0);
    // Writing to a string cannot fail.
    for (label, p) in labels.iter().zip(stances.row(at)) {
        let _ = writeln!(out, "  {:>3.0} %  {label}", p * 100.0);
    }
    let width = labels.iter().map(|l| l.chars().count()).max().unwrap_or(0);
    let _ = write!(out, "\n{:34}", "what moved it");
    for label in labels {
        let _ = write!(out, "  {label:>width$}");
    }
    for reason in &reasons {
        let kind = match reason.kind {
            standpoint::stance::ReasonKind::Context => "context: ",
            _ => "",
        };
        let _ = write!(out, "\n{:34}", format!("{kind}{}", reason.name));
        for w in &reason.weights {
            let _ = write!(out, "  {w:>+width$.2}");
        }
    }
    out.push('\n');
    Ok(out)
}

/// The sentence in the little context that was given.
fn document(args: &Explain) -> Document {
    let mut document = Document::default();
    if let Some(question) = &args.question {
        document.questions.push(Question { text: question.clone(), ..Question::default() });
    }
    let question = args.question.is_some().then_some(0);
    document.turns.push(Turn { question, ..Turn::default() });
    for text in args.before.iter().chain([&args.text]) {
        let start = document.text.len();
        document.text.push_str(text);
        let span = Span::new(start, document.text.len());
        document.turns[0].spans.push(span);
        document.sentences.push(Sentence { turn: 0, span });
        document.text.push('\n');
    }
    document
}
