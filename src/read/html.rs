//! HTML: the running text of a page, without navigation, with what is set in bold.

use html5gum::emitters::default::DefaultEmitter;
use html5gum::{StartTag, Token, Tokenizer};

use super::markup::{Mark, Running};
use super::{Input, Item, ReadOptions, Reader, Sink, Sniff, txt};
use crate::error::{Error, Kind, Result};

/// Web pages.
pub(super) struct Html;

/// Elements that hold no running text. Not `<head>`, whose end may be left out: all that it may hold is here or void.
const SKIPPED: &[&str] = &[
    "script",
    "style",
    "noscript",
    "template",
    "title",
    "svg",
    "math",
    "nav",
    "footer",
    "aside",
    "button",
    "select",
    "textarea",
    "label",
    "iframe",
    "object",
    "audio",
    "video",
    "canvas",
    "figure",
    "figcaption",
    "menu",
];

/// Elements that are never closed, so that nothing is inside them.
const VOID: &[&str] =
    &["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"];

/// Elements that begin and end a line.
const BLOCKS: &[&str] = &[
    "p",
    "div",
    "li",
    "ul",
    "ol",
    "dl",
    "dt",
    "dd",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "br",
    "hr",
    "tr",
    "table",
    "section",
    "article",
    "main",
    "header",
    "blockquote",
    "pre",
    "form",
    "address",
    "details",
    "summary",
    "body",
];

/// Elements whose nesting counts: those that are always closed.
const NESTED: &[&str] = &["div", "span", "section", "article", "ul", "ol", "table", "blockquote"];

impl Reader for Html {
    fn name(&self) -> &'static str {
        "html"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["html", "htm", "xhtml"]
    }

    fn about(&self) -> &'static str {
        "web pages: the main text without navigation; names in bold, in <dt> or before a colon"
    }

    fn sniff(&self, head: &[u8]) -> Sniff {
        let text = String::from_utf8_lossy(&head[..head.len().min(2048)]).to_lowercase();
        let begins = ["<!doctype html", "<html", "<head", "<body", "<!--"]
            .iter()
            .any(|tag| text.trim_start_matches(['\u{FEFF}', ' ', '\n', '\r', '\t']).starts_with(tag));
        if begins || text.contains("<html") { Sniff::Yes } else { Sniff::Maybe }
    }

    fn read(&self, input: &mut Input, options: &ReadOptions, sink: &mut Sink<'_>) -> Result<()> {
        let declared = declared(input.head()?);
        let (page, note) = input.text(declared.as_deref(), &options.limits)?;
        note.map_or(Ok(()), |note| sink(Item::note(note)))?;
        let running = running(&page, options.limits.depth)?;
        drop(page);
        txt::transcript(input, running.text, &running.hints, options, sink)
    }
}

/// The encoding that a page declares: `charset=` in its first bytes.
fn declared(head: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(&head[..head.len().min(4096)]).to_lowercase();
    let after = &text[text.find("charset=")? + 8..];
    let name: String = after
        .trim_start_matches(['"', '\''])
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c))
        .collect();
    (!name.is_empty()).then_some(name)
}

/// The running text of a page.
fn running(page: &str, depth: usize) -> Result<Running> {
    let mut emitter = DefaultEmitter::<usize>::new_with_span();
    emitter.naively_switch_states(true);
    let mut walk = Walk { page, depth, ..Walk::default() };
    for token in Tokenizer::new_with_emitter(page, emitter).flatten() {
        match token {
            Token::StartTag(tag) => walk.start(&tag)?,
            Token::EndTag(tag) => walk.end(&String::from_utf8_lossy(&tag.name)),
            Token::String(text) => walk.text(&String::from_utf8_lossy(&text.value), text.span.start),
            _ => {}
        }
    }
    Ok(walk.finish())
}

#[derive(Default)]
struct Walk<'a> {
    page: &'a str,
    depth: usize,
    running: Running,
    /// The element that is being skipped, and how often it is open.
    skipped: Option<(String, usize)>,
    nested: usize,
    bold: usize,
    speaker: Option<(String, usize)>,
    verbatim: usize,
    /// Where the open form began.
    form: Option<Mark>,
    /// Line of the source at a byte of it.
    line: u32,
    at: usize,
    /// Where `<main>` or `<article>` began, and the largest stretch of either.
    main_from: Vec<usize>,
    main: Option<(usize, usize)>,
}

