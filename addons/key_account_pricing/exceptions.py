from odoo.addons.key_account.exceptions import KeyAccountError


class AgreementError(KeyAccountError):
    """An agreement cannot be changed, or go on, as it stands."""


class RevisionError(KeyAccountError):
    """A quotation cannot be revised, or a version of it not be used."""


class ReplyError(KeyAccountError):
    """What should be the customer's signed reply is none."""


class FreightError(KeyAccountError):
    """The price basis or the freight of an order is settled."""


class RangeError(KeyAccountError):
    """A customer would buy what no sellable range of its account contains."""


class ExchangeError(KeyAccountError):
    """A file of lines cannot be read, or not be taken over."""
