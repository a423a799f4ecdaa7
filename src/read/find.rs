//! Which files a command line means: files, folders, globs, `-` for standard input.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{MAIN_SEPARATOR, Path, PathBuf};

use globset::GlobBuilder;
use ignore::WalkBuilder;

use super::earlier::{Earlier, MAPS};
use super::{Input, Limits, stem};
use crate::error::{Error, Kind, Result};

/// One input of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The path as it is [`shown`]; `-` for standard input.
    pub path: String,
    /// The name of the document, if the input holds one: the stem of the file, or as much of
    /// the path as tells it from the other inputs.
    pub id: String,
    /// The path as the system has it.
    file: PathBuf,
}

impl Found {
    /// The name that a reader gives to the one document of this input.
    #[must_use]
    pub fn stem(&self) -> String {
        stem(&self.path)
    }

    /// Opens the input.
    ///
    /// # Errors
    /// [`Kind::Io`] with the path.
    pub fn open(&self) -> Result<Input> {
        if self.path == "-" { Ok(Input::stdin()) } else { Input::open(&self.file) }
    }

    /// BLAKE3 of the bytes of the file as it is now, hexadecimal.
    ///
    /// # Errors
    /// [`Kind::Io`] with the path.
    pub fn hash(&self) -> Result<String> {
        let mut hasher = blake3::Hasher::new();
        let done = std::fs::File::open(&self.file).and_then(|file| hasher.update_reader(file).map(drop));
        done.map_err(|e| Error::io(&self.path, &e))?;
        Ok(hasher.finalize().to_hex().to_string())
    }
}

/// The bytes of a file that is not dialogue, e.g. a model.
///
/// # Errors
/// [`Kind::Io`] with the path.
pub fn bytes(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).map_err(|e| Error::io(path.display().to_string(), &e))
}

/// Opens one file, or standard input for `-`.
///
/// # Errors
/// [`Kind::Io`] with the path.
pub fn open(argument: &Path) -> Result<Input> {
    if argument == Path::new("-") { Ok(Input::stdin()) } else { Input::open(argument) }
}

/// The path as it is shown: with `/` on every system, and each byte of a name that is no Unicode as `<E9>`, so that two
/// such names stay two.
#[must_use]
pub fn shown(path: &Path) -> String {
    let mut out = String::new();
    for chunk in path.as_os_str().as_encoded_bytes().utf8_chunks() {
        out.push_str(chunk.valid());
        out.extend(chunk.invalid().iter().map(|byte| format!("<{byte:02X}>")));
    }
    out.replace(MAIN_SEPARATOR, "/")
}

/// The whole of a file (`-`: of standard input) as plain text.
///
/// # Errors
/// Where it cannot be read or is not text.
pub fn text(argument: &Path) -> Result<String> {
    let mut input = open(argument)?;
    let text = input.text(None, &Limits::default()).map_err(|e| e.at_path(shown(argument)))?;
    Ok(text.0)
}

/// All inputs, in the order of the arguments; the files of a folder or glob in the order of their names. Hidden files,
/// the folder `except` (where the outputs go) and what an earlier run wrote are left out of folders; a file that is
/// named twice is read once. A folder that cannot be opened is an input that fails.
///
/// # Errors
/// Where an argument names nothing.
pub fn inputs(arguments: &[impl AsRef<Path>], except: Option<&Path>) -> Result<Vec<Found>> {
    let mut paths: Vec<PathBuf> = Vec::new();
    for path in arguments {
        let path = path.as_ref();
        let argument = &shown(path);
        if argument == "-" || path.is_file() {
            paths.push(path.to_owned());
        } else if path.is_dir() {
            paths.extend(walk(path, except, None, |_| true)?);
        } else if argument.contains(['*', '?', '[', '{']) {
            let found = glob(argument, except)?;
            if found.is_empty() {
                return Err(missing(argument, "no file matches this pattern"));
            }
            paths.extend(found);
        } else if path.exists() {
            paths.push(path.to_owned());
        } else {
            return Err(missing(
                argument,
                "no such file or folder; check the spelling, or quote a pattern such as \"*.txt\"",
            ));
        }
    }
    let mut seen = BTreeSet::new();
    paths.retain(|p| seen.insert(p.canonicalize().unwrap_or_else(|_| p.clone())));
    if paths.is_empty() {
        let arguments: Vec<String> = arguments.iter().map(|a| shown(a.as_ref())).collect();
        let why = "there is no file to read in it; hidden files and the outputs of a run are passed over: name such a file itself";
        return Err(missing(&arguments.join(" "), why));
    }
    Ok(named(&paths))
}

fn missing(argument: &str, why: &str) -> Error {
    Error::new(Kind::Io, why).at_path(argument)
}