impl Walk<'_> {
    fn line_of(&mut self, byte: usize) -> u32 {
        let byte = byte.min(self.page.len());
        if byte > self.at {
            self.line += memchr::memchr_iter(b'\n', &self.page.as_bytes()[self.at..byte]).count() as u32;
            self.at = byte;
        }
        self.line + 1
    }

    fn start(&mut self, tag: &StartTag<usize>) -> Result<()> {
        let name = String::from_utf8_lossy(&tag.name);
        let name = name.as_ref();
        if let Some((skipped, open)) = &mut self.skipped {
            // A table is text even in a figure (WordPress); pictures, captions and pulled quotes are not.
            if !(skipped == "figure" && name == "table") {
                *open += usize::from(skipped == name && !tag.self_closing);
                return Ok(());
            }
            self.skipped = None;
        }
        if NESTED.contains(&name) && !tag.self_closing {
            self.nested += 1;
            if self.nested > self.depth {
                let line = self.line_of(tag.span.start);
                let message = format!("elements nested more than {} deep", self.depth);
                return Err(Error::new(Kind::Limit, message).at_line(line.into()).at_byte(tag.span.start as u64));
            }
        }
        let attribute = |wanted: &str| {
            tag.attributes.get(wanted.as_bytes()).map(|v| String::from_utf8_lossy(v).to_lowercase()).unwrap_or_default()
        };
        let is_hidden = attribute("role") == "navigation" || tag.attributes.contains_key(b"hidden".as_slice());
        if (SKIPPED.contains(&name) || is_hidden) && !tag.self_closing && !VOID.contains(&name) {
            self.skipped = Some((name.to_owned(), 1));
            return Ok(());
        }
        if BLOCKS.contains(&name) {
            self.end_line(name);
        }
        match name {
            "b" | "strong" | "dt" => {
                self.bold += 1;
                self.running.bold();
            }
            "td" | "th" if !self.running.text.is_empty() => self.running.tab(),
            "pre" => self.verbatim += 1,
            "form" => self.form = Some(self.running.mark()),
            "main" | "article" => self.main_from.push(self.running.text.len()),
            "span" | "a" | "em" | "i" | "cite" if attribute("class").contains("speaker") => {
                self.speaker = Some((name.to_owned(), self.nested));
                self.running.bold();
            }
            _ => {}
        }
        if self.bold > 0 {
            self.running.bold();
        }
        Ok(())
    }

    fn end(&mut self, name: &str) {
        if let Some((skipped, open)) = &mut self.skipped {
            *open -= usize::from(skipped == name);
            if *open == 0 {
                self.skipped = None;
            }
            return;
        }
        if self.speaker.as_ref().is_some_and(|(element, nested)| element == name && *nested >= self.nested) {
            self.speaker = None;
            self.running.plain();
        }
        match name {
            "b" | "strong" | "dt" => {
                self.bold = self.bold.saturating_sub(1);
                if self.bold == 0 {
                    self.running.plain();
                }
            }
            "pre" => self.verbatim = self.verbatim.saturating_sub(1),
            "form" => self.end_form(),
            "main" | "article" => {
                if let Some(from) = self.main_from.pop() {
                    let to = self.running.text.len();
                    if self.main.is_none_or(|(f, t)| to - from > t - f) {
                        self.main = Some((from, to));
                    }
                }
            }
            _ => {}
        }
        if NESTED.contains(&name) {
            self.nested = self.nested.saturating_sub(1);
        }
        if name == "dt" {
            self.running.tab();
        } else if BLOCKS.contains(&name) {
            self.end_line(name);
            // Bold that spans blocks goes on in the next.
            if self.bold > 0 {
                self.running.bold();
            }
        }
    }

    fn end_line(&mut self, name: &str) {
        self.running.plain();
        if name == "tr" || name == "table" {
            self.running.break_line();
        } else {
            self.running.end_line();
        }
    }

    /// A form that holds more than all before it is the page's text (ASP.NET); a smaller one asks the reader for
    /// something.
    fn end_form(&mut self) {
        let length = self.running.text.len();
        let Some(form) = self.form.take().filter(|form| length - form.text < form.text) else { return };
        self.running.back_to(form);
        self.main_from.truncate(self.main_from.partition_point(|from| *from <= form.text));
        self.main = self.main.filter(|(_, to)| *to <= form.text);
    }

    fn text(&mut self, text: &str, at: usize) {
        if self.skipped.is_some() {
            return;
        }
        let line = self.line_of(at);
        if self.verbatim > 0 {
            self.running.verbatim(text, line);
        } else {
            self.running.words(text, line);
        }
    }

    /// The text of the main element where that is most of the page, else of the whole page.
    fn finish(mut self) -> Running {
        self.running.plain();
        if let Some((from, to)) = self.main.filter(|(f, t)| (t - f) * 2 > self.running.text.len()) {
            self.running.crop(from, to);
        }
        self.running
    }
}
