from . import allocation, cells, exposure, snapshot, workbook
