"""Benchmarks inside an Odoo environment: see README.md in this folder for how to write a case."""

import argparse
import importlib.util
import json
import platform
import statistics
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent


def variant(name):
    """Mark a method of a Case as one of the ways to do the work; the first one is the reference."""

    def mark(method):
        method.variant_name = name
        return method

    return mark


class Case:
    """One question. Subclass it, mark methods with ``@variant``; each takes an ``env``.

    ``prepare(env)`` runs before each measured run, outside the clock, in the same transaction.
    Everything is rolled back after each run.
    """

    title = ""
    repeats = 5

    def prepare(self, env):
        pass

    @classmethod
    def variants(cls):
        """``[(name, method name)]`` in the order of definition."""
        found = {}
        for owner in reversed(cls.__mro__):
            for attribute, value in vars(owner).items():
                if hasattr(value, "variant_name"):
                    found[attribute] = value.variant_name
        return [(name, attribute) for attribute, name in found.items()]


def load_cases(folder, pattern=""):
    """The Case classes of the modules in ``folder`` whose ``module.Class`` contains ``pattern``."""
    # Cases say "from harness import Case": they must get the classes of this very module.
    sys.modules.setdefault("harness", sys.modules[__name__])
    found = []
    for path in sorted(folder.glob("*.py")):
        if path.name == Path(__file__).name:
            continue
        spec = importlib.util.spec_from_file_location(f"bench_{path.stem}", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        for value in vars(module).values():
            is_case = (
                isinstance(value, type)
                and issubclass(value, Case)
                and value.__module__ == spec.name
            )
            if (
                is_case
                and value.variants()
                and pattern in f"{path.stem}.{value.__name__}"
            ):
                found.append((f"{path.stem}.{value.__name__}", value))
    return found


def measure(registry, case_class, attribute):
    """Seconds and number of queries of one run, in a transaction of its own."""
    import odoo

    with registry.cursor() as cr:
        env = odoo.api.Environment(cr, odoo.SUPERUSER_ID, {})
        case = case_class()
        case.prepare(env)
        env.flush_all()
        env.invalidate_all()
        queries = cr.sql_log_count
        start = time.perf_counter()
        getattr(case, attribute)(env)
        env.flush_all()
        seconds = time.perf_counter() - start
        queries = cr.sql_log_count - queries
        cr.rollback()
    return seconds, queries


def run_case(registry, name, case_class, repeat=None):
    """The result of one case as plain data."""
    rows = []
    for label, attribute in case_class.variants():
        measure(registry, case_class, attribute)  # fills the caches
        runs = [
            measure(registry, case_class, attribute)
            for _ in range(repeat or case_class.repeats)
        ]
        seconds = [run[0] for run in runs]
        median = statistics.median(seconds)
        rows.append(
            {
                "variant": label,
                "median": median,
                "seconds": seconds,
                "queries": runs[-1][1],
            }
        )
    for row in rows:
        row["ratio"] = row["median"] / rows[0]["median"] if rows[0]["median"] else None
    return {"case": name, "title": case_class.title, "variants": rows}


def table(results):
    """The results as text."""
    lines = [("case", "variant", "median ms", "min ms", "max ms", "ratio", "queries")]
    for result in results:
        for index, row in enumerate(result["variants"]):
            milliseconds = [
                f"{value * 1000:.1f}"
                for value in (row["median"], min(row["seconds"]), max(row["seconds"]))
            ]
            ratio = "-" if row["ratio"] is None else f"{row['ratio']:.2f}"
            name = (result["title"] or result["case"]) if index == 0 else ""
            lines.append(
                (name, row["variant"], *milliseconds, ratio, str(row["queries"]))
            )
    widths = [
        max(len(line[column]) for line in lines) for column in range(len(lines[0]))
    ]

    def show(line):
        cells = [
            cell.ljust(w) if i < 2 else cell.rjust(w)
            for i, (cell, w) in enumerate(zip(line, widths, strict=True))
        ]
        return "  ".join(cells).rstrip()

    return "\n".join(
        [show(lines[0]), "  ".join("-" * w for w in widths), *map(show, lines[1:])]
    )


def open_registry(config_path, database):
    import odoo.api
    import odoo.tools
    from odoo.modules.registry import Registry

    options = [
        "-c",
        config_path,
        "-d",
        database,
        "--no-http",
        "--max-cron-threads=0",
        "--log-level=warn",
    ]
    odoo.tools.config.parse_config(options, setup_logging=True)
    return Registry(database)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", required=True)
    parser.add_argument("--database", required=True)
    parser.add_argument("--results", type=Path, required=True)
    parser.add_argument("-k", dest="pattern", default="")
    parser.add_argument("--repeat", type=int)
    args = parser.parse_args()
    cases = load_cases(HERE, args.pattern)
    if not cases:
        print(
            "no benchmark case"
            + (f" matches {args.pattern!r}" if args.pattern else " in bench/ yet")
        )
        return 1 if args.pattern else 0
    registry = open_registry(args.config, args.database)
    results = []
    for name, case_class in cases:
        print(f"* {name}", file=sys.stderr, flush=True)
        results.append(run_case(registry, name, case_class, args.repeat))
    print(table(results))
    args.results.parent.mkdir(parents=True, exist_ok=True)
    machine = {"python": platform.python_version(), "machine": platform.machine()}
    args.results.write_text(
        json.dumps({"machine": machine, "results": results}, indent=2) + "\n"
    )
    print(f"written to {args.results}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
