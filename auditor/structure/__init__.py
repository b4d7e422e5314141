"""Stage 2: texts and vectors become structure: what repeats, and which kinds of text there are.

    neighbours.py   exact nearest neighbours
    copies.py       copy families: one example repeated, and pairs that may be (`signatures.py`
                    finds them; `normal_form.py`, `characters.py`, `misspellings.py` and
                    `languages.py` say which difference carries nothing)
    templates.py    templates: many examples filled from one pattern (`patterns.py` finds patterns,
                    `tokens.py` splits and masks)
    matches.py      the rows, of any category, that match a template
    repetition.py   wording that recurs from row to row
    subtypes.py     hidden subtypes inside each category, of the text without its template's words
    map.py          the drawing in two dimensions, which decides nothing

Two kinds of family are never mixed: copies are one example, a template's rows are many that look
alike. Raw vectors serve copies, labels, forecast and map; stripped ones serve subtypes, because
clustering templated text finds the templates instead.
"""
