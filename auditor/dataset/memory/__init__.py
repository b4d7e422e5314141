"""What a Python session holds.

tables.py         what it is, and what to give instead of what is no table
dataframe.py      pandas; arrow_stream.py what speaks Arrow (polars, duckdb, `datasets`)
python_values.py  lists and dicts
"""
