"""Between stages 2 and 3: what texts and their vectors have in common.

Copies: one example, repeated
    copies.py        copy families, and pairs that may be copies
    consensus.py     which row stands for a text that several annotators labelled
    signatures.py    candidates for both, from exact signatures
    normal_form.py   a text without what carries no meaning; `characters.py`, `languages.py`
    misspellings.py  which difference of two words is a slip

Templates: many examples, filled from one
    templates.py     the templates of each category
    row_groups.py    groups of rows that may be from one template
    patterns.py      the fixed tokens of such a group, with slots for what varies
    template_merging.py      patterns that are merged, as they share how they begin and end
    matches.py       the rows, of any category, that match a template
    repetition.py    wording that recurs in a category without a template that stands out

Both, and the rest
    subtypes.py      hidden subtypes inside each category, of the text without its template's words
    keywords.py      words that a subtype has and others hardly use
    neighbours.py    exact nearest neighbours
    map.py           a drawing in two dimensions, which decides nothing
    tokens.py        texts -> tokens, with what varies by nature masked
    ngrams.py        runs of tokens, and which rows hold each
    trees.py         trees of hierarchical clustering
    differences.py   what sets two lists of tokens apart

Two kinds of family are never mixed: copies are one example, a template's rows are many that look
alike. Raw vectors serve copies, labels, forecast and map; those of the text without its template
serve subtypes, because clustering templated text finds the templates instead.
"""
