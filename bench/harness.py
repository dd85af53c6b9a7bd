"""Benchmarks inside an Odoo environment: see README.md in this folder for how to write a case."""

import argparse
import gc
import importlib.util
import json
import platform
import statistics
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent


SUITE = "*"  # the database that tests start from: every addon of the clone
ODOO = ""  # Odoo's own addons, those that ours build on


def variant(name, addons=SUITE, units=1):
    """Mark a method of a Case as one of the ways to do the work; the first one is the reference.

    :param addons: what is installed in its database, names with commas between them
    :param units: how often it does the work in one run; what is measured is divided by it
    """

    def mark(method):
        method.variant_name = name
        method.addons = addons
        method.units = units
        return method

    return mark


class Case:
    """One question. Subclass it, mark methods with ``@variant``; each takes an ``env``.

    ``load(env)`` runs once for each database and is committed; the tables are analyzed then.
    Cases that load something come last.
    ``prepare(env)`` runs before each measured run, outside the clock, in the same transaction.
    Everything is rolled back after each run.
    """

    title = ""
    repeats = 5
    load = None

    def prepare(self, env):
        pass

    @classmethod
    def variants(cls):
        """``[(name, method name, addons)]`` in the order of definition."""
        found = {}
        for owner in reversed(cls.__mro__):
            for attribute, value in vars(owner).items():
                if hasattr(value, "variant_name"):
                    found[attribute] = value
        return [
            (value.variant_name, attribute, value.addons)
            for attribute, value in found.items()
        ]


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
    # What is loaded stays: the others are measured without it.
    return sorted(found, key=lambda case: case[1].load is not None)


def load_data(registry, case_class, done):
    """Have the case load its data into a database, unless that was done for another."""
    import odoo

    step = getattr(case_class.load, "__func__", None)
    if step is None or (registry.db_name, step) in done:
        return
    done.add((registry.db_name, step))
    with registry.cursor() as cr:
        case_class.load(odoo.api.Environment(cr, odoo.SUPERUSER_ID, {}))
        cr.commit()
        # Not inside a transaction: as the database's own housekeeping would leave it.
        cr._cnx.autocommit = True
        cr.execute("VACUUM ANALYZE")


def work_seconds(cr):
    """Seconds that this process and its database session have worked so far: unlike those
    on the clock they do not count what other programs took. None where Linux does not say."""
    try:
        session = Path(f"/proc/{cr._cnx.info.backend_pid}/schedstat").read_text()
    except OSError:
        return None
    return time.process_time() + int(session.split()[0]) / 1e9


def measure(registry, case_class, attribute):
    """``(seconds, seconds of work, number of queries)`` of one run, in a transaction of its
    own."""
    import odoo

    with registry.cursor() as cr:
        env = odoo.api.Environment(cr, odoo.SUPERUSER_ID, {})
        case = case_class()
        case.prepare(env)
        env.flush_all()
        env.invalidate_all()
        gc.collect()
        queries, worked = cr.sql_log_count, work_seconds(cr)
        start = time.perf_counter()
        getattr(case, attribute)(env)
        env.flush_all()
        seconds = time.perf_counter() - start
        if worked is not None:
            worked = work_seconds(cr) - worked
        queries = cr.sql_log_count - queries
        cr.rollback()
    return seconds, worked, queries


def run_case(registries, name, case_class, repeat=None):
    """The result of one case as plain data."""
    variants = case_class.variants()
    for _label, attribute, addons in variants:
        measure(registries[addons], case_class, attribute)  # fills the caches
    gc.freeze()  # what stays is not looked through again and again
    # In turns: whatever else the machine does meanwhile slows down all of them.
    runs = {attribute: [] for _label, attribute, _addons in variants}
    for _ in range(repeat or case_class.repeats):
        for _label, attribute, addons in variants:
            runs[attribute].append(measure(registries[addons], case_class, attribute))
    rows = []
    for label, attribute, addons in variants:
        units = getattr(case_class, attribute).units
        seconds, worked, queries = (
            [value if value is None else value / units for value in values]
            for values in zip(*runs[attribute], strict=True)
        )
        rows.append(
            {
                "variant": label,
                "addons": addons,
                "median": statistics.median(seconds),
                "seconds": seconds,
                "work": None if None in worked else statistics.median(worked),
                "queries": queries[-1],
            }
        )
    for row in rows:
        for figure, ratio in (("median", "ratio"), ("work", "work_ratio")):
            of = rows[0][figure]
            row[ratio] = row[figure] / of if of else None
    return {"case": name, "title": case_class.title, "variants": rows}


def table(results):
    """The results as text."""
    head = ("median ms", "min ms", "max ms", "ratio", "work ms", "ratio", "queries")
    lines = [("case", "variant", *head)]
    for result in results:
        for index, row in enumerate(result["variants"]):
            figures = [
                (row["median"], 1000, 1),
                (min(row["seconds"]), 1000, 1),
                (max(row["seconds"]), 1000, 1),
                (row["ratio"], 1, 2),
                (row["work"], 1000, 1),
                (row["work_ratio"], 1, 2),
                (row["queries"], 1, 0 if row["queries"] == int(row["queries"]) else 1),
            ]
            cells = [
                "-" if value is None else f"{value * factor:.{digits}f}"
                for value, factor, digits in figures
            ]
            name = (result["title"] or result["case"]) if index == 0 else ""
            lines.append((name, row["variant"], *cells))
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


def open_registries(args):
    """``{addons: registry}`` of the databases given."""
    import odoo.api
    import odoo.tools
    from odoo.modules.registry import Registry

    options = [
        *("-c", args.config),
        *("-d", ",".join(args.databases.values())),
        *(["--addons-path", args.addons_path] if args.addons_path else []),
        *("--no-http", "--max-cron-threads=0", "--log-level=warn"),
    ]
    odoo.tools.config.parse_config(options, setup_logging=True)
    return {addons: Registry(database) for addons, database in args.databases.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config")
    parser.add_argument("--addons-path")
    parser.add_argument(
        "--databases", type=json.loads, help="{what is installed: database}, as JSON"
    )
    parser.add_argument(
        "--needed", action="store_true", help="print what has to be installed, as JSON"
    )
    parser.add_argument("--results", type=Path)
    parser.add_argument("-k", dest="pattern", default="")
    parser.add_argument("--repeat", type=int)
    args = parser.parse_args()
    cases = load_cases(HERE, args.pattern)
    if args.needed:
        needed = {addons for _name, case in cases for *_n, addons in case.variants()}
        print(json.dumps(sorted(needed)))
        return 0
    if not cases:
        print(
            "no benchmark case"
            + (f" matches {args.pattern!r}" if args.pattern else " in bench/ yet")
        )
        return 1 if args.pattern else 0
    registries = open_registries(args)
    results, loaded = [], set()
    for name, case_class in cases:
        print(f"* {name}", file=sys.stderr, flush=True)
        for addons in sorted({addons for *_names, addons in case_class.variants()}):
            load_data(registries[addons], case_class, loaded)
        results.append(run_case(registries, name, case_class, args.repeat))
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
