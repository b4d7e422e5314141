"""A comparison becomes `compare.html` for people, and a few lines.

lead.py     the first two sentences: what was found, and what to do
answer.py   these, the forecast, and why, in words
numbers.py  how differences and shares are written
drawing.py  the figures of the page as plain geometry
html.py     compare.html; the page itself is `comparison*.j2` in `../page/`
summary.py  the few lines that the command line prints
"""
