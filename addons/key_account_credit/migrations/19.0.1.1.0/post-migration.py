def migrate(cr, version):
    """Drop the indexes that the sums of open items have replaced."""
    cr.execute("DROP INDEX IF EXISTS account_move_line_credit_owed_idx")
    cr.execute("DROP INDEX IF EXISTS account_move_line_credit_other_idx")
