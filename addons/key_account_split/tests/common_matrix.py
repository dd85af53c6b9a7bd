from .common import SplitCase


class MatrixCase(SplitCase):
    """Factories for what the matrix of the web client sends."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tea = cls.make_product("Tea", 12.5)
        cls.cup = cls.make_product("Cup", 3.2)

    @classmethod
    def make_big_parent(cls, count, quantity=1):
        """Return a parent with so many recipients, each gets the same of both."""
        return cls.make_parent([cls.tea, cls.cup], [(quantity, quantity)] * count)

    @staticmethod
    def change(recipient, place, quantity, shown):
        """Return a changed cell.

        :param place: the number of the order line, from 0
        """
        line = recipient.order_id.order_line[place]
        return {
            "recipient": recipient.id,
            "line": line.id,
            "quantity": quantity,
            "shown": shown,
        }

    @staticmethod
    def row(key, owner, quantities):
        """Return an added or a removed row."""
        return {
            key: owner.id,
            "quantities": [
                {"line": line.id, "quantity": quantity}
                for line, quantity in quantities.items()
            ],
        }

    @staticmethod
    def quantities(parent):
        """Return the quantities of the matrix, a list for each recipient."""
        rows = parent.get_recipient_matrix()["recipients"]
        return [row["quantities"] for row in rows]
