//! The lists of words that tell names from clauses, all in lower case unless they say otherwise.

/// Titles that come before a surname. Lower case, without the full stop.
#[rustfmt::skip]
pub(super) const TITLES: &[&str] = &[
    "admiral", "adm", "alderman", "alderwoman", "ambassador", "amb", "archbishop", "assemblyman", "assemblywoman",
    "attorney", "baroness", "baron", "bishop", "brigadier", "captain", "capt", "chair", "chairman", "chairwoman",
    "chairperson", "chancellor", "chief", "col", "colonel", "commander", "cmdr", "commissioner", "comptroller",
    "congressman", "congresswoman", "corporal", "councilman", "councilmember", "councillor", "councilor",
    "councilwoman", "count", "countess", "dame", "delegate", "deputy", "detective", "director", "duchess", "duke",
    "earl", "marquess", "don", "doña", "dr", "father", "fr", "frau", "general", "gen", "gov", "governor", "herr",
    "hon", "honourable", "honorable", "inspector", "judge", "justice", "lady", "lieutenant", "lt", "lord", "lords",
    "m", "madam", "madame", "maj", "major", "marshal", "mayor", "minister", "miss", "mister", "mlle", "mme",
    "monsieur", "mr", "mrs", "ms", "mx", "officer", "pastor", "premier", "president", "prime", "prof", "professor",
    "rabbi", "rear", "rep", "representative", "reps", "reverend", "rev", "right", "rt", "secretary", "sec", "sen",
    "senator", "señor", "señora", "sgt", "sergeant", "sheik", "sheikh", "sheriff", "signor", "signora", "sir",
    "speaker", "superintendent", "supt", "under", "undersecretary", "vice", "viscount",
    // Spanish and German parliaments.
    "sr", "sra", "abg", "abgeordnete", "abgeordneter", "bundeskanzler", "bundeskanzlerin", "bundesminister",
    "bundesministerin", "ministerin", "ministerpräsident", "ministerpräsidentin", "präsident", "präsidentin",
    "senatorin", "staatsminister", "staatsministerin", "staatssekretär", "staatssekretärin", "vizepräsident",
    "vizepräsidentin",
];

/// Titles that say nothing of an office.
pub(super) const PLAIN_TITLES: &[&str] = &["mr", "mrs", "ms", "miss", "mx", "dr", "prof", "sir", "madam", "mister"];

/// Abbreviations that may stand in a name with a full stop.
#[rustfmt::skip]
pub(super) const ABBREVIATIONS: &[&str] = &[
    "abg", "adm", "amb", "asst", "brig", "capt", "cmdr", "col", "cpl", "dep", "dr", "esq", "fr", "gen", "gov", "hon",
    "jr", "lt", "maj", "mme", "mlle", "mr", "mrs", "ms", "mx", "ph.d", "phd", "pres", "prof", "rep", "reps", "rev",
    "rt", "sec", "sen", "sens", "sgt", "sr", "sra", "st", "ste", "supt", "wm", "chas", "geo", "jos", "thos",
];

/// Parts that people play in a transcript, as the whole label or its first or last word.
#[rustfmt::skip]
pub(super) const ROLES: &[&str] = &[
    "a", "aide", "analyst", "anchor", "announcer", "answer", "attendee", "audience", "author", "caller", "chair",
    "chairman", "chairperson", "chairwoman", "clerk", "coordinator", "correspondent", "counsel", "court", "crowd",
    "editor", "expert", "facilitator", "female", "guest", "heckler", "host", "interpreter", "interviewee",
    "interviewer", "journalist", "juror", "male", "man", "marshal", "member", "moderator", "narrator", "official",
    "operator", "panelist", "panellist", "parliamentarian", "participant", "pregunta", "president", "presenter",
    "prosecutor", "protester", "protestor", "q", "question", "questioner", "reporter", "respondent", "respuesta",
    "secretary", "speaker", "spokesman", "spokesperson", "spokeswoman", "staffer", "student", "translator",
    "unidentified", "unknown", "videographer", "voice", "witness", "woman", "主持人", "记者", "問", "答", "问", "發言人", "发言人",
];

