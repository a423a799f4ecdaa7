//! Speakers' names: normalised, short forms joined to the full name where there is only one
//! they can mean, the user's aliases applied, look-alikes reported and never merged.

use std::collections::BTreeMap;

use super::turns::folded;
use super::turns::words::{is_part as is_part_name, is_particle, is_plain_title, is_title, without_affiliation};

/// More different names than this are not compared with one another.
const MOST_COMPARED: usize = 1000;

/// A surname with more forms than this is no surname.
const MOST_OF_A_NAME: usize = 100;

/// The names of one document.
pub(super) struct Settled {
    /// What each printed name is to be called, in the order given.
    pub names: Vec<String>,
    /// Pairs of names that look alike and were kept apart.
    pub alike: Vec<(String, String)>,
}

/// A printed name taken apart.
struct Person {
    /// As it is displayed if nothing else is known: case and white space mended.
    display: String,
    /// Titles before the name, lower case, without full stops.
    titles: Vec<String>,
    /// The name proper, lower case words; empty for a part ("The Chairman").
    words: Vec<String>,
    /// `of Ohio`, which tells two of the same surname apart.
    of: String,
}

impl Person {
    fn surname(&self) -> &str {
        self.words.last().map_or("", String::as_str)
    }

    fn is_full(&self) -> bool {
        self.words.len() > 1
    }

    /// The name proper, in the case of the display form.
    fn proper(&self) -> String {
        let skip = self.titles.len();
        self.display.split(' ').skip(skip).collect::<Vec<_>>().join(" ")
    }

    /// Same first name and surname: only middle names differ.
    fn is_same_as(&self, other: &Self) -> bool {
        self.words.first() == other.words.first() && self.words.last() == other.words.last()
    }
}

/// Settles what each of the printed names (each given once) is called.
pub(super) fn settle(printed: &[&str], aliases: &[(String, String)]) -> Settled {
    let people: Vec<Person> = printed.iter().map(|p| person(p)).collect();
    let mut by_surname: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let mut by_first: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (i, person) in people.iter().enumerate() {
        if !person.words.is_empty() {
            by_surname.entry(person.surname()).or_default().push(i);
        }
        if person.is_full() {
            by_first.entry(&person.words[0]).or_default().push(i);
        }
    }
    let mut names: Vec<String> = people.iter().map(|p| p.display.clone()).collect();
    for (i, person) in people.iter().enumerate() {
        let same = by_surname.get(person.surname()).filter(|same| same.len() <= MOST_OF_A_NAME);
        let Some(same) = same.filter(|_| !person.words.is_empty()) else { continue };
        if let Some(full) = spelled_out(person, &people).or_else(|| full_name(person, &people, same)) {
            names[i] = full;
        } else if !person.is_full() && person.titles.is_empty() {
            // A bare first name, or a surname that is otherwise known with a title.
            let first = by_first
                .get(person.surname())
                .filter(|s| s.len() <= MOST_OF_A_NAME)
                .map(Vec::as_slice)
                .unwrap_or_default();
            if let Some(full) = unique_full(&people, first) {
                names[i] = full;
            } else if let Some(titled) = unique_titled(&people, same) {
                names[i] = titled;
            }
        } else if !person.is_full()
            && let Some(titled) = unique_titled(&people, same)
        {
            names[i] = titled;
        }
    }
    let wanted: BTreeMap<String, &str> = aliases.iter().map(|(from, to)| (fold(from), to.as_str())).collect();
    for (i, name) in names.iter_mut().enumerate() {
        if let Some(to) = wanted.get(&fold(printed[i])).or_else(|| wanted.get(&fold(name))) {
            (*to).clone_into(name);
        }
    }
    let alike = look_alikes(&names);
    Settled { names, alike }
}

/// The one full name whose initials `person` is: `A.R.` or `AR` for Ana Ruiz.
fn spelled_out(person: &Person, people: &[Person]) -> Option<String> {
    let letters = person.display.replace('.', "");
    let is_short = (2..=4).contains(&letters.len()) && letters.bytes().all(|b| b.is_ascii_uppercase());
    if !is_short || people.len() > MOST_COMPARED {
        return None;
    }
    let is_full = |other: &&Person| {
        let name = other.display.trim_start_matches("The ");
        name.split(' ').filter_map(|w| w.chars().next()).eq(letters.chars())
    };
    let mut full = people.iter().filter(|p| p.display.contains(' ')).filter(is_full);
    let found = full.next()?;
    full.next().is_none().then(|| found.display.clone())
}

