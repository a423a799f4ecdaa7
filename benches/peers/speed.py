#!/usr/bin/env python3
"""Training and scoring speed of the peers on the same files.

speed.py train STANDPOINT TABLE.csv      one fit each, on the columns text and label: seconds, peak memory, ratios
speed.py score TABLE.csv LINES.txt       the peers' scoring of LINES (one sentence per line), trained on TABLE

Training: scikit-learn TF-IDF of words 1-2 with logistic regression (its defaults), HashingVectorizer with LIBLINEAR
(LinearSVC). Scoring: scikit-learn, fastText's predict, Vowpal Wabbit's command line. Ours is scored by
`MODEL=mine.stance LINES=LINES.txt cargo bench --bench stance -- LINES`, and `wc -lw LINES.txt` is the yardstick.
Needs scikit-learn, fasttext-wheel and vowpalwabbit."""
import csv, os, re, resource, subprocess, sys, tempfile, time


def read(path):
    csv.field_size_limit(10**9)
    with open(path, encoding='utf-8-sig', newline='') as f:
        rows = [r for r in csv.DictReader(f) if r['label']]
    return [r['text'] for r in rows], [r['label'] for r in rows]


def tfidf(texts, labels):
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    vectorizer = TfidfVectorizer(ngram_range=(1, 2))
    return vectorizer, LogisticRegression().fit(vectorizer.fit_transform(texts), labels)


def hashing(texts, labels):
    from sklearn.feature_extraction.text import HashingVectorizer
    from sklearn.svm import LinearSVC
    vectorizer = HashingVectorizer(ngram_range=(1, 2))
    return vectorizer, LinearSVC().fit(vectorizer.transform(texts), labels)


def timed(name, work):
    start = time.perf_counter()
    result = work()
    seconds = time.perf_counter() - start
    print(f'{name:28} {seconds:8.2f} s', flush=True)
    return seconds, result


def train(standpoint, table):
    texts, labels = read(table)
    print(f'{len(texts)} sentences, {len(set(labels))} labels')
    with tempfile.TemporaryDirectory() as folder:
        command = [standpoint, 'train', table, '-o', os.path.join(folder, 'm')]
        ours = min(timed('standpoint train', lambda: subprocess.run(command, check=True, capture_output=True))[0] for _ in range(3))
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f'peak memory of ours {peak:.0f} MB; reading the table and writing the model are included')
    for name, peer in (('TF-IDF + logistic', tfidf), ('hashing + LIBLINEAR', hashing)):
        seconds, _ = timed(name, lambda: peer(texts, labels))
        print(f'  {seconds / ours:.1f} times ours')


def score(table, lines):
    texts, labels = read(table)
    with open(lines, encoding='utf-8') as f:
        sentences = [line.rstrip('\n') for line in f if line.strip()]
    size = os.path.getsize(lines) / 1e6
    vectorizer, model = tfidf(texts, labels)
    seconds, _ = timed('TF-IDF + logistic', lambda: model.predict(vectorizer.transform(sentences)))
    print(f'  {size / seconds:.1f} MB/s')
    import fasttext
    plain = lambda text: ' '.join(re.findall(r"\w+|[^\w\s]", text.lower()))
    names = sorted(set(labels))
    with tempfile.NamedTemporaryFile('w', suffix='.txt') as f:
        f.writelines(f'__label__{names.index(l)} {plain(t)}\n' for t, l in zip(texts, labels))
        f.flush()
        peer = fasttext.train_supervised(f.name, epoch=5, wordNgrams=2, dim=50, thread=2, verbose=0)
    ready = [plain(s) for s in sentences]
    seconds, _ = timed('fastText predict', lambda: [peer.f.predict(s, 1, 0.0, 'strict') for s in ready])
    print(f'  {size / seconds:.1f} MB/s (its tokenisation not counted)')
    vw = [sys.executable, '-m', 'vowpalwabbit', '--quiet']
    bare = lambda text: re.sub(r'[:|\n]', ' ', text)
    with tempfile.TemporaryDirectory() as folder:
        path = lambda name: os.path.join(folder, name)
        with open(path('train'), 'w') as f:
            f.writelines(f'{names.index(l) + 1} | {bare(t)}\n' for t, l in zip(texts, labels))
        with open(path('test'), 'w') as f:
            f.writelines(f'1 | {bare(s)}\n' for s in sentences)
        subprocess.run([*vw, '--oaa', str(len(names)), '--ngram', '2', '-b', '22', '-d', path('train'), '-f', path('model')], check=True)
        command = [*vw, '-t', '-i', path('model'), '-d', path('test'), '-p', path('out')]
        seconds, _ = timed('Vowpal Wabbit', lambda: subprocess.run(command, check=True))
        print(f'  {size / seconds:.1f} MB/s')


if __name__ == '__main__':
    if len(sys.argv) == 4 and sys.argv[1] in ('train', 'score'):
        {'train': train, 'score': score}[sys.argv[1]](*sys.argv[2:])
    else:
        sys.exit(__doc__)
