//! `SubRip` captions; what they share with `WebVTT` is there.

use super::{Input, ReadOptions, Reader, Sink, Sniff, vtt};
use crate::error::Result;

/// `SubRip`.
pub(super) struct Srt;

impl Reader for Srt {
    fn name(&self) -> &'static str {
        "srt"
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["srt"]
    }

    fn about(&self) -> &'static str {
        "SubRip captions with labels in their words, with times"
    }

    fn sniff(&self, head: &[u8]) -> Sniff {
        let head = String::from_utf8_lossy(&head[..head.len().min(400)]);
        let mut lines = head.trim_start_matches('\u{FEFF}').lines().filter(|l| !l.trim().is_empty());
        let is_number = lines.next().is_some_and(|l| l.trim().bytes().all(|b| b.is_ascii_digit()));
        let has_times = lines.next().is_some_and(|l| l.contains("-->"));
        if is_number && has_times { Sniff::Yes } else { Sniff::No }
    }

    fn read(&self, input: &mut Input, options: &ReadOptions, sink: &mut Sink<'_>) -> Result<()> {
        vtt::captions(input, options, sink)
    }
}
