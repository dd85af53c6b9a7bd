from . import allocation, cells, download, exposure, snapshot, workbook
