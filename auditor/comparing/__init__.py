"""Two sets compared: does the added data help the model keep what it knows?

compare.py      the verb
sets.py         two files, or one with a column that says which rows are whose
structure.py    found: copies, templates and paraphrases in both sets together
measures.py     measured: each measure on that
  source_rows.py, rewordings.py, effective.py    what paraphrases amount to
  coverage.py, agreement.py, diversity.py        kinds of text, labels, wording
  two_samples.py, distinctive_ngrams.py          whether the sets can be distinguished, by what
retained.py    retained: accuracy and forecast of both, at full and at matched size
  probing.py, fitted.py, matching.py             what a model of some rows knows
  leakage.py, unseen_accuracy.py                      rows that neither set has seen
  retention.py, paired.py, estimates.py            how both differ
result.py       put together: the comparison, with the texts that it points at
"""
