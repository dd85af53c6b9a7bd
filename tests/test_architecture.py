"""The code keeps to the house that docs/architecture.md describes."""

import ast
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
MAX_LINES = 400
MAX_README_LINES = 60
WITH_EXTERNAL_ID = ("record", "template", "menuitem", "report")


def read_graph(page):
    """Return ``{addon: (status, {names that its manifest may depend on})}``."""
    graph = {}
    for row in re.findall(r"^\| `(key_account\w*)` \|(.*)\|$", page, re.MULTILINE):
        status, allowed, _holds = (cell.strip() for cell in row[1].split("|"))
        graph[row[0]] = (status, set(re.findall(r"`(\w+)`", allowed)))
    ours = set(graph)
    for name, (status, allowed) in graph.items():
        if "all" in allowed:
            graph[name] = (status, (allowed - {"all"}) | (ours - {name}))
    return graph


def read_depends(addons):
    return {
        path.parent.name: set(ast.literal_eval(path.read_text("utf-8"))["depends"])
        for path in addons.glob("*/__manifest__.py")
    }


def transitive(depends, name):
    """Return ``name`` and everything of ours that it depends on."""
    reached, todo = set(), [name]
    while todo:
        current = todo.pop()
        if current not in reached and current in depends:
            reached.add(current)
            todo += depends[current]
    return reached


def find_forbidden_depends(addons, graph):
    """Return sentences about manifests that the graph does not allow."""
    problems = []
    for name, depends in sorted(read_depends(addons).items()):
        if name not in graph:
            problems.append(f"{name} has no row in docs/architecture.md")
            continue
        for other in sorted(depends - graph[name][1]):
            problems.append(f"{name} may not depend on {other}")
    return problems


def find_forbidden_references(addons, graph):
    """Return sentences about code that names an addon it does not depend on.

    Imports, external ids in XML, CSV and Python, and JavaScript imports all name the
    addon, so one pattern finds them: ``addons.NAME``, ``NAME.id`` or ``@NAME/``.
    """
    depends = read_depends(addons)
    names = "|".join(sorted({*depends, *graph}, key=len, reverse=True))
    pattern = re.compile(
        rf"\bodoo\.addons\.({names})\b"
        rf"|\bfrom odoo\.addons import ({names})\b"
        rf"|(?<![\w.])({names})\.[a-z_]"
        rf"|@({names})/"
    )
    problems = []
    for addon in depends:
        known = transitive(depends, addon)
        for path in sorted((addons / addon).rglob("*")):
            if path.suffix not in (".py", ".xml", ".csv", ".js"):
                continue
            lines = path.read_text(encoding="utf-8").splitlines()
            for number, line in enumerate(lines, start=1):
                for match in pattern.finditer(line):
                    name = next(filter(None, match.groups()))
                    if name not in known:
                        place = f"{path.relative_to(addons)}:{number}"
                        problems.append(f"{place} names {name}: no dependency")
    return problems


def find_long_files(root):
    return [
        f"{path.relative_to(root)}: {lines} lines"
        for path in sorted(root.rglob("*.py"))
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > MAX_LINES
    ]


def find_repeated_ids(addon):
    """Return sentences about external ids that two records of an addon share: the second
    takes the first one's place, without a word."""
    seen, problems = {}, []
    for path in sorted(addon.rglob("*.xml")):
        place = path.relative_to(addon)
        for element in ElementTree.parse(path).getroot().iter():
            name = element.get("id") if element.tag in WITH_EXTERNAL_ID else None
            if name in seen:
                problems.append(f"{addon.name}: {name} in {seen[name]} and {place}")
            elif name:
                seen[name] = place
    return problems


def addon_sources(addon):
    return "\n".join(
        path.read_text(encoding="utf-8")
        for path in sorted(addon.rglob("*.py"))
        if "tests" not in path.relative_to(addon).parts
    )


def unknown_methods(text, source):
    """Return our methods that ``text`` writes as code and ``source`` does not have."""
    named = set(re.findall(r"`((?:_|action_)\w+)\(\)`", text))
    return sorted(named - set(re.findall(r"def (\w+)\(", source)))


GRAPH = read_graph(PAGE)
ADDONS = ROOT / "addons"
EXISTING = sorted(read_depends(ADDONS))


# ------------------------------------------------------------------ this code base


def test_manifests_keep_to_the_graph():
    assert find_forbidden_depends(ADDONS, GRAPH) == []


def test_code_names_only_addons_it_depends_on():
    assert find_forbidden_references(ADDONS, GRAPH) == []


def test_the_page_says_which_addons_exist():
    stated = sorted(name for name, (status, _) in GRAPH.items() if status == "exists")
    assert stated == EXISTING
    assert {status for status, _ in GRAPH.values()} <= {"exists", "planned"}


def test_the_graph_has_no_cycle_and_names_only_its_own_rows():
    allowed = {name: names & set(GRAPH) for name, (_, names) in GRAPH.items()}
    for name, (_, names) in GRAPH.items():
        assert {n for n in names if n.startswith("key_account")} <= set(GRAPH)
        for other in allowed[name]:
            assert name not in transitive(allowed, other), f"{name} and {other}"


def test_the_suite_installs_every_addon():
    reached = transitive(read_depends(ADDONS), "key_account_suite")
    assert sorted(reached) == EXISTING


@pytest.mark.parametrize(
    "folder", ["addons", "bench", "data", "i18n", "tests", "tools"]
)
def test_python_files_stay_short(folder):
    assert find_long_files(ROOT / folder) == []