/// The full name that `person` is or is short for, if there is just one.
fn full_name(person: &Person, people: &[Person], same: &[usize]) -> Option<String> {
    if person.is_full() {
        // The longest form of the same name: "Ana Ruiz" and "Ana M. Ruiz" are one.
        let forms = same.iter().filter(|i| people[**i].is_full() && people[**i].is_same_as(person));
        let first = forms.min_by_key(|i| (people[**i].titles.len().min(1), **i))?;
        return Some(people[*first].proper());
    }
    if !person.of.is_empty() || !are_compatible(people, same) {
        return None;
    }
    unique_full(people, same)
}

fn unique_full(people: &[Person], among: &[usize]) -> Option<String> {
    let full: Vec<usize> = among.iter().copied().filter(|i| people[*i].is_full()).collect();
    let first = *full.first()?;
    let is_unique = full.iter().all(|i| people[*i].is_same_as(&people[first]));
    let best = full.iter().min_by_key(|i| (people[**i].titles.len().min(1), **i))?;
    is_unique.then(|| people[*best].proper())
}

/// Where a surname is known only with titles that one person can have: the one with the office.
fn unique_titled(people: &[Person], same: &[usize]) -> Option<String> {
    if !are_compatible(people, same) || same.iter().any(|i| people[*i].is_full() || !people[*i].of.is_empty()) {
        return None;
    }
    let rank = |i: usize| match people[i].titles.first() {
        None => 2,
        Some(title) => u8::from(is_plain_title(title)),
    };
    same.iter().min_by_key(|i| (rank(**i), **i)).map(|i| people[*i].display.clone())
}

/// Whether all the titles that come with one surname can be one person's.
fn are_compatible(people: &[Person], same: &[usize]) -> bool {
    let (mut office, mut gender) = (None, None);
    for title in same.iter().filter_map(|i| people[*i].titles.first()) {
        let slot = match title.as_str() {
            "mr" | "sir" | "mister" | "herr" => (&mut gender, "m"),
            "mrs" | "ms" | "miss" | "madam" | "frau" => (&mut gender, "f"),
            "sen" | "senator" => (&mut office, "senator"),
            "rep" | "representative" | "congressman" | "congresswoman" => (&mut office, "representative"),
            "gov" | "governor" => (&mut office, "governor"),
            "gen" | "general" => (&mut office, "general"),
            "judge" | "justice" => (&mut office, "judge"),
            _ => continue,
        };
        if slot.0.is_some_and(|known| known != slot.1) {
            return false;
        }
        *slot.0 = Some(slot.1);
    }
    true
}

fn person(printed: &str) -> Person {
    let display = display(printed);
    let (mut titles, mut words) = (Vec::new(), Vec::new());
    let all: Vec<&str> = display.split(' ').collect();
    let is_part = all.first().is_some_and(|w| w.eq_ignore_ascii_case("the"))
        || (all.len() == 1 || matches!(all[1], "le" | "la")) && is_part_name(&display)
        || all.iter().any(|w| w.bytes().all(|b| b.is_ascii_digit()));
    let mut of = String::new();
    if !is_part {
        let mut rest = all.as_slice();
        while rest.len() > 1 && is_title(rest[0]) {
            titles.push(plain(rest[0]));
            rest = &rest[1..];
        }
        if let Some(at) = rest.iter().position(|w| *w == "of") {
            of = rest[at + 1..].join(" ").to_lowercase();
            rest = &rest[..at];
        }
        let mut particles = String::new();
        for word in
            rest.iter().map(|w| plain(w)).filter(|w| !matches!(w.as_str(), "" | "jr" | "sr" | "ii" | "iii" | "iv"))
        {
            // "van der Berg" is one word of a name.
            if is_particle(&word) {
                particles = particles + &word + " ";
            } else {
                words.push(std::mem::take(&mut particles) + &word);
            }
        }
        if is_inverted(&display) {
            words.rotate_left(1);
        }
        // "Prime Minister", "Presiding Officer": titles throughout are a part, not a name.
        if words.len() == 1 && !titles.is_empty() && is_title(&words[0]) {
            words.clear();
        }
    }
    Person { display, titles, words, of }
}

fn plain(word: &str) -> String {
    word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase()
}

