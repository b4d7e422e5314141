"""The commands, one a file: parse, call one function, print, exit.

    audit.py     audit a dataset                     backtest.py  measure the forecast's skill
    gate.py      may this dataset be merged?         baseline.py  the findings that are known
    compare.py   two datasets compared              report.py    render an audit again
    explain.py   what a finding code means           schema.py    the JSON Schema of audit.json

options.py has the options that several take, running.py what surrounds each: settings, progress,
and errors as one line. ending.py says which exit code every end has, signals and defects too;
streams.py keeps standard output and error usable, whatever they are; report_folder.py says where a
report goes, base.py what a gate compares with. Heavy modules are imported inside the commands, so
that `--help` is quick.
"""
