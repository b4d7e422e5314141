"""JSON, wherever its rows stand.

document.py    a document; lines.py one value a line; text.py parses both
layouts/       where the rows of a document are
forms/         records as label tools write them
objects.py     an object -> fields; values.py its values, lists_of_one.py lists that hold one
"""
