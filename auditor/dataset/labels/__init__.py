"""What the label of a row is.

cells.py       what a cell says: one label, several, numbers
names.py       numbers that stand for named classes; name_file.py names that a user gives
label_map.py   labels that the user takes for another one
"""
