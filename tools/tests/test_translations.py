"""Merging translations: stable, in the template's order, nothing lost."""

import polib
from keystone.translations import merge_addon, needs_translation

POT = """msgid ""
msgstr ""
"POT-Creation-Date: {date}\\n"
"Content-Type: text/plain; charset=UTF-8\\n"

#: model:x
msgid "Account"
msgstr ""

#: model:y
msgid "Fund"
msgstr ""
"""


def export(addon, date="2026-01-01"):
    (addon / "i18n").mkdir(parents=True, exist_ok=True)
    (addon / "i18n" / f"{addon.name}.pot").write_text(POT.format(date=date))


def test_a_translation_is_kept_and_the_missing_one_is_named(tmp_path):
    addon, kept = tmp_path / "one", tmp_path / "kept"
    export(addon)
    old = polib.POFile()
    old.metadata = {"Content-Type": "text/plain; charset=UTF-8"}
    old.append(polib.POEntry(msgid="Gone", msgstr="无"))
    old.append(polib.POEntry(msgid="Account", msgstr="客户"))
    old.save(str(addon / "i18n" / "zh_CN.po"))
    assert merge_addon(addon, kept, check=False) == [
        "one/i18n/zh_CN.po: not translated: 'Fund'"
    ]
    entries = polib.pofile(str(addon / "i18n" / "zh_CN.po"))
    assert [(entry.msgid, entry.msgstr) for entry in entries] == [
        ("Account", "客户"),
        ("Fund", ""),
    ]


def test_a_second_export_changes_nothing(tmp_path):
    addon, kept = tmp_path / "one", tmp_path / "kept"
    texts = []
    for date in ("2026-01-01", "2026-02-02"):
        export(addon, date)
        merge_addon(addon, kept, check=False)
        texts.append([path.read_text() for path in sorted((addon / "i18n").iterdir())])
    assert texts[0] == texts[1]


def test_checking_puts_the_old_template_back(tmp_path):
    addon, kept = tmp_path / "one", tmp_path / "kept"
    kept.mkdir()
    (kept / "one.pot").write_text("old")
    export(addon)
    assert "one.pot: not up to date: run make i18n" in merge_addon(
        addon, kept, check=True
    )
    assert (addon / "i18n" / "one.pot").read_text() == "old"
    assert not (addon / "i18n" / "zh_CN.po").exists()


def test_symbols_need_no_translation():
    assert not needs_translation("%(name)s <br/> / 100 %")
    assert needs_translation("Held")
