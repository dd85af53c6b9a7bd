"""Entry point. Kept to old syntax so that an old Python can still say that it is too old."""

import os
import sys

SUPPORTED = ((3, 11), (3, 12), (3, 13))


def _has_supported(names):
    """The first of ``names`` on PATH that really is a supported Python, or None."""
    import shutil
    import subprocess

    for name in names:
        path = shutil.which(name)
        if not path:
            continue
        probe = "import sys; print('%d.%d' % sys.version_info[:2])"
        done = subprocess.run(
            [path, "-c", probe], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        found = done.stdout.decode().strip()
        if done.returncode == 0 and found in [
            "%d.%d" % version for version in SUPPORTED
        ]:
            return path
    return None


def _check_python():
    if sys.version_info[:2] in SUPPORTED:
        return
    supported = ["%d.%d" % version for version in SUPPORTED]
    other = None
    if not os.environ.get("KEYSTONE_PYTHON"):
        other = _has_supported(["python" + version for version in reversed(supported)])
    if other:
        os.execv(other, [other, "-m", "keystone"] + sys.argv[1:])
    sys.stderr.write(
        "keystone: Python %d.%d found, but %s to %s is supported: install one of them or name it in KEYSTONE_PYTHON\n"
        % (sys.version_info[0], sys.version_info[1], supported[0], supported[-1])
    )
    sys.exit(1)


if __name__ == "__main__":
    _check_python()
    from keystone.cli import main

    sys.exit(main())
