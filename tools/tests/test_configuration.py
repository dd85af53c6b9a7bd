"""The generated odoo.conf and the choice of the database server."""

import pytest
from keystone.configuration import (
    derive,
    option,
    read_options,
    read_sections,
    write_options,
)
from keystone.console import KeystoneError
from keystone.environment import Environment, python_error, requirement_lines
from keystone.odoo_source import from_home, parse_mirror
from keystone.postgres import Embedded, named_server

SERVER = {
    "db_host": "/run/db",
    "db_port": "5432",
    "db_user": "keystone",
    "db_password": "",
}


def test_the_generated_configuration_keeps_the_projects_options(tmp_path):
    source = tmp_path / "odoo.conf"
    source.write_text(
        "[options]\nworkers = 2\ndb_host = elsewhere\nadmin_passwd = 50%off\n"
    )
    made = derive(
        read_options(source),
        addons=[tmp_path],
        data_dir=tmp_path / "data",
        server=SERVER,
    )
    write_options(tmp_path / "made.conf", made)
    options = read_options(tmp_path / "made.conf")
    assert options["workers"] == "2"
    assert options["admin_passwd"] == "50%off"
    assert options["db_host"] == "/run/db"
    assert options["addons_path"] == str(tmp_path)
    assert "db_password" not in options


def test_the_generated_configuration_keeps_sections_that_addons_read(tmp_path):
    source = tmp_path / "odoo.conf"
    source.write_text("[options]\nworkers = 2\n[queue_job]\nchannels = root:2\n")
    made = tmp_path / "made.conf"
    write_options(made, read_options(source), read_sections(source))
    assert read_options(made) == {"workers": "2"}
    assert read_sections(made) == {"queue_job": {"channels": "root:2"}}


def test_addons_path_is_left_out_when_there_is_none(tmp_path):
    made = derive({}, addons=[tmp_path / "missing"], data_dir=tmp_path, server=SERVER)
    assert "addons_path" not in made


def test_an_option_can_be_unset_in_odoos_ways():
    assert option({"db_host": "False"}, "db_host") is None
    assert option({"db_host": " "}, "db_host") is None
    assert option({"db_host": "db"}, "db_host") == "db"


def make_embedded(paths):
    venv = paths.cache / "venv"
    (venv / "lib" / "python3.11" / "site-packages").mkdir(parents=True)
    return Embedded(paths, Environment(venv, "key"))


def test_pghost_names_another_server_unless_it_is_our_own(paths):
    embedded = make_embedded(paths)
    assert named_server({}, {}, embedded) is None
    assert named_server({"PGHOST": str(embedded.socket_dir)}, {}, embedded) is None
    assert named_server({"PGHOST": "db", "PGUSER": "me"}, {}, embedded).user == "me"
    assert (
        named_server({}, {"db_host": "db", "db_port": "5433"}, embedded).port == "5433"
    )


def test_a_long_path_does_not_break_the_socket(paths, tmp_path):
    deep = type(paths)(paths.clone, tmp_path / ("d" * 120))
    assert len(str(Embedded(deep, make_embedded(paths).environment).socket_dir)) < 90


def test_the_mirror_is_the_one_that_the_machine_uses():
    targets = "http://s/sec stable-security main\nhttp://m/debian bookworm main\n"
    assert parse_mirror(targets) == ("http://m/debian", "bookworm")
    assert parse_mirror("http://m/debian sid main") == ("http://m/debian", "stable")
    with pytest.raises(KeystoneError, match="ODOO_HOME"):
        parse_mirror("")


def test_odoo_home_must_hold_the_right_series(tmp_path):
    with pytest.raises(KeystoneError, match=r"no odoo/release\.py"):
        from_home(tmp_path)
    (tmp_path / "odoo").mkdir()
    release = tmp_path / "odoo" / "release.py"
    release.write_text("version_info = (18, 0, 0, FINAL, 0, '')\n")
    with pytest.raises(KeystoneError, match=r"is Odoo 18\.0, but 19\.0"):
        from_home(tmp_path)
    release.write_text("version_info = (19, 0, 0, FINAL, 0, '')\n")
    assert from_home(tmp_path).path == tmp_path


def test_requirements_are_read_without_comments():
    assert requirement_lines("# x\n\na==1  # why\nb==2; python_version < '3.13'\n") == [
        "a==1",
        "b==2; python_version < '3.13'",
    ]


@pytest.mark.parametrize(
    ("version", "accepted"), [((3, 10), False), ((3, 12), True), ((3, 14), False)]
)
def test_a_python_too_old_or_too_new_is_named_with_what_is_supported(version, accepted):
    line = python_error(version, "python")
    assert (line is None) == accepted
    assert accepted or ("3.11 to 3.13" in line and f"3.{version[1]}" in line)
