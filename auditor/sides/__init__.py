"""Two sets held against each other: what a candidate has that its base has not, and what it lost.

pool.py         both sets in one, each row with the sides that it is on
variations.py   how near to another row a variation is

Questions of the gate:

marking.py      which rows each question counts
rises.py        shares of rows, beyond the base's or beyond a limit; rates.py the test
missing.py      rows that could not be read, examples and categories that left
coverage.py     subjects that left
drops.py        the forecast
renames.py      categories that go by another name
asking.py       how all questions are decided together

Measures of the comparison:

regions.py      kinds of text that one set has and the other hardly
parents.py      added rows that are variations of base rows
rewordings.py   how many are rewordings that cannot be told one by one
effective.py    what the rows amount to, and copies across the sets
agreement.py    labels of near rows
diversity.py    wording and meaning at one size and one mix of lengths
two_samples.py  whether a classifier tells the sets apart; telling.py the words that do
retention.py    accuracy before and after the update, both sets on the same rows
unseen.py       accuracy on rows that neither set has seen, and how it differs
"""
