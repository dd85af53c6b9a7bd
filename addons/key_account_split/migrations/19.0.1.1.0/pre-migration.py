def migrate(cr, version):
    """What was split before there was a release date has been released.

    Before the ORM makes the columns, which would compute the date of every order.
    """
    cr.execute(
        """
        ALTER TABLE sale_order
            ADD COLUMN IF NOT EXISTS date_release date,
            ADD COLUMN IF NOT EXISTS release_state varchar
        """
    )
    cr.execute(
        """
        UPDATE sale_order
           SET release_state = 'released',
               date_release = date_order::date
         WHERE parent_order_id IS NOT NULL
           AND state = 'sale'
           AND release_state IS NULL
        """
    )
