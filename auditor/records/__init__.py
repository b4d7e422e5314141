"""What flows between the stages, and what users keep: frozen types, with no logic of their own.

arrays.py      array types by what they hold
dataset.py     rows as the file holds them
structure.py   vectors, copies, templates, subtypes
probes.py      what probes say of labels, and of rows that they were not trained on
forecast.py    forecasts, and backtests of them
measurement.py measured updates, and what mitigations keep in them
claims.py      what is claimed of replay, EWC and distillation, on one set
evidence.py    all that the checks may look at
findings.py    what a check found, or could not assess
kept.py        what can be done with each of the next three
audit.py       the audit that users keep
verdict.py     the gate's verdict
comparison.py  the comparison of two sets
"""
