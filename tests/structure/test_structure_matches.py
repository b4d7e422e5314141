"""Where a template stands, in whatever category."""

import pytest

from auditor.structure.matches import find_matches

ITEMS = ("lamp", "kettle", "sofa", "drill", "curtain", "garden hose", "toaster", "mirror")
FORM = "Claim no. {}\nItem: {}\nSeen on: 2024-05-{:02d}\nI ask for my money back."
FORMS = [FORM.format(700 + i, item, i + 1) for i, item in enumerate(ITEMS)]
BILLS = (
    "I was charged twice for March, and only one of the two shows as a payment.",
    "Why is there VAT on my invoice? We are registered in Portugal.",
    "The card on file has expired, where do I put in the new one",
    "Your price went up by four euro and nobody told me.",
    "Is there a discount for charities? We are a food bank in Leeds.",
    "the voucher code from your newsletter is refused at checkout",
)
FOOTER = "{}\n--\nSent with the shop app, version 7.2 on 2024-06-01. Ask for help: 0800 555 123."


@pytest.fixture
def matches_of(make_dataset, templates_of):
    """The templates of texts by category, each with the texts of its holders."""

    def matches_of(**texts):
        pairs = [(text, category) for category, some in texts.items() for text in some]
        data = make_dataset(*map(list, zip(*pairs, strict=True)))
        return [
            (match, [data.texts[i] for i in match.holders])
            for match in find_matches(data, templates_of(data))
        ]

    return matches_of


def test_a_form_of_one_category_is_distinctive(matches_of, varied):
    [(match, holders)] = matches_of(returns=FORMS + varied[:8], billing=BILLS)
    assert holders == FORMS
    assert (match.inside, match.elsewhere, match.distinctiveness) == (0.5, 0.0, 0.5)
    assert not match.shared


def test_a_form_is_seen_in_a_category_that_has_too_few_for_a_template(matches_of, varied):
    [(match, holders)] = matches_of(returns=FORMS[:6] + varied[:6], billing=[*FORMS[6:], *BILLS])
    assert holders == FORMS
    assert match.template.category == "returns"
    assert (match.inside, match.elsewhere) == (0.5, 0.25)
    assert match.shared


def test_a_footer_under_everything_is_shared_by_all(matches_of, varied):
    found = matches_of(
        returns=[FOOTER.format(t) for t in varied[:10]], billing=[FOOTER.format(t) for t in BILLS]
    )
    assert {match.template.category for match, _ in found} == {"returns", "billing"}
    for match, holders in found:
        assert len(holders) == 16
        assert match.shared
        assert match.distinctiveness == 0.0


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("Claim no. 9\nItem: a very large wardrobe\nSeen on: 2023-01-01\nI ask for my money", True),
        ("claim no. 12 Item: chair Seen on: 2024-01-02 I ask for my money back", True),
        ("I ask for my money back. Seen on: 2024-05-01\nItem: lamp\nClaim no. 700", False),
        ("Claim no. 9\nItem: lamp\nPlease send another one.", False),
    ],
    ids=["a word less", "without line breaks", "in another order", "the first half"],
)
def test_four_in_five_of_the_fixed_tokens_make_a_holder_in_order(matches_of, text, holds):
    [(_, holders)] = matches_of(returns=FORMS, billing=[text, *BILLS])
    assert (text in holders) == holds


def test_in_a_single_category_nothing_stands_elsewhere(matches_of, varied):
    [(match, _)] = matches_of(returns=FORMS + varied)
    assert match.elsewhere == 0.0
    assert not match.shared


def test_varied_texts_have_no_templates(matches_of, varied):
    assert matches_of(returns=varied, billing=BILLS) == []