/// Parts that end a longer label: `SENIOR STATE OFFICIAL`.
#[rustfmt::skip]
pub(super) const LAST_ROLES: &[&str] = &[
    "officer", "official", "moderator", "operator", "speaker", "member", "participant", "interpreter", "voice",
    "reporter",
];

/// Roles that ask.
#[rustfmt::skip]
pub(super) const ASKERS: &[&str] = &[
    "pregunta", "q", "question", "questioner", "interviewer", "reporter", "journalist", "moderator", "host", "anchor",
    "presenter", "facilitator", "caller", "student", "audience", "记者", "問", "问", "主持人", "editor",
];

/// Words in lower case that names have.
#[rustfmt::skip]
pub(super) const PARTICLES: &[&str] = &[
    "of", "the", "and", "for", "de", "del", "della", "der", "den", "di", "da", "das", "do", "dos", "du", "des",
    "la", "le", "van", "von", "vom", "zu", "zur", "ter", "ten", "bin", "bint", "ibn", "al", "el", "e", "y", "pro",
    "tempore", "tem", "und", "et", "to", "in", "at", "on",
];

/// Words (lower case) that show a clause wherever they stand: no name has them.
#[rustfmt::skip]
pub(super) const CLAUSES: &[&str] = &[
    "about", "above", "actually", "after", "again", "against", "ago", "all", "also", "although", "always", "am",
    "another", "anyway", "are", "as", "back", "basically", "be", "because", "been", "before", "being", "below",
    "besides", "between", "beyond", "both", "but", "by", "can", "certainly", "clearly", "could", "despite", "did",
    "does", "doing", "done", "during", "each", "either", "else", "especially", "even", "ever", "every", "everybody",
    "everyone", "everything", "exactly", "except", "few", "finally", "from", "further", "furthermore", "get",
    "give", "given", "got", "had", "has", "have", "having", "he", "hence", "her", "here", "hers", "him", "his",
    "how", "however", "i", "if", "indeed", "instead", "into", "is", "it", "its", "just", "keep", "know", "least",
    "less", "let", "make", "many", "maybe", "me", "mean", "means", "might", "mine", "more", "moreover", "most",
    "much", "must", "my", "namely", "neither", "never", "nevertheless", "next", "no", "none", "nor", "not",
    "nothing", "now", "obviously", "often", "oh", "ok", "okay", "once", "one", "only", "or", "other", "others",
    "otherwise", "our", "out", "over", "perhaps", "please", "put", "really", "said", "same", "say", "saying",
    "says", "see", "several", "shall", "she", "should", "similarly", "simply", "since", "so", "some", "somebody",
    "someone", "something", "sometimes", "soon", "such", "suddenly", "sure", "take", "tell", "than", "thank",
    "thanks", "that", "their", "them", "then", "there", "therefore", "these", "they", "think", "this", "those",
    "though", "three", "through", "thus", "too", "toward", "towards", "two", "ultimately", "unless", "until", "up",
    "upon", "us", "use", "very", "want", "was", "way", "we", "well", "went", "were", "what", "whatever", "when",
    "where", "whether", "which", "while", "who", "whom", "whose", "why", "with", "within", "without", "would",
    "www", "yeah", "yes", "yesterday", "yet", "you", "your", "yours",
];

