from . import price_visibility
