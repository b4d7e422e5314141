"""A verdict of the gate becomes what people, pull requests and other programs read.

    html.py       gate.html: one page without script
    markdown.py   gate.md: a comment for a pull request, and the step summary; made of blocks.py
    sarif.py      gate.sarif, for code scanning
    junit.py      gate.junit.xml: one test case a test
    github.py     gate.github.txt: annotations of GitHub Actions, and how they are published
    gitlab.py     gl-code-quality-report.json
    drop.py       drop.csv: the rows to leave out, where that would mend what fails
    summary.py    the few lines that the command line prints

What they say of the whole is decided in `answer.py`, of a test in `phrases.py`, of two rows side by
side in `pairs.py`; `quoting.py` makes text of the data harmless in Markdown.
"""
