//! Stage 3: a sentence in its context → evidence for a stance.
//!
//! Every family here is *linear in the tokens*: what a word, a pair of words or a word class says is
//! looked up and added. That is what lets [`crate::stance`] fold all families into one row per
//! word and score text at about the speed of `wc -lw`:
//!
//! | family | what is counted | file |
//! |---|---|---|
//! | words | lower-cased words, numbers by their length | [`token`] |
//! | pairs | two words in a row | [`ngram`] |
//! | characters | 3 to 5 letters inside a word, its edges marked; a property of the word, so they fold into its row | [`ngram`] |
//! | classes | word classes of `data/lexicon`, plain or under negation | [`lexicon`] |
//! | class pairs | two classes in a row within a clause: who does what to whom | [`lexicon`] |
//! | crossed | words crossed with the target, where the labels are about one | [`ngram`] |
//! | context | the scores of the sentences around and of the question | [`context`] |
//!
//! Features are 64-bit hashes; no string outlives the scan of its sentence.

pub mod context;
pub mod lexicon;
pub mod ngram;
pub mod token;
