#!/usr/bin/env python3
"""Sentence segmenters from PyPI, as commands: segment.py TOOL [FILE]

Needs: pip install pysbd syntok blingfire numpy; for nltk its own punkt data too (nltk.download)

Without FILE, reads texts apart by NUL from standard input, each line of a text
fed alone, and prints one sentence per line, texts apart by NUL. With FILE, cuts
the file (its first megabyte where the tool takes longer than a minute for more)
and prints the best of three speeds."""
import sys
import time


def pysbd():
    import pysbd

    return pysbd.Segmenter(language="en", clean=False).segment


def syntok():
    from syntok import segmenter

    def cut(text):
        for paragraph in segmenter.process(text):
            for sentence in paragraph:
                yield text[sentence[0].offset : sentence[-1].offset + len(sentence[-1].value)]

    return cut


def nltk():
    from nltk.tokenize.punkt import PunktTokenizer

    return PunktTokenizer("english").tokenize


def blingfire():
    from blingfire import text_to_sentences

    return lambda text: text_to_sentences(text).split("\n")


TOOLS = {f.__name__: f for f in (pysbd, syntok, nltk, blingfire)}
SLOW = {"pysbd": 1_000_000, "syntok": 4_000_000}


def lines(cut, text):
    for line in filter(str.strip, text.split("\n")):
        for sentence in cut(line):
            sentence = " ".join(sentence.split())
            if sentence:
                yield sentence


def main():
    if len(sys.argv) not in (2, 3) or sys.argv[1] not in TOOLS:
        sys.exit(__doc__ + "\n\nTools: " + ", ".join(TOOLS))
    cut = TOOLS[sys.argv[1]]()
    if len(sys.argv) == 2:
        texts = sys.stdin.buffer.read().decode().split("\0")
        print("\0".join("\n".join(lines(cut, text)) for text in texts))
        return
    text = open(sys.argv[2], encoding="utf-8").read()
    text = text[: SLOW.get(sys.argv[1], len(text))]
    best = None
    for _ in range(3):
        start = time.perf_counter()
        count = sum(1 for _ in lines(cut, text))
        seconds = time.perf_counter() - start
        best = min(best or seconds, seconds)
    print(f"{count} sentences, {len(text.encode()) / best / 1e6:.3f} MB/s")


main()