/// A printed name with its case and white space mended, without remarks in parentheses, without
/// the description after a comma and without an institution after a dash.
pub(super) fn display(printed: &str) -> String {
    let cut = printed.find(['(', '[', '（']).filter(|at| *at > 0).unwrap_or(printed.len());
    let mut name = without_affiliation(printed[..cut].trim());
    if let Some((head, description)) = name.split_once(',') {
        let is_suffix = matches!(plain(description).as_str(), "jr" | "sr" | "ii" | "iii" | "iv" | "esq");
        name = if is_suffix || is_inverted(name) || head.is_empty() { name } else { head };
    }
    let words: Vec<&str> =
        name.split(|c: char| c.is_whitespace() || c == '_' || c == '*').filter(|w| !w.is_empty()).collect();
    let lower = words.iter().flat_map(|w| w.chars()).filter(|c| c.is_lowercase()).count();
    let upper = words.iter().flat_map(|w| w.chars()).filter(|c| c.is_uppercase()).count();
    let is_lower = upper == 0 && lower > 0;
    let mut out = String::with_capacity(name.len());
    for (i, word) in words.iter().enumerate() {
        if i > 0 {
            out.push(' ');
        }
        if is_lower {
            capitalise(word, &mut out);
        } else if i > 0 && i + 1 < words.len() && is_small(word) {
            out.extend(word.chars().flat_map(char::to_lowercase));
        } else if is_shouted(word) || words.len() > 1 && is_syllable(word) {
            capitalise(word, &mut out);
        } else {
            out.push_str(word);
        }
    }
    out
}

/// `Ferrante, Livia`: surname first. A description in capitals (`RUIZ, ANCHOR`) is none.
fn is_inverted(name: &str) -> bool {
    let Some((surname, given)) = name.split_once(", ") else { return false };
    let is_plain = |w: &str| {
        w.chars().any(char::is_lowercase) && w.starts_with(char::is_uppercase) && !is_title(w) && !is_part_name(w)
    };
    is_plain(surname) && !surname.contains(' ') && given.split(' ').count() <= 2 && given.split(' ').all(is_plain)
}

/// A word that is written small inside a name or an office.
fn is_small(word: &str) -> bool {
    ["of", "the", "and", "for", "pro", "to", "in", "at", "on"].iter().any(|w| w.eq_ignore_ascii_case(word))
}

/// A word of capitals that is not an abbreviation: `MR.`, `O'DALE`, `McDALE`, not `J.R.`, `II`, `PM`.
fn is_shouted(word: &str) -> bool {
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    let upper = word.chars().filter(|c| c.is_uppercase()).count();
    let mac = (word.starts_with("Mc") || word.starts_with("Mac") || word.starts_with("De"))
        && upper + 1 >= letters - usize::from(word.starts_with("Mac"));
    let is_initials = letters < 3 && !is_title(word) || word.trim_end_matches('.').contains('.');
    let is_roman = matches!(word, "II" | "III" | "IV");
    let vowels = word.chars().any(|c| "AEIOUYaeiouy".contains(c) || !c.is_ascii());
    (upper == letters || mac) && letters > 1 && (vowels || is_title(word)) && !is_initials && !is_roman
}

/// `LI`, `HE`: two capitals that can be spoken as a name, not initials.
fn is_syllable(word: &str) -> bool {
    let is_vowel = |b: u8| b"AEIOU".contains(&b);
    matches!(word.as_bytes(), [a, b] if a.is_ascii_uppercase() && !is_vowel(*a) && is_vowel(*b))
}

/// `DALE` → `Dale`, `MCDALE` → `McDale`, `O'DALE-ODE` → `O'Dale-Ode`.
fn capitalise(word: &str, out: &mut String) {
    let mut start = true;
    let (mut letters, mut mac) = (String::new(), false);
    for c in word.chars() {
        if start || mac {
            out.extend(c.to_uppercase());
        } else {
            out.extend(c.to_lowercase());
        }
        letters.extend(c.to_lowercase());
        mac = letters == "mc";
        start = matches!(c, '-' | '\'' | '’');
        if start {
            letters.clear();
        }
    }
}

fn fold(name: &str) -> String {
    folded(name).to_lowercase()
}

/// Pairs of different names that one slip of the keyboard could make of each other, or that
/// share their surname.
fn look_alikes(names: &[String]) -> Vec<(String, String)> {
    let mut all: Vec<&String> = names.iter().collect();
    all.sort();
    all.dedup();
    if all.len() > MOST_COMPARED {
        return Vec::new();
    }
    let chars: Vec<Vec<char>> = all.iter().map(|n| fold(n).chars().collect()).collect();
    let people: Vec<Person> = all.iter().map(|n| person(n)).collect();
    let numbered = |n: &[char]| n.iter().any(char::is_ascii_digit);
    let mut alike = Vec::new();
    for a in 0..all.len() {
        for b in a + 1..all.len() {
            let shorter = chars[a].len().min(chars[b].len());
            let most = if shorter >= 9 { 2 } else { usize::from(shorter >= 5) };
            let is_close =
                most > 0 && !numbered(&chars[a]) && !numbered(&chars[b]) && distance(&chars[a], &chars[b], most);
            if is_close || share_surname(&people[a], &people[b]) {
                alike.push((all[a].clone(), all[b].clone()));
            }
        }
    }
    alike
}

