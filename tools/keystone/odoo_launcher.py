"""Odoo's command line as a file of its own.

A server with workers starts its websocket process by running the file that it was
started with; run as ``python -m odoo`` that would be a module of a package, which
cannot run by itself.
"""

from odoo.cli.command import main

if __name__ == "__main__":
    main()
