"""The words of the addons are the glossary's, and the check that says so works."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CHECK = ROOT / "i18n" / "check.py"

spec = importlib.util.spec_from_file_location("glossary_check", CHECK)
check = importlib.util.module_from_spec(spec)
sys.modules[spec.name] = check  # dataclasses look their module up
spec.loader.exec_module(check)

GLOSSARY = """\
term,zh_CN,avoid,meaning
child order,子订单,sub-order|suborder,one recipient's part
parent order,大客户订单|父订单,master order,what the account buys
release date,下发时间,,when a child goes to the warehouse
release,解冻|放行,,give back
recipient,收货人,consignee,who gets goods
"""


@pytest.fixture
def terms(tmp_path):
    path = tmp_path / "glossary.csv"
    path.write_text(GLOSSARY, encoding="utf-8")
    return check.read_glossary(path)


@pytest.fixture
def addon(tmp_path):
    folder = tmp_path / "addons" / "one"
    (folder / "i18n").mkdir(parents=True)
    (folder / "views").mkdir()
    (folder / "tests").mkdir()
    return folder


def write_po(addon, *pairs):
    blocks = ['msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n']
    blocks += [f'msgid "{msgid}"\nmsgstr "{msgstr}"\n' for msgid, msgstr in pairs]
    path = addon / "i18n" / "zh_CN.po"
    path.write_text("\n".join(blocks), encoding="utf-8")


def sources(addon, terms):
    return list(check.check_sources(addon.parent, terms))


def translations(addon, terms):
    return list(check.check_translations(addon.parent, terms))


def test_the_addons_keep_to_the_glossary():
    result = subprocess.run(
        [sys.executable, CHECK], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout


def test_each_term_is_listed_once_and_no_term_is_to_be_avoided():
    terms = check.read_glossary()
    names = [check.normalized(term.term) for term in terms]
    assert len(names) == len(set(names))
    avoided = [check.normalized(word) for term in terms for word in term.avoid]
    assert not set(avoided) & set(names)
    owners = {}
    for term in terms:
        for word in term.avoid:
            assert owners.setdefault(check.normalized(word), term) is term, word


def test_the_chinese_forms_are_chinese():
    for term in check.read_glossary():
        for form in term.chinese:
            assert all("\u4e00" <= char <= "\u9fff" for char in form), form


@pytest.mark.parametrize(
    "text",
    [
        "english,chinese\nfund,资金\n",
        "term,zh_CN,avoid,meaning\nfund,,,money\n",
        "term,zh_CN,avoid,meaning\nfund,资金,,money, too many cells\n",
        "term,zh_CN,avoid,meaning\nfund,资金\n",
    ],
)
def test_a_malformed_glossary_is_refused(tmp_path, text):
    path = tmp_path / "glossary.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"glossary\.csv"):
        check.read_glossary(path)


@pytest.mark.parametrize(
    "xml",
    [
        '<field name="note" string="Sub-orders"/>',
        '<menuitem id="m" name="Suborders"/>',
        '<button name="go" confirm="Delete the sub-order?"/>',
        "<p>Make one sub-order for each.</p>",
        "<p><b>Then</b> make\n one sub-order.</p>",
    ],
)
def test_an_avoided_word_in_xml_is_found(addon, terms, xml):
    path = addon / "views" / "a_views.xml"
    path.write_text(f"<odoo>\n    {xml}\n</odoo>", encoding="utf-8")
    (message,) = sources(addon, terms)
    assert message.startswith(f"{path}:2:")
    assert '"child order"' in message


@pytest.mark.parametrize(
    "code",
    [
        'x = fields.Char(string="Suborder")',
        'x = fields.Char(help="The number " "of the sub-order.")',
        'x = fields.Selection([("a", "Suborder")])',
        'x = self.env._("%s is a suborder.", name)',
    ],
)
def test_an_avoided_word_in_python_is_found(addon, terms, code):
    path = addon / "model.py"
    path.write_text(f'"""Docstring."""\n{code}\n', encoding="utf-8")
    (message,) = sources(addon, terms)
    assert message.startswith(f"{path}:2:")


def test_words_that_people_do_not_read_are_free(addon, terms):
    (addon / "views" / "a.xml").write_text(
        '<odoo><!-- a suborder --><field name="suborder_ids"/></odoo>', encoding="utf-8"
    )
    (addon / "model.py").write_text(
        'def f():\n    """A suborder."""\n    # suborder\n    return "suborder_id"\n',
        encoding="utf-8",
    )
    (addon / "tests" / "test_a.py").write_text('x = "suborder"\n', encoding="utf-8")
    assert sources(addon, terms) == []


def test_a_translation_needs_one_of_the_terms_forms(addon, terms):
    write_po(
        addon,
        ("Parent Orders", "大客户订单"),
        ("The parent order", "父订单"),
        ("A parent\\norder", "主订单"),
    )
    (message,) = translations(addon, terms)
    assert "父订单" in message
    assert "zh_CN.po:" in message


def test_the_longest_term_counts(addon, terms):
    write_po(addon, ("Release Date", "下发时间"), ("Release", "解冻"))
    assert translations(addon, terms) == []
    write_po(addon, ("Release the release date", "下发时间"))
    assert len(translations(addon, terms)) == 1


def test_placeholders_markup_and_identifiers_are_not_words(addon, terms):
    write_po(
        addon,
        ("%(recipient)s got <i class='recipient'>%s</i>", "%(recipient)s 收到 %s"),
        ("sale.order.recipient", "任意"),
        ("Recipients", ""),
        ("Irrecipient", "任意"),
    )
    assert translations(addon, terms) == []


def test_every_term_of_a_text_is_checked(addon, terms):
    write_po(addon, ("Recipient of the child order", "任意"))
    assert len(translations(addon, terms)) == 2


def test_addons_without_translations_are_fine(addon, terms):
    assert translations(addon, terms) == []


def test_the_command_prints_findings_and_fails(addon, terms, tmp_path, capsys):
    arguments = [
        "--addons",
        str(addon.parent),
        "--glossary",
        str(tmp_path / "glossary.csv"),
    ]
    assert check.main(arguments) == 0
    (addon / "model.py").write_text('x = "A consignee."\n', encoding="utf-8")
    write_po(addon, ("Recipient", "任意"))
    assert check.main(arguments) == 1
    printed = capsys.readouterr().out.splitlines()
    assert len(printed) == 2
    assert 'model.py:1: "consignee": the glossary says "recipient"' in printed[0]
