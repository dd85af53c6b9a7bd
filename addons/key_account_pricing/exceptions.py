from odoo.exceptions import UserError


class AgreementError(UserError):
    """An agreement cannot be changed, or go on, as it stands."""


class RevisionError(UserError):
    """A quotation cannot be revised, or a version of it not be used."""


class ReplyError(UserError):
    """What should be the customer's signed reply is none."""


class FreightError(UserError):
    """The price basis or the freight of an order is settled."""


class RangeError(UserError):
    """A customer would buy what no sellable range of its account contains."""


class ExchangeError(UserError):
    """A file of lines cannot be read, or not be taken over."""
