from . import allocation, snapshot
