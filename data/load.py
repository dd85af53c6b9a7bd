#!/usr/bin/env python3
"""Load CSV files into a running Keystone, as Odoo's own import does.

    python data/load.py                      # the sample files in data/samples
    python data/load.py my/key.account.csv   # a filled-in template

The model is the file's name, after an optional number that orders the files:
``2-key.account.csv`` goes into ``key.account``. All rows of a file are imported or
none; every faulty row is named. Loading a file again updates the same records.
"""

import argparse
import csv
import io
import re
import sys
import xmlrpc.client
from pathlib import Path

HERE = Path(__file__).resolve().parent


def model_of(path):
    """Return the model that a file's name stands for."""
    return re.sub(r"^\d+-", "", path.stem)


def read(path):
    """Return ``(header, rows, lines)`` of a CSV file in UTF-8, or in the encoding that
    spreadsheets write in China; ``lines`` are the rows' numbers in the file."""
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = data.decode("gb18030")
        except UnicodeDecodeError:
            sys.exit(f"{path.name}: the encoding is unknown; save the file as UTF-8.")
    reader = csv.reader(io.StringIO(text, newline=""))
    header = next(reader, [])
    rows, lines = [], []
    start = reader.line_num + 1
    for row in reader:
        if any(row):
            rows.append(row)
            lines.append(start)
        start = reader.line_num + 1
    return header, rows, lines


def load(call, path):
    """Import one file.

    :param call: ``call(model, method, *args)``, a remote call as a user
    :return: list of sentences, empty when all rows were imported
    """
    header, rows, lines = read(path)
    if not rows:
        return [f"{path.name}: no rows below the header; fill in the template."]
    result = call(model_of(path), "load", header, rows)
    problems = [
        f"{path.name} row {lines[message.get('record', 0)]}: {message['message']}"
        for message in result["messages"]
        if message.get("type") == "error"
    ]
    if not problems:
        print(f"{path.name}: {len(result['ids'])} rows in {model_of(path)}")
    return problems


def connect(url, database, login, password):
    """Return ``call(model, method, *args)`` for a user."""
    common = xmlrpc.client.ServerProxy(f"{url}/xmlrpc/2/common")
    uid = common.authenticate(database, login, password, {})
    if not uid:
        sys.exit(f"load: {login} cannot log in to {database}: check the password.")
    models = xmlrpc.client.ServerProxy(f"{url}/xmlrpc/2/object", allow_none=True)

    def call(model, method, *args):
        return models.execute_kw(database, uid, password, model, method, list(args))

    return call


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("files", nargs="*", type=Path, help="CSV files to load")
    parser.add_argument("--url", default="http://localhost:8069")
    parser.add_argument("--database", required=True)
    parser.add_argument("--login", default="admin")
    parser.add_argument("--password", default="admin")
    options = parser.parse_args()
    files = options.files or sorted((HERE / "samples").glob("*.csv"))
    missing = [str(path) for path in files if not path.is_file()]
    if missing:
        sys.exit(f"load: {missing[0]} does not exist.")
    try:
        call = connect(options.url, options.database, options.login, options.password)
        problems = [problem for path in files for problem in load(call, path)]
    except OSError as error:
        sys.exit(f"load: {options.url} does not answer ({error}): start it first.")
    except xmlrpc.client.Fault as fault:
        sys.exit(f"load: {fault.faultString.strip().splitlines()[-1]}")
    if problems:
        sys.exit("\n".join(problems))


if __name__ == "__main__":
    main()
