"""Documents in bulk for benchmarks: rows copied from one that Odoo made itself."""

from odoo.tools import SQL


def begin_copying(cr):
    """Take the rows as they come, as a restored backup does; where the database server
    lets us, without asking for each key whether it exists."""
    cr.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
    if cr.fetchone()[0]:
        cr.execute("SET LOCAL session_replication_role = replica")


def copy_row(cr, record, source, **values):
    """Insert a row like ``record``'s for each row of the table ``source``, in no order.

    :param values: the columns that differ, as SQL about ``source``
    """
    cr.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s "
        "AND table_schema = current_schema",
        [record._table],
    )
    names = [name for (name,) in cr.fetchall() if name in values or name != "id"]
    cr.execute(
        SQL(
            "INSERT INTO %s (%s) SELECT %s FROM %s own, %s WHERE own.id = %s "
            "ORDER BY random()",
            SQL.identifier(record._table),
            SQL(", ").join(map(SQL.identifier, names)),
            SQL(", ").join(
                SQL(values[name].replace("%", "%%"))
                if name in values
                else SQL.identifier("own", name)
                for name in names
            ),
            SQL.identifier(record._table),
            SQL.identifier(source),
            record.id,
        )
    )


def reserve_ids(cr, table, count):
    """Return the number after which ``count`` ids of the table are free now."""
    sequence = f"{table}_id_seq"
    cr.execute("SELECT nextval(%s)", [sequence])
    [last] = cr.fetchone()
    cr.execute("SELECT setval(%s, %s)", [sequence, last + count])
    return last
