"""The gate: may a candidate take the place of its base, or by itself be trained on?

gate.py               the verb: one verdict, and what it is without the rows that fail
inputs.py             what the candidate is compared with, analysed once
evidence.py           what is known of each set alone and of both
assess.py             every test that the policy has a rule for -> the verdict

flags_of_checks.py    which rows each check flags; flagging.py how
rate_increases.py     are more of the added rows flagged? rate_test.py by which test
removals.py           rows that could not be read, examples and categories that left
coverage.py           subjects that left
forecasts.py          what an update takes from either set
renames.py            categories that go by another name
untested.py            what needs no test: an audit's errors, names
known_findings.py     what a baseline knows; baseline/ its file
hypotheses.py         how all tests are decided together; decisions.py what they say of rows
policy.py             what warns and what fails; policy_at_revision.py as a revision has it
verdict.py            all of it -> what users keep
"""