fn share_surname(a: &Person, b: &Person) -> bool {
    !a.words.is_empty() && a.surname() == b.surname() && a.of == b.of && !(a.is_full() && b.is_full())
}

/// Whether the edit distance (a swap of neighbours counts one) is at most `most`.
fn distance(a: &[char], b: &[char], most: usize) -> bool {
    if a.len().abs_diff(b.len()) > most {
        return false;
    }
    let mut rows = [Vec::new(), (0..=b.len()).collect::<Vec<usize>>(), vec![0; b.len() + 1]];
    for i in 1..=a.len() {
        rows[2][0] = i;
        for j in 1..=b.len() {
            let step = rows[1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = step.min(rows[1][j] + 1).min(rows[2][j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[0][j - 2] + 1);
            }
            rows[2][j] = best;
        }
        rows.rotate_left(1);
        rows[2] = vec![0; b.len() + 1];
    }
    rows[1][b.len()] <= most
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(printed: &[&str]) -> Vec<String> {
        settle(printed, &[]).names
    }

    #[test]
    fn case_and_space_are_mended() {
        for (printed, wanted) in [
            ("JON  CARVER", "Jon Carver"),
            ("MR. DALE", "Mr. Dale"),
            ("Mr. McDALE", "Mr. McDale"),
            ("MCDALE", "McDale"),
            ("O'DALE-ODE", "O'Dale-Ode"),
            ("THE PRESIDENT", "The President"),
            ("MR. ODE OF NEW MEXICO", "Mr. Ode of New Mexico"),
            ("Q", "Q"),
            ("J.R. ODE", "J.R. Ode"),
            ("LI WEN", "Li Wen"),
            ("JD ODE", "JD Ode"),
            ("ANA RUIZ, ODE NEWS ANCHOR (voice-over)", "Ana Ruiz"),
            ("John Ode, Jr.", "John Ode, Jr."),
            ("speaker 2", "Speaker 2"),
            ("李文", "李文"),
        ] {
            assert_eq!(display(printed), wanted);
        }
    }

    #[test]
    fn short_forms_join_the_only_full_name() {
        assert_eq!(names(&["Jon Carver", "Mr. Carver", "CARVER", "Jon"]), ["Jon Carver"; 4]);
        assert_eq!(names(&["Jon Carver", "Ana Carver", "Carver"]), ["Jon Carver", "Ana Carver", "Carver"]);
        assert_eq!(names(&["Sen. Jon Carver", "Senator Carver"]), ["Jon Carver"; 2]);
        assert_eq!(names(&["Rep. Dale", "Mr. Dale"]), ["Rep. Dale"; 2]);
        assert_eq!(names(&["Mr. Dale", "Ms. Dale"]), ["Mr. Dale", "Ms. Dale"]);
        assert_eq!(names(&["Mr. Dale of Ohio", "Mr. Dale of Texas"]), ["Mr. Dale of Ohio", "Mr. Dale of Texas"]);
        assert_eq!(names(&["The Chairman", "The Clerk"]), ["The Chairman", "The Clerk"]);
        assert_eq!(
            names(&["M. le ministre", "M. le ministre de la mer"]),
            ["M. le ministre", "M. le ministre de la mer"]
        );
    }

    #[test]
    fn aliases_are_the_users_word() {
        let aliases = [("the chairman".to_owned(), "Ana Ruiz".to_owned())];
        assert_eq!(settle(&["The CHAIRMAN", "Ana Ruiz"], &aliases).names, ["Ana Ruiz"; 2]);
    }

    #[test]
    fn look_alikes_are_told_not_merged() {
        let settled = settle(&["Sudar Mehta", "Sundar Mehta", "Speaker 1", "Speaker 2"], &[]);
        assert_eq!(settled.names, ["Sudar Mehta", "Sundar Mehta", "Speaker 1", "Speaker 2"]);
        assert_eq!(settled.alike, [("Sudar Mehta".to_owned(), "Sundar Mehta".to_owned())]);
    }
}
