"""Uploads that somebody has signed: letters and copies on file, drawn signatures.

Plain functions, judging by the content: a name says what somebody wants it to be. The
callers raise, or show, the sentence that belongs to a code.
"""

import base64
from pathlib import PurePath
from typing import NamedTuple

from odoo.tools import format_list, formatLang
from odoo.tools.mimetypes import guess_mimetype

MEGABYTE = 1024 * 1024


class Kind(NamedTuple):
    """What is accepted: ``{mimetype: ending}``, and bytes at most."""

    types: dict[str, str]
    limit: int


DRAWING = Kind({"image/png": "png", "image/jpeg": "jpg"}, MEGABYTE)
LETTER = Kind({"application/pdf": "pdf", **DRAWING.types}, 10 * MEGABYTE)


def decode(data):
    """Return the bytes of an upload in base64."""
    try:
        return base64.b64decode(data or b"")
    except (TypeError, ValueError):
        # Read on as what it is: a file of no type that is accepted.
        return b"?"


def find_problem(content, kind, name=None):
    """Return why an upload cannot be taken, a key of `get_sentences`, or None.

    :param bytes content: the file itself
    :param name: the file's name, where it has one to end in what it is
    """
    if not content:
        return "file_empty"
    if len(content) > kind.limit:
        return "file_size"
    if guess_mimetype(content) not in kind.types:
        return "file_type"
    if name is not None:
        ending = PurePath(name).suffix.lower().replace("jpeg", "jpg")
        if (
            ending.removeprefix(".") not in kind.types.values()
            or not name.isprintable()
        ):
            return "file_type"
    return None


def get_ending(content, kind):
    """Return what the name of an accepted file ends in, without the dot."""
    return kind.types[guess_mimetype(content)]


def get_sentences(env, kind, document):
    """Return ``{code: sentence}`` for the uploads that cannot be taken.

    :param str document: the name of what was signed
    """
    return {
        "file_empty": env._(
            "The file for %s is empty: choose the one that was signed.", document
        ),
        "file_size": env._(
            "The signed file for %(document)s may have %(limit)s MB at most: scan it at "
            "a lower resolution.",
            document=document,
            limit=formatLang(env, kind.limit / MEGABYTE, digits=0),
        ),
        "file_type": env._(
            "The signed file for %(document)s has to be a %(types)s file: scan or save "
            "it as one.",
            document=document,
            types=format_list(env, [e.upper() for e in kind.types.values()], "or"),
        ),
    }
