"""``data/load.py`` brings CSV files into a running system, whole files or nothing."""

import sys

import pytest
from copies import CLONE, run
from keystone.servers import free_port
from scene import unique

SAMPLES = CLONE / "data" / "samples"
TEMPLATES = CLONE / "data" / "templates"
MODELS = ("res.partner", "key.account", "key.account.document")


@pytest.fixture
def load(url, database):
    def run_loader(*files, **options):
        options = {"url": url, "database": database, **options}
        words = [f"--{name}={value}" for name, value in options.items()]
        return run(sys.executable, CLONE / "data" / "load.py", *words, *files)

    return run_loader


def counts(scene):
    return [scene.admin.call(model, "search_count", []) for model in MODELS]


def one_line(done):
    """Return the only line that a failed run says."""
    assert done.returncode == 1, done.stdout + done.stderr
    (line,) = done.stderr.splitlines()
    return line


@pytest.fixture
def samples(tmp_path):
    """Copies of the samples under references of their own, so that every test starts
    with records that are not there yet."""
    module = unique("keystone_sample")
    for sample in SAMPLES.glob("*.csv"):
        text = sample.read_text(encoding="utf-8")
        text = text.replace("keystone_sample.", f"{module}.")
        (tmp_path / sample.name).write_text(text, encoding="utf-8")
    return sorted(tmp_path.glob("*.csv"))


def test_without_files_the_samples_are_loaded(scene, load):
    first = load()
    assert first.returncode == 0, first.stderr
    assert first.stdout.splitlines() == [
        "1-res.partner.csv: 4 rows in res.partner",
        "2-key.account.csv: 2 rows in key.account",
        "3-key.account.document.csv: 2 rows in key.account.document",
    ]
    (account,) = scene.admin.call(
        "key.account",
        "search_read",
        [["id", "=", scene.ref("keystone_sample.account_lanxi")]],
        ["state", "pay_mode", "legal_representative", "document_ids", "name"],
    )
    assert account["name"] == "兰溪食品有限公司"
    assert account["legal_representative"] == "李国强"
    assert (account["state"], account["pay_mode"]) == ("prospect", "mixed")
    assert len(account["document_ids"]) == 1


def test_loading_again_makes_no_second_record(scene, load, samples):
    before = counts(scene)
    first = load(*samples)
    assert first.returncode == 0, first.stderr
    after = counts(scene)
    assert [new - old for new, old in zip(after, before, strict=True)] == [4, 2, 2]
    again = load(*samples)
    assert (again.returncode, again.stdout) == (0, first.stdout)
    assert counts(scene) == after


def test_a_changed_row_updates_its_record(scene, load, samples):
    load(*samples)
    before = counts(scene)
    header, first, *_rest = samples[1].read_text(encoding="utf-8").splitlines()
    assert ",mixed," in first
    changed = first.replace(",mixed,", ",credit,")
    samples[1].write_text(f"{header}\n{changed}\n", encoding="utf-8")
    assert load(samples[1]).returncode == 0
    assert counts(scene) == before
    account = scene.ref(first.split(",")[0])
    assert scene.get("key.account", account, "pay_mode") == "credit"


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("x.bad,Bad Ltd,True,no_such.parent", "no_such.parent"),
        ("x.bad,,True,", "name"),
        ("x.bad,Bad Ltd,maybe,", "maybe"),
    ],
)
def test_a_faulty_row_is_named_and_nothing_of_its_file_comes_in(
    scene, load, tmp_path, row, words
):
    file = tmp_path / "res.partner.csv"
    header = "id,name,is_company,parent_id/id"
    file.write_text(f"{header}\nx.good,Good Ltd,True,\n{row}\n", encoding="utf-8")
    before = counts(scene)
    line = one_line(load(file))
    assert line.startswith("res.partner.csv row 3: ")
    assert words in line.lower()
    assert counts(scene) == before


def test_a_row_is_counted_as_the_file_shows_it(load, tmp_path):
    """Empty lines are rows of a spreadsheet too, and so are lines within a cell."""
    file = tmp_path / "res.partner.csv"
    file.write_text("id,name,is_company\nx.good,Good Ltd,True\n\nx.bad,Bad Ltd,maybe\n")
    assert one_line(load(file)).startswith("res.partner.csv row 4: ")


def test_each_faulty_row_is_named(load, tmp_path):
    file = tmp_path / "key.account.csv"
    header = "id,partner_id/id,pay_mode"
    file.write_text(f"{header}\nx.a,no_such.one,prepaid\nx.b,base.main_partner,cash\n")
    done = load(file)
    assert done.returncode == 1
    assert "key.account.csv row 2: No matching record found" in done.stderr
    assert "'no_such.one'" in done.stderr
    assert "key.account.csv row 3: Value 'cash' not found" in done.stderr


def test_what_builds_on_a_faulty_file_does_not_come_in(scene, load, samples):
    text = samples[0].read_text(encoding="utf-8")
    samples[0].write_text(text.replace("base.no,", "base.nowhere,"), encoding="utf-8")
    before = counts(scene)
    done = load(*samples)
    assert done.returncode == 1
    assert done.stderr.startswith("1-res.partner.csv row 4: ")
    assert counts(scene) == before


def test_templates_are_empty_and_say_so(load):
    templates = sorted(TEMPLATES.glob("*.csv"))
    assert {path.stem for path in templates} == set(MODELS)
    for template in templates:
        assert "no rows below the header" in one_line(load(template))


def test_samples_have_the_columns_of_the_templates():
    for sample in SAMPLES.glob("*.csv"):
        template = TEMPLATES / sample.name.split("-", 1)[1]
        first = sample.read_text(encoding="utf-8").splitlines()[0]
        assert first == template.read_text(encoding="utf-8").splitlines()[0]


def test_a_file_of_an_unknown_model_is_named(load, tmp_path):
    file = tmp_path / "no.such.model.csv"
    file.write_text("id,name\nx.a,A\n")
    line = one_line(load(file))
    assert "no.such.model" in line


def test_an_unknown_column_is_named(load, tmp_path):
    file = tmp_path / "res.partner.csv"
    file.write_text("id,name,colour_of_hair\nx.a,A,red\n")
    assert "colour_of_hair" in one_line(load(file))


def test_a_missing_file_is_named(load):
    assert one_line(load("no_such.csv")) == "load: no_such.csv does not exist."


def test_a_file_that_is_not_text_is_named(load, tmp_path):
    file = tmp_path / "res.partner.csv"
    file.write_bytes("id,name\nx.a,Café\n".encode("latin-1"))
    assert "res.partner.csv" in one_line(load(file))


@pytest.mark.parametrize("options", [{"login": "nobody"}, {"password": "wrong"}])
def test_a_login_that_is_refused_is_one_line(load, options):
    assert "cannot log in" in one_line(load(**options))


def test_a_database_that_is_not_served_is_one_line(load):
    assert one_line(load(database="no_such_database")).startswith("load: ")


def test_a_server_that_is_down_is_one_line(load):
    down = f"http://localhost:{free_port()}"
    line = one_line(load(url=down))
    assert f"{down} does not answer" in line


def test_a_user_without_the_right_is_told_so(scene, load):
    user = scene.user("warehouse")
    before = counts(scene)
    done = load(SAMPLES / "2-key.account.csv", login=user.login, password=user.login)
    assert done.returncode == 1
    assert "2-key.account.csv row 2: You are not allowed" in done.stderr
    assert "Traceback" not in done.stderr
    assert counts(scene) == before
