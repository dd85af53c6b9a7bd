"""The Odoo configuration that is used: the project's odoo.conf plus what only the tool knows."""

from __future__ import annotations

import configparser
from pathlib import Path


def _parse(path: Path) -> configparser.RawConfigParser:
    parser = configparser.RawConfigParser(strict=False)
    parser.optionxform = str
    if path.is_file():
        parser.read_string(path.read_text(encoding="utf-8"))
    return parser


def read_options(path: Path) -> dict[str, str]:
    """The options of an odoo.conf; values are taken as they are."""
    parser = _parse(path)
    return dict(parser["options"]) if parser.has_section("options") else {}


def read_sections(path: Path) -> dict[str, dict[str, str]]:
    """The other sections of an odoo.conf, which addons read."""
    parser = _parse(path)
    return {name: dict(parser[name]) for name in parser.sections() if name != "options"}


def option(options: dict[str, str], name: str) -> str | None:
    """The value of ``name``, None when it is unset in one of Odoo's ways of saying so."""
    value = (options.get(name) or "").strip()
    return None if value in ("", "False", "None") else value


def write_options(
    path: Path,
    options: dict[str, str],
    sections: dict[str, dict[str, str]] | None = None,
) -> None:
    lines = ["; Generated from the project's odoo.conf: edit that file."]
    for section, values in {"options": options, **(sections or {})}.items():
        lines.append(f"[{section}]")
        lines += [f"{name} = {value}" for name, value in sorted(values.items())]
    text = "\n".join(lines) + "\n"
    if not path.is_file() or path.read_text(encoding="utf-8") != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def derive(
    options: dict[str, str],
    *,
    addons: list[Path],
    data_dir: Path,
    server: dict[str, str],
) -> dict[str, str]:
    """``options`` with the addons of the clone, its data directory and the database server."""
    own = {
        "addons_path": ",".join(str(path) for path in addons if path.is_dir()),
        "data_dir": str(data_dir),
        **{name: value for name, value in server.items() if value},
    }
    kept = {name: value for name, value in options.items() if name not in own}
    if not own["addons_path"]:
        del own["addons_path"]
    return kept | own
