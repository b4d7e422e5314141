"""A small help desk's tickets, with known faults, for tests of the whole; and one audit of them."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from pools import numbered, pooled, random  # noqa: F401

# Threads that spin while they wait make small tensors crawl on a busy machine; torch reads these
# when it is first imported, here and in the processes that tests start.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

Row = dict[str, str]

# Thirty messages about deliveries, each in its own words.
VARIED = (
    "My parcel still has not arrived and the tracking page is blank.",
    "Where is the box I ordered for my sister's wedding?",
    "Tracking has said 'label created' for six days now.",
    "The driver left it in the rain; the carton is soaked through.",
    "Can you deliver to a locker instead of my front door?",
    "Do you ship to the Canary Islands, and who pays the duty?",
    "it was supposed to be here on friday",
    "I got someone else's shoes. Mine are probably with them.",
    "Could the courier ring the bell next time? I was at home all day!",
    "Half of the glasses are broken.",
    "The neighbour signed for it but has never seen it",
    "Please leave it with the concierge, I work nights.",
    "How much is express delivery to Norway?",
    "Two of the three chairs came, the third is missing.",
    "We moved last month. The order went to the old flat.",
    "Is there any way to have it here before the 14th?",
    "Why does the map show my van going in circles?",
    "The bike arrived without its pedals and the manual.",
    "nobody at the depot answers the phone",
    "Someone opened the packet before I did.",
    "I'd rather collect it myself from your warehouse in Leeds.",
    "What happens if no one is in?",
    "Your app says delivered. My porch says otherwise.",
    "Wrong street, right number, third time this year.",
    "The plant was frozen solid when I unwrapped it.",
    "Can I add a gift note after the order has left?",
    "Customs want an invoice that I do not have.",
    "You sent the lamp in a box fit for a fridge.",
    "My PO box is too small for the tin, send it to work instead.",
    "Do the Saturday slots cost extra?",
)

TICKETS = {
    "billing": """\
I was charged twice for March, and only one of the two shows as a payment.
Why is there VAT on my invoice? We are registered in Portugal.
Can you send all invoices of last year as one file? My accountant asks.
The card on file has expired, where do I put in the new one
Your price went up by four euro and nobody told me.
I cancelled in May, yet the direct debit left my account again this morning.
Is there a discount for charities? We are a food bank in Leeds.
Please put our purchase order number on the bill, or finance will not pay it.
the voucher code from your newsletter is refused at checkout
Paid by bank transfer a week ago and the invoice is still marked open.""",
    "delivery": """\
Tracking has said 'label created' for six days now.
The driver left it in the rain; the carton is soaked through.
Can you deliver to a parcel locker instead of my door?
It says delivered, signed by Janice. There is no Janice here.
Do you ship to the Canary Islands, and who pays the duty?
I moved last week. Is it too late to change the address of my parcel?
Half of the order came. Where is the lamp?
Nobody rang the bell and still there is a card that says I was out
How long does the slow post take to Finland before Christmas?
My parcel went to Dublin, Ohio. I live in Dublin, Ireland.""",
    "account": """\
Locked out again after the update. Third time this month!
The code for signing in never arrives on my new phone.
Pls close my account and delete what you hold about me.
My colleague left, and her login still owns our workspace.
How do I merge the two profiles that I seem to have?
I typed my email wrong when I signed up and cannot confirm it
Password reset sends me to a blank page in Firefox.
Someone signed in from Brazil, it was not me. What now?
Can three people share one login, or do we need a seat each?
I would like to change my user name, it is my old surname.""",
    "returns": """\
Wrong colour. Do I pay for the postage or do you?
The return label prints blank on both of my printers.
Sent the boots back two weeks ago and heard nothing since.
Box arrived open, I want to send the whole thing back.
Can I swap the medium for a large without paying again?
It is past thirty days, but I was in hospital. Any chance?
My nephew has this game already, may I return it without the bill?
the courier would not take it because there was no box
Does a mattress go back if it has been slept on once
You returned my money, thanks, but for one chair out of the two.""",
}
FORM = (
    "Form {} | Dear team, this is a claim for parcel no. {}, sent on 2025-03-{} : the {} came "
    "broken. Please call me back, yours, {}."
)
FILLINGS = (
    ("204", "88121", "02", "teapot", "Amara Obi"),
    ("371", "90455", "09", "mirror", "Jon Speck"),
    ("118", "77310", "17", "keyboard tray", "L. Winter"),
    ("562", "61298", "21", "garden gnome", "Mrs Pell"),
    ("907", "50067", "28", "fish tank", "Tomasz"),
)
FRAMED = tuple(range(40, 45))  # filled from one form
COPIES = (45, 46, 47, 48)  # one example four times, with trivial edits
CONFLICT = (7, 49)  # the same text under two labels


def _tickets() -> list[Row]:
    pairs = [(t, c) for c, texts in TICKETS.items() for t in texts.splitlines()]
    pairs += [(FORM.format(*filling), "delivery") for filling in FILLINGS]
    locked = "How do I switch off the weekly summary that you send by email?"
    pairs += [(t, "account") for t in (locked, locked.lower(), locked + " Thanks!", locked[:-1])]
    pairs.append((pairs[CONFLICT[0]][0], "account"))
    return [
        {
            "text": text,
            "category": category,
            "id": f"HD-{row:04}",
            "annotator": ("mia", "theo")[row % 2],
            "source": ("phone", "web", "chat")[row % 3],
        }
        for row, (text, category) in enumerate(pairs)
    ]


@pytest.fixture(scope="session")
def tickets() -> tuple[Row, ...]:
    """Fifty rows: forty plain ones, a form, four copies and one text under two labels."""
    return tuple(_tickets())


@pytest.fixture(scope="session")
def as_csv() -> Callable[[Sequence[Mapping[str, str]]], str]:
    """Rows as the text of a CSV file."""

    def as_csv(rows: Sequence[Mapping[str, str]]) -> str:
        out = io.StringIO()
        table = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
        table.writeheader()
        table.writerows(rows)
        return out.getvalue()

    return as_csv


@pytest.fixture(scope="session")
def quick(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Settings of an audit in half a second: no model, no map, the cheap rung."""
    return {
        "embedder": "hashing",
        "probe": "similarity",
        "map_points": 10,
        "cache_dir": str(tmp_path_factory.mktemp("vectors")),
    }


@pytest.fixture(scope="session")
def found(tickets: Sequence[Row], quick: dict[str, Any]) -> Any:
    """One audit of the tickets as a DataFrame, with simulated updates."""
    import pandas as pd

    import auditor

    return auditor.audit(pd.DataFrame(tickets), **quick)


@pytest.fixture(scope="session")
def faults() -> dict[str, tuple[int, ...]]:
    """The planted rows by the code that names them."""
    return {
        "template-dominance": FRAMED,
        "near-duplicate": COPIES,
        "label-conflict": CONFLICT,
    }


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, whose auditor.toml asks for the quick settings."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "auditor.toml").write_text(
        'embedder = "hashing"\nprobe = "similarity"\nmap_points = 10\ncache_dir = "vectors"\n'
    )
    return tmp_path


@pytest.fixture(scope="session")
def varied() -> list[str]:
    return list(VARIED)
