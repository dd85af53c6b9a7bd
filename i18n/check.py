#!/usr/bin/env python3
"""Check that the addons use the words of the glossary, in English and in Chinese.

    python i18n/check.py            # exit status 1 when something is found

1. Texts of views, menus, data files and Python code use none of the words that the
   glossary's column "avoid" lists.
2. A translated text of ``i18n/zh_CN.po`` that contains a term of the glossary has one
   of the term's Chinese forms in its translation.
"""

import argparse
import ast
import csv
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import polib
from lxml import etree

ROOT = Path(__file__).resolve().parent.parent
GLOSSARY = ROOT / "i18n" / "glossary.csv"
COLUMNS = ["term", "zh_CN", "avoid", "meaning"]
# Attributes of views and menus that people read.
XML_ATTRIBUTES = ("string", "title", "placeholder", "help", "confirm", "sum", "name")
# Texts for developers, or not ours.
SKIPPED_FOLDERS = {"tests", "migrations", "lib", "node_modules"}
# Placeholders and markup inside a text are not words.
NOT_WORDS = re.compile(r"%\(\w+\)\w|%\w|\{\w*\}|<[^>]*>|\b\w+(?:[._]\w+)+\b")


@dataclass(frozen=True)
class Term:
    term: str
    chinese: tuple[str, ...]
    avoid: tuple[str, ...]
    meaning: str


def read_glossary(path: Path = GLOSSARY) -> list[Term]:
    """Return the terms in the file's order; raise ValueError when it is malformed."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        if reader.fieldnames != COLUMNS:
            raise ValueError(f"{path}: the columns must be {','.join(COLUMNS)}")
        terms = []
        for row in reader:
            if None in row or not (row["term"] and row["zh_CN"] and row["meaning"]):
                raise ValueError(
                    f"{path}:{reader.line_num}: a cell is missing or too many"
                )
            forms, avoid = (
                tuple(filter(None, (part.strip() for part in row[name].split("|"))))
                for name in ("zh_CN", "avoid")
            )
            terms.append(Term(row["term"].strip(), forms, avoid, row["meaning"]))
    return terms


def word_pattern(words: Iterable[str]) -> re.Pattern:
    """Match any of ``words`` as whole words, singular or plural, the longest first."""
    ordered = sorted(words, key=len, reverse=True)
    # A space in a term also stands for a line break or a hyphen.
    either = "|".join(re.escape(word).replace(r"\ ", r"[\s-]+") for word in ordered)
    return re.compile(rf"(?<![\w-])(?P<word>{either})(?:s|es)?(?![\w-])", re.IGNORECASE)


def normalized(word: str) -> str:
    return re.sub(r"[\s-]+", " ", word).lower()


def xml_texts(path: Path) -> Iterator[tuple[int, str]]:
    """Yield ``(line, text)`` of everything in an XML file that could be shown."""
    for element in etree.parse(str(path)).iter(etree.Element):
        for name in XML_ATTRIBUTES:
            if element.get(name):
                yield element.sourceline, element.get(name)
        if element.text:
            yield element.sourceline, element.text
        for child in element:
            if child.tail:
                yield child.sourceline, child.tail


def python_texts(path: Path) -> Iterator[tuple[int, str]]:
    """Yield ``(line, text)`` of the strings of a Python file, without docstrings.

    Labels, help, selections, constraints and translated sentences are all strings;
    technical names contain no spaces and rarely look like words to avoid.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docstrings = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)
    }
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if is_text and id(node) not in docstrings:
            yield node.lineno, node.value


def source_files(addons: Path) -> Iterator[Path]:
    for path in sorted([*addons.glob("*/**/*.xml"), *addons.glob("*/**/*.py")]):
        if not SKIPPED_FOLDERS.intersection(path.relative_to(addons).parts):
            yield path


def check_sources(addons: Path, terms: list[Term]) -> Iterator[str]:
    """Yield a message for each use of a word that the glossary avoids."""
    preferred = {normalized(word): term.term for term in terms for word in term.avoid}
    if not preferred:
        return
    pattern = word_pattern(word for term in terms for word in term.avoid)
    for path in source_files(addons):
        texts = xml_texts(path) if path.suffix == ".xml" else python_texts(path)
        for line, text in texts:
            for match in pattern.finditer(text):
                right = preferred[normalized(match["word"])]
                yield f'{path}:{line}: "{match.group()}": the glossary says "{right}"'


def missing_terms(text: str, translation: str, terms: list[Term]) -> Iterator[Term]:
    """Yield the terms in ``text`` that ``translation`` has no Chinese form of.

    Longer terms win: the text "release date" does not contain the term "release".
    """
    by_word = {normalized(term.term): term for term in terms}
    words = NOT_WORDS.sub(" ", text)
    found = (
        match["word"] for match in word_pattern(t.term for t in terms).finditer(words)
    )
    for term in dict.fromkeys(by_word[normalized(word)] for word in found):
        if not any(form in translation for form in term.chinese):
            yield term


def check_translations(addons: Path, terms: list[Term]) -> Iterator[str]:
    """Yield a message for each translation that lacks the word of the glossary."""
    for path in sorted(addons.glob("*/i18n/zh_CN.po")):
        for entry in polib.pofile(str(path)).translated_entries():
            for translation in (entry.msgstr, *entry.msgstr_plural.values()):
                if not translation:
                    continue
                for term in missing_terms(entry.msgid, translation, terms):
                    forms = " or ".join(term.chinese)
                    yield (
                        f'{path}:{entry.linenum}: "{entry.msgid}" contains '
                        f'"{term.term}": translate it as {forms}'
                    )


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--addons", type=Path, default=ROOT / "addons")
    parser.add_argument("--glossary", type=Path, default=GLOSSARY)
    options = parser.parse_args(arguments)
    terms = read_glossary(options.glossary)
    messages = [
        *check_sources(options.addons, terms),
        *check_translations(options.addons, terms),
    ]
    for message in messages:
        print(message.replace(f"{ROOT}/", ""))
    print(f"glossary: {len(terms)} terms, {len(messages)} findings", file=sys.stderr)
    return 1 if messages else 0


if __name__ == "__main__":
    sys.exit(main())
