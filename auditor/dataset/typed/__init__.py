"""Files whose columns have types: values become the strings that they are shown as.

parquet.py     Parquet, and arrow.py Arrow; columnar.py has what both share
workbook.py    a sheet of .xlsx, .xls or .ods, whose cells workbook_cells.py prints
sqlite.py      a table of a database
"""
