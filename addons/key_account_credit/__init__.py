from . import models, report, wizard
from . import models, wizard
