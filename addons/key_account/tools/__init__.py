from . import allocation, exposure, snapshot
