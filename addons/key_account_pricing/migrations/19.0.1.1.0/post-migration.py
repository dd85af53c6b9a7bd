def migrate(cr, version):
    """Number the lines of agreements that were handed in before lines had numbers."""
    cr.execute(
        """
        UPDATE key_account_agreement_line line
           SET number = sorted.number
          FROM (SELECT line.id, row_number() OVER (
                           PARTITION BY line.agreement_id
                               ORDER BY line.sequence, line.id) AS number
                  FROM key_account_agreement_line line
                  JOIN key_account_agreement agreement
                    ON agreement.id = line.agreement_id
                 WHERE agreement.state != 'draft') sorted
         WHERE sorted.id = line.id
        """
    )
