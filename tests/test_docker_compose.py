"""What can be known of the containers without an engine that runs them."""

import ast
import configparser
import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
ADDONS = ROOT / "addons"
COMPOSE_TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load(COMPOSE_TEXT)
SERVICES = COMPOSE["services"]
DOCKERFILE = (ROOT / "docker" / "Dockerfile").read_text(encoding="utf-8")
NGINX = (ROOT / "docker" / "nginx.conf").read_text(encoding="utf-8")
REQUIREMENTS = (ROOT / "docker" / "requirements.txt").read_text(encoding="utf-8")
# What Odoo itself brings, of what our manifests name; see the first table of
# docs/architecture.md. Everything else must be installed by the Dockerfile.
CORE_ADDONS = set(
    re.findall(
        r"`(\w+)`",
        re.search(
            r"^\| Odoo itself \|.*$",
            (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8"),
            re.MULTILINE,
        ).group(),
    )
)


def odoo_conf():
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(ROOT / "docker" / "odoo.conf", encoding="utf-8")
    return parser["options"]


def manifests():
    return {
        path.parent.name: ast.literal_eval(path.read_text(encoding="utf-8"))
        for path in ADDONS.glob("*/__manifest__.py")
    }


def requirement_lines(text):
    lines = (line.split("#")[0].strip() for line in text.splitlines())
    return [line for line in lines if line]


def missing_packages(addons, requirements, core=frozenset()):
    """Return what ``addons`` need and ``requirements`` do not install, sorted."""

    def normalized(name):
        return re.sub(r"[-_.]+", "-", name).lower()

    installed = {
        normalized(re.split(r"[\s=<>!~;\[]", line)[0])
        for line in requirement_lines(requirements)
    }
    needed = set()
    for manifest in addons.values():
        packages = manifest.get("external_dependencies", {}).get("python", [])
        needed.update(re.split(r"[\s=<>!~;\[]", package)[0] for package in packages)
        others = set(manifest.get("depends", [])) - set(addons) - core
        needed.update(f"odoo-addon-{name}" for name in others)
    return sorted({normalized(name) for name in needed} - installed)


def bind_mounts():
    for name, service in SERVICES.items():
        for volume in service.get("volumes", []):
            source, target, *options = volume.split(":")
            if source.startswith("."):
                yield name, source, target, options


def test_every_dependency_of_an_addon_is_installed_by_the_dockerfile():
    assert "COPY requirements.txt" in DOCKERFILE
    assert re.search(r"pip3 install .*-r /tmp/keystone-requirements.txt", DOCKERFILE)
    assert missing_packages(manifests(), REQUIREMENTS, CORE_ADDONS) == []


def test_a_dependency_that_is_not_installed_is_found():
    addons = {
        "key_account": {"depends": ["sale", "queue_job"]},
        "key_account_split": {
            "depends": ["key_account"],
            "external_dependencies": {"python": ["openpyxl>=3", "some_package"]},
        },
    }
    core = {"sale"}
    assert missing_packages(addons, "openpyxl==3.1.5\n", core) == [
        "odoo-addon-queue-job",
        "some-package",
    ]
    complete = (
        "openpyxl==3.1.5\nodoo_addon_queue_job==19.0.1.0.0\nsome-package==1 # x\n"
    )
    assert missing_packages(addons, complete, core) == []


def test_programs_that_manifests_need_are_named_in_the_dockerfile():
    for manifest in manifests().values():
        for program in manifest.get("external_dependencies", {}).get("bin", []):
            assert program in DOCKERFILE


def test_the_addons_called_core_are_odoos():
    odoo = pytest.importorskip("odoo")
    paths = [Path(path) for path in odoo.__path__]
    folders = [path / "addons" for path in paths] + [
        path.parent / "addons" for path in paths
    ]
    for name in CORE_ADDONS:
        assert any(
            (folder / name / "__manifest__.py").exists() for folder in folders
        ), name


def test_requirements_are_pinned():
    for line in requirement_lines(REQUIREMENTS):
        assert re.fullmatch(r"[\w.-]+(\[[\w,]+\])?==[\w.!+]+(\s*;.*)?", line), line


def test_images_are_pinned():
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    images = [service["image"] for service in SERVICES.values()]
    for image in bases + images:
        assert re.fullmatch(r"[\w./-]+:\d[\w.-]*", image), image
    assert bases == ["odoo:19.0"]


def test_what_is_mounted_exists_and_is_read_only():
    mounts = list(bind_mounts())
    assert mounts
    for name, source, _target, options in mounts:
        assert (ROOT / source).exists(), f"{name}: {source}"
        assert options == ["ro"], f"{name}: {source} can be written"


def test_files_of_the_build_exist():
    context = ROOT / SERVICES["odoo"]["build"]
    assert (context / "Dockerfile").is_file()
    for source in re.findall(r"^COPY (?:--\S+ )?(\S+) ", DOCKERFILE, re.MULTILINE):
        assert (context / source).is_file(), source


def test_named_volumes_and_networks_are_declared():
    for name, service in SERVICES.items():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert source.startswith("./") or source in COMPOSE["volumes"], (
                f"{name}: {source}"
            )
        for network in service["networks"]:
            assert network in COMPOSE["networks"], f"{name}: {network}"
    assert "database:/var/lib/postgresql/data" in SERVICES["db"]["volumes"]
    assert f"filestore:{odoo_conf()['data_dir']}" in SERVICES["odoo"]["volumes"]


def test_odoo_finds_the_mounted_addons():
    targets = {source: target for _name, source, target, _options in bind_mounts()}
    assert targets["./addons"] in odoo_conf()["addons_path"].split(",")
    assert f"cd {targets['./addons']}" in (ROOT / "docker" / "install.sh").read_text()


def test_odoo_reads_the_mounted_configuration():
    targets = {source: target for _name, source, target, _options in bind_mounts()}
    # The place that the official image names in ODOO_RC.
    assert targets["./docker/odoo.conf"] == "/etc/odoo/odoo.conf"


def test_secrets_come_from_the_environment_and_must_be_set():
    secrets = {
        key: value
        for service in SERVICES.values()
        for key, value in service.get("environment", {}).items()
        if "PASS" in key
    }
    assert set(secrets) == {
        "PASSWORD",
        "POSTGRES_PASSWORD",
        "ODOO_ADMIN_PASSWD",
        "KEYSTONE_ADMIN_PASSWORD",
    }
    for key, value in secrets.items():
        assert re.fullmatch(r"\$\{\w+:\?[^}]+\}", value), key
    for name in ("admin_passwd", "db_password"):
        assert name not in odoo_conf()


def test_the_example_names_every_variable_and_holds_no_secret():
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    for name in re.findall(r"\$\{(\w+)", COMPOSE_TEXT):
        assert re.search(rf"^(# )?{name}=", example, re.MULTILINE), name
    for line in example.splitlines():
        if "PASSWORD=" in line:
            assert line.endswith("PASSWORD="), line
    # git must not take the filled-in copy.
    assert ".env" in (ROOT / ".gitignore").read_text().split()


def test_odoo_runs_workers_behind_the_proxy():
    options = odoo_conf()
    assert int(options["workers"]) > 1
    assert options.getboolean("proxy_mode")
    assert not options.getboolean("list_db")


@pytest.mark.parametrize("path", ["odoo.conf", "docker/odoo.conf"])
def test_jobs_are_run_and_leave_room_for_people(path):
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(ROOT / path, encoding="utf-8")
    assert "queue_job" in parser["options"]["server_wide_modules"].split(",")
    capacity = int(parser["queue_job"]["channels"].removeprefix("root:"))
    assert capacity > 0
    workers = int(parser["options"]["workers"])
    assert not workers or capacity < workers


def test_connections_fit_into_postgresql():
    options = odoo_conf()
    processes = int(options["workers"]) + int(options["max_cron_threads"])
    worst = processes * int(options["db_maxconn"]) + int(options["db_maxconn_gevent"])
    assert worst < 100 - 3  # max_connections and superuser_reserved_connections


def location_of(path):
    return re.search(
        rf"location {re.escape(path)} \{{(.*?)\}}", NGINX, re.DOTALL
    ).group(1)


def test_the_proxy_sends_the_bus_to_gevent_and_the_rest_to_the_workers():
    upstreams = dict(re.findall(r"upstream (\w+) \{\s*server (\S+);", NGINX))
    options = odoo_conf()
    assert upstreams == {
        "odoo": f"odoo:{options['http_port']}",
        "odoo_gevent": f"odoo:{options['gevent_port']}",
    }
    assert "proxy_pass http://odoo_gevent;" in location_of("/websocket")
    assert "proxy_set_header Upgrade $http_upgrade;" in location_of("/websocket")
    assert "proxy_pass http://odoo;" in location_of("/")
    assert "return 404;" in location_of("/web/database")


def test_the_proxy_tells_odoo_who_asked():
    # nginx inherits no header into a location that sets one.
    for text in (NGINX.split("location")[0], location_of("/websocket")):
        for header in (
            "Host",
            "X-Forwarded-Host",
            "X-Forwarded-For",
            "X-Forwarded-Proto",
        ):
            assert f"proxy_set_header {header} " in text, header


def test_only_the_proxy_is_published():
    assert [name for name, service in SERVICES.items() if "ports" in service] == [
        "proxy"
    ]
    assert "front" not in SERVICES["db"]["networks"]


def test_each_service_waits_for_the_one_it_needs():
    for service in SERVICES.values():
        for needed, how in service.get("depends_on", {}).items():
            condition = how["condition"]
            assert condition in ("service_healthy", "service_completed_successfully")
            if condition == "service_healthy":
                assert "healthcheck" in SERVICES[needed]
    assert set(SERVICES["odoo"]["depends_on"]) == {"db", "install"}
    assert set(SERVICES["proxy"]["depends_on"]) == {"odoo"}
    check = " ".join(SERVICES["odoo"]["healthcheck"]["test"])
    assert f":{odoo_conf()['http_port']}/web/health" in check


def test_long_running_services_are_restarted():
    policies = {name: service["restart"] for name, service in SERVICES.items()}
    assert policies.pop("install") == "no"
    assert set(policies.values()) == {"unless-stopped"}