@pytest.mark.parametrize("name", EXISTING)
def test_no_external_id_is_given_twice(name):
    assert find_repeated_ids(ADDONS / name) == []


@pytest.mark.parametrize("name", EXISTING)
def test_errors_are_shown_as_sentences(name):
    """The web client shows a server error for any class that it does not know."""
    path = ADDONS / name / "exceptions.py"
    if path.exists() and name != "key_account":
        assert "(UserError)" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", EXISTING)
def test_every_addon_has_a_short_and_true_readme(name):
    readme = (ADDONS / name / "README.md").read_text(encoding="utf-8")
    assert len(readme.splitlines()) <= MAX_README_LINES
    source = addon_sources(ADDONS / name)
    for model in re.findall(r'^    _name = "([\w.]+)"', source, re.MULTILINE):
        assert f"`{model}`" in readme, f"the README does not mention {model}"
    everything = "\n".join(addon_sources(ADDONS / other) for other in EXISTING)
    assert unknown_methods(readme, everything) == []


def test_methods_that_the_page_names_exist():
    everything = "\n".join(addon_sources(ADDONS / name) for name in EXISTING)
    assert unknown_methods(PAGE, everything) == []
    assert len(PAGE.splitlines()) < 200


# ------------------------------------------------------------- the checks themselves

SAMPLE = """
| addon | status | may depend on | holds |
| `key_account` | exists | `sale` | base |
| `key_account_fund` | exists | `key_account` | funds |
| `key_account_split` | exists | `key_account` | split |
| `key_account_suite` | planned | `all` | everything |
"""


@pytest.fixture
def house(tmp_path):
    """Return a function that writes an addon: name, depends, {path: text}."""

    def build(name, depends, files=()):
        (tmp_path / name).mkdir()
        manifest = repr({"depends": depends})
        (tmp_path / name / "__manifest__.py").write_text(manifest)
        for path, text in dict(files).items():
            (tmp_path / name / path).write_text(text)
        return tmp_path

    build("key_account", ["sale"])
    build("key_account_fund", ["key_account"])
    return build


def test_all_allows_every_other_addon():
    graph = read_graph(SAMPLE)
    assert graph["key_account_suite"] == (
        "planned",
        {"key_account", "key_account_fund", "key_account_split"},
    )


@pytest.mark.parametrize("other", ["key_account_fund", "queue_job"])
def test_a_dependency_outside_the_graph_is_found(house, other):
    addons = house("key_account_split", ["key_account", other])
    problems = find_forbidden_depends(addons, read_graph(SAMPLE))
    assert problems == [f"key_account_split may not depend on {other}"]


def test_an_addon_without_a_row_is_found(house):
    addons = house("key_account_gift", ["key_account"])
    (problem,) = find_forbidden_depends(addons, read_graph(SAMPLE))
    assert problem.startswith("key_account_gift has no row")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.py", "from odoo.addons.key_account_fund.models import fund"),
        ("a.py", "import odoo.addons.key_account_fund"),
        ("a.py", "from odoo.addons import key_account_fund"),
        ("a.py", 'self.env.ref("key_account_fund.group_cashier")'),
        ("a.xml", '<field name="inherit_id" ref="key_account_fund.fund_view_form" />'),
        ("a.xml", "<field eval=\"[Command.link(ref('key_account_fund.group'))]\" />"),
        ("a.xml", '<div groups="base.group_user,key_account_fund.group_cashier" />'),
        ("a.csv", "x,x,key_account_fund.model_fund,base.group_user,1,0,0,0"),
        ("a.js", 'import { Fund } from "@key_account_fund/fund";'),
    ],
)
def test_a_reference_to_a_sibling_is_found(house, path, text):
    addons = house("key_account_split", ["key_account"], {path: f"\n{text}\n"})
    assert find_forbidden_references(addons, read_graph(SAMPLE)) == [
        f"key_account_split/{path}:2 names key_account_fund: no dependency"
    ]


def test_references_to_dependencies_and_look_alikes_pass(house):
    files = {
        "a.py": "from odoo.addons.key_account.exceptions import GateError\n"
        "order.key_account_fund.name\nkey_account_id.state\n",
        "a.xml": '<a ref="key_account.view" b="order_id.key_account_id.state" />',
    }
    addons = house("key_account_split", ["key_account"], files)
    assert find_forbidden_references(addons, read_graph(SAMPLE)) == []
    suite = house("key_account_suite", ["key_account_split"], {"b.py": "key_account.x"})
    assert find_forbidden_references(suite, read_graph(SAMPLE)) == []


def test_a_long_file_is_found(tmp_path):
    (tmp_path / "good.py").write_text("x = 1\n" * MAX_LINES)
    (tmp_path / "long.py").write_text("x = 1\n" * (MAX_LINES + 1))
    assert find_long_files(tmp_path) == ["long.py: 401 lines"]


def test_a_method_that_does_not_exist_is_found():
    assert unknown_methods("`_a()` and `_b()`", "def _a(self):") == ["_b"]


def test_an_external_id_that_is_given_twice_is_found(tmp_path):
    (tmp_path / "a.xml").write_text('<odoo><record id="one" /></odoo>')
    (tmp_path / "b.xml").write_text(
        '<odoo><template id="one"><p id="two" /></template><record id="two" /></odoo>'
    )
    assert find_repeated_ids(tmp_path) == [f"{tmp_path.name}: one in a.xml and b.xml"]
