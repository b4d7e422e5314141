"""Text whose lines are rows: CSV, TSV and what is written like them.

table.py       CSV and TSV; txt.py lines that promise no form, or begin with their labels
layout.py      the form of a file, by its lines: delimiters.py what separates fields, quoting.py
               and evidence.py what encloses them, headers.py names, overflow.py surplus fields
splitting.py   cuts lines into fields
"""