/// All files under a folder, down to a depth, that `wanted` takes, by name; what is linked there is there. Ignore files
/// mean nothing here: data is data.
fn walk(
    folder: &Path,
    except: Option<&Path>,
    depth: Option<usize>,
    wanted: impl Fn(&Path) -> bool,
) -> Result<Vec<PathBuf>> {
    let except = except.and_then(|p| p.canonicalize().ok());
    let walker = WalkBuilder::new(folder)
        .standard_filters(false)
        .hidden(true)
        .follow_links(true)
        .max_depth(depth)
        .sort_by_file_name(Ord::cmp)
        .filter_entry(move |entry| {
            !entry.file_type().is_some_and(|t| t.is_dir())
                || except.as_ref().is_none_or(|e| entry.path().canonicalize().ok().as_ref() != Some(e))
        })
        .build();
    let mut out = Vec::new();
    let mut outputs = BTreeMap::new();
    for entry in walker {
        match entry {
            // What is listed and cannot be found, such as a link to nothing, is an input that fails.
            Ok(entry) if (entry.path().is_file() || !entry.path().exists()) && wanted(entry.path()) => {
                let parent = entry.path().parent().unwrap_or(folder);
                let outputs = outputs.entry(parent.to_owned()).or_insert_with(|| written(parent));
                if !entry.file_name().to_str().is_some_and(|name| outputs.contains(name)) {
                    out.push(entry.into_path());
                }
            }
            Ok(_) => {}
            Err(error) => match place(&error) {
                Some(path) => out.push(path.to_owned()),
                None => return Err(Error::new(Kind::Io, error.to_string())),
            },
        }
    }
    Ok(out)
}

/// The names of what earlier runs wrote into a folder, or into the folder of maps that it is.
fn written(folder: &Path) -> BTreeSet<String> {
    let mut names: BTreeSet<String> = Earlier::of(folder).files.into_keys().collect();
    if let Some(above) = folder.parent().filter(|_| folder.ends_with(MAPS)) {
        let place = format!("{MAPS}/");
        names.extend(Earlier::of(above).files.keys().filter_map(|file| Some(file.strip_prefix(&place)?.to_owned())));
    }
    names
}

/// The path that a walk failed at.
fn place(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } | ignore::Error::Loop { child: path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => place(err),
        _ => None,
    }
}

/// The files that match a pattern, searched below its last folder without a wildcard.
fn glob(pattern: &str, except: Option<&Path>) -> Result<Vec<PathBuf>> {
    let matcher = GlobBuilder::new(pattern)
        .literal_separator(true)
        .build()
        .map_err(|e| Error::new(Kind::Usage, e.to_string()))?
        .compile_matcher();
    let fixed: PathBuf =
        Path::new(pattern).iter().take_while(|part| !part.to_string_lossy().contains(['*', '?', '[', '{'])).collect();
    // Folders that it does not reach are not opened: it is no matter if they cannot be.
    let depth = (!pattern.contains("**")).then(|| Path::new(pattern).iter().count() - fixed.iter().count());
    if fixed.as_os_str().is_empty() {
        let here = walk(Path::new("."), except, depth, |p| matcher.is_match(without_dot(p)))?;
        return Ok(here.iter().map(|p| without_dot(p).to_owned()).collect());
    }
    if !fixed.is_dir() {
        return Ok(Vec::new());
    }
    walk(&fixed, except, depth, |p| matcher.is_match(p))
}

fn without_dot(path: &Path) -> &Path {
    path.strip_prefix(".").unwrap_or(path)
}