/// Words (lower case) that begin a heading or a field, not a name.
#[rustfmt::skip]
pub(super) const HEADINGS: &[&str] = &[
    "abstract", "address", "agenda", "aired", "answers", "appearances", "appendix", "attachments", "attendees",
    "attention", "available", "background", "biggest", "bio", "bottom", "caption", "categories", "category", "cc",
    "challenge", "chapter", "com", "comments", "conclusion", "consider", "contact", "contents", "contributors",
    "copyright", "correction", "cost", "credit", "credits", "currently", "date", "dated", "deadline", "dear",
    "disclaimer", "disclosure", "download", "duration", "eighth", "email", "episode", "evidence", "example",
    "exhibit", "facebook", "fact", "fax", "fifth", "figure", "file", "filed", "finding", "first", "firstly",
    "follow", "following", "footnote", "forum", "fourth", "goal", "guests", "guys", "hashtag", "heading", "hello",
    "hi", "hosts", "http", "https", "idea", "image", "images", "importantly", "in-person", "index", "instagram",
    "interview", "interviews", "introduction", "isbn", "issn", "issue", "keywords", "language", "last", "lastly",
    "lesson", "link", "linkedin", "links", "list", "listen", "location", "look", "meantime", "meanwhile",
    "moderators", "myth", "need", "ninth", "note", "notes", "number", "objective", "option", "organisers",
    "organizers", "outline", "overall", "overview", "page", "pages", "panelists", "panellists", "part",
    "participants", "per", "phase", "phone", "phonetic", "photo", "photograph", "picture", "place", "point",
    "points", "postscript", "present", "previous", "problem", "proposal", "ps", "published", "purpose", "pursuant",
    "questions", "quote", "re", "read", "reality", "reason", "reasons", "recall", "recommendation", "recorded",
    "references", "regarding", "related", "remarks", "remember", "result", "results", "right", "running",
    "scenario", "second", "secondly", "section", "seventh", "share", "sic", "sincerely", "sixth", "solution",
    "source", "sources", "speakers", "spotify", "step", "subject", "summary", "support", "table", "tags",
    "takeaway", "takeaways", "tel", "telephone", "tenth", "thing", "things", "third", "thirdly", "time", "times",
    "tip", "title", "today", "together", "tomorrow", "top", "topic", "topics", "total", "transcript",
    "transcription", "true", "truth", "twitter", "type", "update", "updated", "url", "venue", "verdict", "version",
    "versus", "via", "video", "view", "vs", "warning", "watch", "website", "welcome", "whereupon", "witnesses",
    "youtube",
];

/// Words of a clause (as a name has them: `He`, `HE`) that a name of two letters may not be.
#[rustfmt::skip]
pub(super) const SHORT_CLAUSES: &[&str] = &[
    "No", "So", "We", "He", "It", "If", "Is", "My", "Me", "Us", "Or", "As", "By", "NO", "SO", "WE", "HE", "IT", "IF",
    "IS", "MY", "ME", "OR", "AS", "BY", "Oh", "OK", "Ok", "Hi", "Re", "RE",
];

/// Words of an institution's name.
#[rustfmt::skip]
pub(super) const INSTITUTIONS: &[&str] = &[
    "academy", "agency", "association", "bank", "bureau", "center", "centre", "college", "commission", "committee",
    "council", "department", "embassy", "foundation", "house", "institute", "institution", "ministry", "office",
    "parliament", "press", "school", "society", "university",
];

/// What talk is about: the last word of a heading such as `Supply Chains`, and no surname.
#[rustfmt::skip]
pub(super) const TOPICS: &[&str] = &[
    "access", "affairs", "agriculture", "aid", "alliances", "allies", "batteries", "chains", "challenges", "chips",
    "climate", "compliance", "context", "controls", "currency", "data", "defence", "defense", "demand", "democracy",
    "deterrence", "diplomacy", "disclaimer", "economics", "education", "energy", "exports", "finance", "goods",
    "governance", "growth", "health", "impact", "imports", "industry", "infrastructure", "intelligence", "investments",
    "leadership", "lessons", "manufacturing", "markets", "materials", "minerals", "opportunities", "outlook",
    "partnership", "partnerships", "policies", "policy", "politics", "priorities", "privacy", "relations",
    "relationship", "research", "resilience", "resources", "rights", "risks", "sanctions", "security",
    "semiconductors", "services", "software", "sovereignty", "standards", "statement", "strategy", "subsidies",
    "talks", "tariffs", "taxes", "technology", "technologies", "threats", "ties", "trade", "transfer", "transparency",
    "values", "weapons",
];

/// Months: with a number they are a date.
#[rustfmt::skip]
pub(super) const MONTHS: &[&str] = &[
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec",
];

/// Words in lower case that a surname begins with.
pub(super) const SMALL_FIRST: &[&str] = &["de", "van", "von", "al", "el"];

/// Parts that machines write in lower case too.
pub(super) const MACHINE: &[&str] = &["speaker", "unidentified", "unknown", "interviewer", "moderator"];
