from . import amount, standing