/// Inputs with names of their own: the stem where that is unique, else more and more of the path.
fn named(paths: &[PathBuf]) -> Vec<Found> {
    let shown: Vec<String> = paths.iter().map(|p| shown(p)).collect();
    let mut uses = BTreeMap::new();
    for path in &shown {
        *uses.entry(stem(path)).or_insert(0_usize) += 1;
    }
    let id = |path: &str| if uses[&stem(path)] == 1 { stem(path) } else { path.to_owned() };
    let found = shown.iter().zip(paths);
    found.map(|(path, file)| Found { path: path.clone(), id: id(path), file: file.clone() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree() -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for name in ["b.txt", "a.csv", "sub/b.txt", "sub/.hidden", "out/old.csv"] {
            let path = dir.path().join(name);
            crate::write::atomic::folder(path.parent().unwrap()).unwrap();
            crate::write::atomic::write(&path, b"x").unwrap();
        }
        dir
    }

    fn shown(dir: &Path, found: &[Found]) -> Vec<(String, String)> {
        let root = format!("{}/", dir.display());
        found.iter().map(|f| (f.path.replace(&root, ""), f.id.replace(&root, ""))).collect()
    }

    #[test]
    fn a_folder_gives_its_files_by_name_without_hidden_ones_and_the_outputs() {
        let dir = tree();
        let found = inputs(&[dir.path().display().to_string()], Some(&dir.path().join("out"))).unwrap();
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(
            shown(dir.path(), &found),
            [pair("a.csv", "a"), pair("b.txt", "b.txt"), pair("sub/b.txt", "sub/b.txt")]
        );
    }

    #[test]
    fn a_folder_of_outputs_only_says_that_they_are_passed_over() {
        let dir = tempfile::tempdir().unwrap();
        let report = br#"{"stance_model": "x", "files": ["sentences.csv", "run.json"]}"#;
        crate::write::atomic::write(&dir.path().join("run.json"), report).unwrap();
        crate::write::atomic::write(&dir.path().join("sentences.csv"), b"text\nOne.\n").unwrap();
        let Err(error) = inputs(&[dir.path()], None) else { panic!("nothing is to be read") };
        assert!(error.message.contains("outputs of a run"), "{error}");
        assert_eq!(inputs(&[dir.path().join("sentences.csv")], None).unwrap().len(), 1);
    }

    #[test]
    fn a_glob_is_searched_where_it_points() {
        let dir = tree();
        let found = inputs(&[format!("{}/**/*.txt", dir.path().display())], None).unwrap();
        assert_eq!(found.len(), 2);
        assert!(inputs(&[format!("{}/*.pdf", dir.path().display())], None).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn names_that_are_no_unicode_are_opened_and_told_apart() {
        use std::os::unix::ffi::OsStrExt;
        let dir = tempfile::tempdir().unwrap();
        for (name, text) in [(&b"caf\xE8.txt"[..], "one"), (b"caf\xE9.txt", "two")] {
            let path = dir.path().join(std::ffi::OsStr::from_bytes(name));
            // Not every file system takes such a name.
            if crate::write::atomic::write(&path, text.as_bytes()).is_err() {
                return;
            }
        }
        let found = inputs(&[dir.path()], None).unwrap();
        assert_eq!(found.iter().map(|f| f.id.as_str()).collect::<Vec<_>>(), ["caf<E8>", "caf<E9>"]);
        let texts = found.iter().map(|f| f.open().unwrap().text(None, &Limits::default()).unwrap().0);
        assert_eq!(texts.collect::<Vec<_>>(), ["one", "two"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_that_a_pattern_does_not_reach_may_be_closed() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tree();
        let closed = |mode| std::fs::set_permissions(dir.path().join("sub"), std::fs::Permissions::from_mode(mode));
        closed(0o000).unwrap();
        let found = inputs(&[dir.path().join("*.txt")], None).unwrap();
        closed(0o755).unwrap();
        assert_eq!(found.len(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_to_nothing_is_an_input_that_fails() {
        let dir = tree();
        std::os::unix::fs::symlink("nothing.txt", dir.path().join("c.txt")).unwrap();
        let found = inputs(&[dir.path().join("*.txt")], None).unwrap();
        assert_eq!(found.iter().map(|f| f.id.as_str()).collect::<Vec<_>>(), ["b", "c"]);
        assert_eq!(found[1].open().map(drop).unwrap_err().kind, Kind::Io);
    }

    #[cfg(unix)]
    #[test]
    fn a_linked_folder_is_read_and_one_that_leads_back_is_an_input_that_fails() {
        let (dir, other) = (tree(), tree());
        std::os::unix::fs::symlink(other.path().join("sub"), dir.path().join("linked")).unwrap();
        std::os::unix::fs::symlink(dir.path(), dir.path().join("sub/back")).unwrap();
        let found = inputs(&[dir.path()], None).unwrap();
        let names: Vec<String> = shown(dir.path(), &found).into_iter().map(|(path, _)| path).collect();
        assert_eq!(names, ["a.csv", "b.txt", "linked/b.txt", "out/old.csv", "sub/b.txt", "sub/back"]);
        assert_eq!(found[5].open().map(drop).unwrap_err().kind, Kind::Io);
    }

    #[test]
    fn of_a_folder_of_maps_only_those_of_a_run_are_passed_over() {
        let dir = tempfile::tempdir().unwrap();
        let maps = dir.path().join(MAPS);
        crate::write::atomic::folder(&maps).unwrap();
        let report = br#"{"stance_model": "x", "files": [], "maps": [{"file": "a.dot", "hash": ""}]}"#;
        crate::write::atomic::write(&dir.path().join("run.json"), report).unwrap();
        for name in ["a.dot", "a.txt"] {
            crate::write::atomic::write(&maps.join(name), b"x").unwrap();
        }
        let found = inputs(&[&maps], None).unwrap();
        assert_eq!(found.iter().map(|f| f.path.rsplit('/').next().unwrap()).collect::<Vec<_>>(), ["a.txt"]);
    }

    #[test]
    fn a_missing_path_is_named() {
        let error = inputs(&["nowhere.txt"], None).unwrap_err();
        assert!(error.to_string().starts_with("nowhere.txt: no such file"), "{error}");
    }
}
