"""Two sets held against each other: what a candidate has that its base has not, and what it lost.

pool.py       both sets in one, each row with the sides that it is on
"""
