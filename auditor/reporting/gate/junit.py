"""JUnit XML: one test case for each test, those that pass too.

Where there was nothing to test the verdict itself is the one case: CI takes a file without cases
for a run that broke.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from auditor.records.verdict import Tested, Verdict
from auditor.reporting.gate import answer, pairs, phrases
from auditor.reporting.inert import inert
from auditor.reporting.wording import named_rows

# What `inert` leaves and XML 1.0 has no place for (Char, section 2.2).
_NO_CHARACTER = re.compile("[\ufffe\uffff]")


class JunitRenderer:
    """A failure for what fails, skipped for what is inconclusive, output for what warns.

    No times are given, so that the same verdict gives the same bytes.
    """

    name = "junit"
    filename = "gate.junit.xml"

    def render(self, verdict: Verdict) -> str:
        statuses = [t.status for t in verdict.tested] or [verdict.outcome]
        counts = {
            "name": "auditor gate",
            "tests": str(len(statuses)),
            "failures": str(statuses.count("fail")),
            "errors": "0",
            "skipped": str(statuses.count("inconclusive")),
        }
        root = ET.Element("testsuites", counts)
        suite = ET.SubElement(root, "testsuite", counts)
        _properties(suite, verdict)
        for tested in verdict.tested:
            _case(suite, verdict, tested)
        if not verdict.tested:
            _only_case(suite, verdict)
        ET.indent(root)
        # Written by hand: ElementTree would name the encoding of the machine's locale.
        head = '<?xml version="1.0" encoding="UTF-8"?>\n'
        return head + ET.tostring(root, encoding="unicode") + "\n"


def _properties(suite: ET.Element, verdict: Verdict) -> None:
    """What is said of the whole, and what was not tested at all."""
    properties = {
        "outcome": verdict.outcome,
        "reason": answer.explained(verdict),
        "candidate": f"{verdict.candidate.name}: {answer.size(verdict.candidate)}",
    }
    if verdict.base is not None:
        properties["base"] = f"{verdict.base.name}: {answer.size(verdict.base)}"
    properties |= {f"rejected {where}": reason for where, reason in answer.rejected(verdict)}
    if sentence := answer.outcome_without_rows(verdict):
        properties["drop"] = sentence
    properties |= {f"skipped {s.code}": s.reason for s in verdict.skipped}
    listed = ET.SubElement(suite, "properties")
    for name, value in properties.items():
        ET.SubElement(listed, "property", {"name": _xml(name), "value": _xml(value)})


def _case(suite: ET.Element, verdict: Verdict, tested: Tested) -> None:
    name = f"{phrases.about(tested)}, {phrases.compared_with(tested)}"
    names = {"classname": f"auditor.{tested.check}", "name": name, "file": verdict.file}
    case = ET.SubElement(suite, "testcase", {key: _xml(value) for key, value in names.items()})
    summary, details = _xml(tested.summary), _xml(_details(verdict, tested))
    if tested.status == "fail":
        kind = {"message": summary, "type": _xml(tested.check)}
        ET.SubElement(case, "failure", kind).text = details
    elif tested.status == "inconclusive":
        ET.SubElement(case, "skipped", {"message": f"inconclusive: {summary}"})
        ET.SubElement(case, "system-out").text = details
    elif tested.status in ("warn", "informational"):
        word = "Warning" if tested.status == "warn" else "For information"
        ET.SubElement(case, "system-out").text = f"{word}: {summary}.\n{details}"


def _only_case(suite: ET.Element, verdict: Verdict) -> None:
    """The verdict where no test led to it."""
    names = {"classname": "auditor.gate", "name": "verdict", "file": verdict.file}
    case = ET.SubElement(suite, "testcase", {key: _xml(value) for key, value in names.items()})
    said = _xml(answer.explained(verdict))
    if verdict.outcome == "fail":
        ET.SubElement(case, "failure", {"message": said, "type": "gate"})
    elif verdict.outcome == "inconclusive":
        ET.SubElement(case, "skipped", {"message": f"inconclusive: {said}"})
    else:
        ET.SubElement(case, "system-out").text = said


def _details(verdict: Verdict, tested: Tested) -> str:
    lines = [f"{phrases.evidence(tested)}."]
    if pair := pairs.sentence(verdict, tested):
        lines.append(f"For example {pair}.")
    if tested.rows:
        lines.append(f"Candidate's {named_rows(tested.rows)}.")
    if tested.base_rows:
        lines.append(f"Base's {named_rows(tested.base_rows)}.")
    return "\n".join([*lines, tested.advice])


def _xml(text: str) -> str:
    """`text` in characters of XML 1.0; the others are shown by their names."""
    return _NO_CHARACTER.sub(lambda m: f"⟨U+{ord(m.group()):04X}⟩", inert(text))
