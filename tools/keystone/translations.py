"""The files behind ``i18n``: kept, made stable, merged, checked. Runs where polib is installed.

``python -m keystone.translations keep <folder> <addon>...`` saves the templates before Odoo
exports new ones; ``merge <folder> [--check] <addon>...`` takes it from there.
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
from pathlib import Path

import polib

LANGUAGE = "zh_CN"
DATES = ("POT-Creation-Date", "PO-Revision-Date")
KEPT_METADATA = ("Last-Translator", "Language-Team", "Plural-Forms")


def stable_template(path: Path) -> polib.POFile:
    """The exported template without what differs from one run to the next."""
    pot = polib.pofile(str(path))
    for name in DATES:
        pot.metadata.pop(name, None)
    return pot


def merged(
    pot: polib.POFile, old: polib.POFile | None, memory: dict[str, str]
) -> polib.POFile:
    """The translation file for ``pot``: its entries in its order, with the translations of ``old``.

    What ``old`` does not know starts with Odoo's own translation of the same text.
    """
    po = polib.POFile()
    po.header = pot.header
    po.metadata = dict(pot.metadata) | {"Language": LANGUAGE}
    if old is not None:
        po.metadata |= {
            name: old.metadata[name] for name in KEPT_METADATA if old.metadata.get(name)
        }
    known = {
        (entry.msgctxt, entry.msgid): entry for entry in old or () if not entry.obsolete
    }
    for source in pot:
        entry = polib.POEntry(
            msgid=source.msgid,
            msgctxt=source.msgctxt,
            comment=source.comment,
            occurrences=source.occurrences,
            flags=[flag for flag in source.flags if flag != "fuzzy"],
        )
        before = known.get((source.msgctxt, source.msgid))
        if before:
            entry.msgstr = before.msgstr
            entry.tcomment = before.tcomment
            entry.flags += ["fuzzy"] if before.fuzzy else []
        entry.msgstr = entry.msgstr or memory.get(source.msgid, "")
        po.append(entry)
    return po


def needs_translation(text: str) -> bool:
    """Whether there is a word in ``text``: not in a format, a tag or a symbol alone."""
    bare = re.sub(r"<[^>]*>|%\(\w+\)[a-z]|%[a-z]|\{[^}]*\}|&\w+;", "", text)
    return bool(re.search(r"[A-Za-z]{2}", bare))


def untranslated(po: polib.POFile) -> list[str]:
    found = []
    for entry in po:
        if entry.obsolete or not needs_translation(entry.msgid):
            continue
        if entry.fuzzy:
            found.append(f"fuzzy: {entry.msgid!r}")
        elif not entry.msgstr:
            found.append(f"not translated: {entry.msgid!r}")
    return found


def keep(folder: Path, addons: list[Path]) -> int:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for addon in addons:
        pot = addon / "i18n" / f"{addon.name}.pot"
        if pot.is_file():
            shutil.copyfile(pot, folder / pot.name)
    return 0


def _settle(path: Path, text: str, before: str | None, check: bool) -> list[str]:
    """Put ``text`` into ``path``, or what was there ``before`` when only checking."""
    if check:
        if before is None:
            path.unlink(missing_ok=True)
        else:
            path.write_text(before, encoding="utf-8")
        return [] if before == text else ["not up to date: run make i18n"]
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")
    return []


def _text(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


def merge_addon(
    addon: Path, folder: Path, check: bool, memory: dict[str, str] | None = None
) -> list[str]:
    """Settle the addon's two files; the problems, each with its file's name in front."""
    pot_path = addon / "i18n" / f"{addon.name}.pot"
    po_path = addon / "i18n" / f"{LANGUAGE}.po"
    if not pot_path.is_file():
        return []
    pot = stable_template(pot_path)
    problems = [
        f"{pot_path.name}: {text}"
        for text in _settle(pot_path, f"{pot}\n", _text(folder / pot_path.name), check)
    ]
    before = _text(po_path)
    po = merged(pot, polib.pofile(before) if before else None, memory or {})
    if not len(pot):
        return problems
    label = f"{addon.name}/i18n/{po_path.name}"
    problems += [
        f"{label}: {text}" for text in _settle(po_path, f"{po}\n", before, check)
    ]
    return problems + [f"{label}: {text}" for text in untranslated(po)]


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="translations")
    parser.add_argument("action", choices=("keep", "merge"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("addons", nargs="*", type=Path)
    parser.add_argument("--check", action="store_true")
    parser.add_argument(
        "--memory",
        type=Path,
        action="append",
        default=[],
        help="a file of Odoo's to start from",
    )
    args = parser.parse_intermixed_args(argv)
    if args.action == "keep":
        return keep(args.folder, args.addons)
    memory = {
        entry.msgid: entry.msgstr
        for path in args.memory
        for entry in polib.pofile(str(path))
        if entry.msgstr
    }
    problems = [
        line
        for addon in args.addons
        for line in merge_addon(addon, args.folder, args.check, memory)
    ]
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
