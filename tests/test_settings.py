"""Settings: defaults, then a file, then flags; what cannot be meant is refused by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.checks import CHECKS
from auditor.errors import UsageError
from auditor.settings import Settings, configure, load_settings

SEED = "a whole number from 0 to 4294967295"


@pytest.fixture
def toml(tmp_path):
    """Writes a file of settings."""

    def toml(content, name="auditor.toml"):
        (tmp_path / name).write_text(content, encoding="utf-8")
        return tmp_path / name

    return toml


def refusal(config, **flags):
    """The one line with which the settings are refused."""
    with pytest.raises(UsageError) as caught:
        load_settings(config, flags)
    assert "\n" not in str(caught.value)
    return str(caught.value)


# --- where settings come from ----------------------------------------------------------------


def test_without_a_file_the_defaults_hold(tmp_path):
    assert load_settings(None, {}, tmp_path) == Settings()


def test_a_file_wins_over_the_defaults(toml):
    config = toml('embedder = "hashing"\nseed = 7\noffline = true\n')
    assert load_settings(config, {}) == Settings(embedder="hashing", seed=7, offline=True)


def test_a_flag_wins_over_the_file(toml):
    found = load_settings(toml('probe = "head"\nseed = 7\n'), {"seed": 3, "probe": None})
    assert (found.seed, found.probe) == (3, "head")


def test_roles_of_the_file_and_of_flags_are_put_together(toml):
    config = toml('[roles]\ngroup = "customer"\nsource = "channel"\n')
    found = load_settings(config, {"roles": {"source": "origin"}, "label": "intent"})
    assert found.roles == {"group": "customer", "source": "origin"}
    assert found.columns == {
        "label": ("intent",),
        "group": ("customer",),
        "source": ("origin",),
    }


def test_mapped_labels_of_the_file_and_of_flags_are_put_together(toml):
    config = toml('[label_map]\n"Late " = "late"\nLATE = "late"\n')
    found = load_settings(config, {"label_map": {"LATE": "delay"}})
    assert found.label_map == {"Late ": "late", "LATE": "delay"}


def test_a_text_may_be_of_one_column_or_of_several(toml):
    assert load_settings(toml('text = "body"\n'), {}).columns == {"text": ("body",)}
    found = load_settings(toml('text = ["premise", "hypothesis"]\n'), {"text": None})
    assert found.texts == ("premise", "hypothesis")
    assert found.columns == {"text": ("premise", "hypothesis")}
    assert load_settings(toml('text = "body"\n'), {"text": ("a", "b")}).texts == ("a", "b")


def test_declared_columns_of_flags_replace_those_of_the_file(toml):
    config = toml('declared_columns = ["product", "region"]\n')
    assert list(load_settings(config, {"declared_columns": None}).declared_columns) == [
        "product",
        "region",
    ]
    assert load_settings(config, {"declared_columns": ("shop",)}).declared_columns == ("shop",)


def test_auditor_toml_is_found_in_the_folder(toml, tmp_path):
    toml("seed = 5\n")
    assert load_settings(None, {}, tmp_path).seed == 5


def test_the_table_of_pyproject_is_found_in_the_folder(toml, tmp_path):
    toml("[project]\nname = 'shop'\n[tool.auditor]\nseed = 6\n", "pyproject.toml")
    assert load_settings(None, {}, tmp_path).seed == 6


def test_auditor_toml_wins_over_pyproject(toml, tmp_path):
    toml("[tool.auditor]\nseed = 6\n", "pyproject.toml")
    toml("seed = 5\n")
    assert load_settings(None, {}, tmp_path).seed == 5


def test_a_pyproject_without_our_table_says_nothing(toml, tmp_path):
    toml("[tool.ruff]\nline-length = 90\n", "pyproject.toml")
    assert load_settings(None, {}, tmp_path) == Settings()


def test_a_named_file_wins_over_the_folders(toml, tmp_path):
    toml("seed = 5\n")
    assert load_settings(toml("seed = 8\n", "night.toml"), {}, tmp_path).seed == 8


def test_a_named_pyproject_is_read_by_its_table(toml):
    config = toml("[tool.auditor]\nmap_points = 50\n", "pyproject.toml")
    assert load_settings(config, {}).map_points == 50


def test_a_file_with_a_byte_order_mark_is_read(tmp_path):
    (tmp_path / "auditor.toml").write_bytes(b"\xef\xbb\xbfseed = 5\n")
    assert load_settings(tmp_path / "auditor.toml").seed == 5


def test_only_settings_that_can_change_a_result_are_recorded(tmp_path):
    here = Settings(threads=4, cache_dir=str(tmp_path), offline=True, input_format="csv")
    assert here.deciding() == Settings().deciding()
    assert Settings(seed=1).deciding() != Settings().deciding()


# --- what is refused -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('embeder = "hashing"', "unknown setting 'embeder'; did you mean 'embedder'?"),
        ("no-text = true", "unknown setting 'no-text'; did you mean 'no_text'?"),
        ("zebra = 1", "unknown setting 'zebra'; known: batch_size, budget, cache_dir"),
        ('[roles]\ngroups = "customer"', "unknown role 'groups'; did you mean 'group'?"),
        ('[roles]\ntext = "body"', "unknown role 'text'"),
    ],
)
def test_an_unknown_key_is_refused_with_the_nearest_one(toml, content, said):
    config = toml(content)
    assert refusal(config).startswith(f"{config}: {said}")


def test_an_unknown_role_on_the_command_line_is_refused_with_the_nearest_one():
    message = refusal(None, roles={"anotator": "by"})
    assert message == "--role: unknown role 'anotator'; did you mean 'annotator'?"


NAMED = 'each named as a string such as "0"'


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('seed = "7"', f"seed must be {SEED}, not '7'"),
        ("seed = 1.5", f"seed must be {SEED}, not 1.5"),
        ("seed = true", f"seed must be {SEED}, not True"),
        ("offline = 1", "offline must be true or false, not 1"),
        ("text = 3", f"text must be a column or several, {NAMED}, not 3"),
        ("text = []", f"text must be a column or several, {NAMED}, not []"),
        ("text = ['a', 3]", f"text must be a column or several, {NAMED}, not ['a', 3]"),
        ("text = ['a', 'a']", "text names a column twice: a, a"),
        ("label_map = 'a=b'", "label_map must be a table, not 'a=b'"),
        ("label_map = {a = 3}", "label_map.a must name a label, not 3"),
        ("label_map = {'Late ' = 3}", "label_map.'Late ' must name a label, not 3"),
        ("label_map = {a = ' '}", "label_map.a must name a label, not ' '"),
        ("roles = {group = 3}", "roles.group must name a column, as a string, not 3"),
        ("checks = {label-error = 3}", "checks.label-error must be a table of limits, not 3"),
        ("label = 3", f"label must be a column or several, {NAMED}, not 3"),
        ("cache_dir = 3", "cache_dir must be a string, not 3"),
        ("probe = 'heads'", "probe must be one of similarity, head, full, not 'heads'"),
        ("probe = 'the head'", "probe must be one of similarity, head, full, not 'the head'"),
        ("budget = 0", "budget must be seconds, more than 0, not 0"),
        ("budget = inf", "budget must be seconds, more than 0, not inf"),
        ("budget = nan", "budget must be seconds, more than 0, not nan"),
        ("budget = '60'", "budget must be seconds, more than 0, not '60'"),
        ("map_points = 0", "map_points must be a whole number from 1, not 0"),
        ("threads = '2'", "threads must be a whole number from 1 to 1024, not '2'"),
        ("roles = 'group=customer'", "roles must be a table, not 'group=customer'"),
        ("checks = []", "checks must be a table, not []"),
        (
            'declared_columns = "shop"',
            "declared_columns must be a list of columns, each named as a string, not 'shop'",
        ),
        (
            "declared_columns = [3]",
            "declared_columns must be a list of columns, each named as a string, not [3]",
        ),
    ],
)
def test_a_value_of_the_wrong_type_is_refused(toml, content, said):
    config = toml(content)
    assert refusal(config) == f"{config}: {said}"


def test_numbers_that_are_whole_are_seconds_and_limits_too():
    """And stay as they are written."""
    assert str(Settings(budget=60).budget) == "60"
    found = by_code(configure(CHECKS, {"label-error": {"sure": 7}}))
    assert found["label-error"].sure == 7


@pytest.mark.parametrize(
    "content",
    [
        'probe = "heads"',
        "threads = 0",
        "threads = -2",
        "map_points = -1",
        "seed = -1",
        "[roles]\ngroup = 3",
        "[checks]\nlabel-error = 3",
    ],
)
def test_a_value_that_cannot_be_meant_is_refused(toml, content):
    key = content.split("\n")[-1].split(" ")[0]
    assert key in refusal(toml(content))


def test_a_table_of_ours_that_is_no_table_is_refused(toml):
    assert "auditor" in refusal(toml("[tool]\nauditor = 5\n", "pyproject.toml"))


@pytest.mark.parametrize("content", ["seed = ", "seed = 1\nseed = 2\n"])
def test_a_file_that_is_no_toml_is_refused(toml, content):
    config = toml(content)
    assert refusal(config).startswith(f"{config}: cannot be read as TOML")


def test_a_file_in_another_encoding_is_refused(tmp_path):
    (tmp_path / "auditor.toml").write_bytes('label = "cat\xe9gorie"'.encode("latin-1"))
    assert "cannot be read as TOML" in refusal(tmp_path / "auditor.toml")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-32"])
def test_a_file_in_utf_16_is_told(tmp_path, encoding):
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    (tmp_path / "auditor.toml").write_bytes(f"{mark}seed = 5\n".encode(encoding))
    said = "is UTF-16, and TOML is UTF-8; save it as UTF-8"
    assert refusal(tmp_path / "auditor.toml").endswith(f"auditor.toml: {said}")


def test_a_named_file_that_is_not_there_is_refused():
    assert "nowhere.toml: cannot be read" in refusal(Path("nowhere.toml"))


# --- limits of checks ------------------------------------------------------------------------


def by_code(checks):
    return {check.code: check for check in checks}


def test_without_limits_the_checks_stay_as_they_are():
    assert configure(CHECKS, {}) == CHECKS


def test_a_limit_reaches_its_check_and_no_other():
    found = by_code(configure(CHECKS, {"class-imbalance": {"even_share": 0.25}}))
    assert found["class-imbalance"].even_share == 0.25
    others = {code: c for code, c in found.items() if code != "class-imbalance"}
    assert others == {c.code: c for c in CHECKS if c.code != "class-imbalance"}


def test_the_order_of_the_checks_stays():
    limited = configure(CHECKS, {"near-duplicate": {"many": 2}, "label-error": {"sure": 50}})
    assert [c.code for c in limited] == [c.code for c in CHECKS]


def test_a_limit_keeps_the_type_of_its_default():
    limits = {"class-imbalance": {"even_share": 1}, "near-duplicate": {"many": 3}}
    found = by_code(configure(CHECKS, limits))
    assert isinstance(found["class-imbalance"].even_share, float)
    assert isinstance(found["near-duplicate"].many, int)


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        (
            {"label-errors": {"sure": 5}},
            "checks: unknown check 'label-errors'; did you mean 'label-error'?",
        ),
        (
            {"label-error": {"shure": 5}},
            "checks.label-error: unknown limit 'shure'; did you mean 'sure'?",
        ),
        (
            {"label-error": {"sure": "very"}},
            "checks.label-error.sure must be a number, 0 or more, not 'very'",
        ),
        (
            {"label-error": {"sure": True}},
            "checks.label-error.sure must be a number, 0 or more, not True",
        ),
    ],
)
def test_a_limit_that_cannot_be_meant_is_refused(limits, said):
    with pytest.raises(UsageError) as caught:
        configure(CHECKS, limits)
    assert str(caught.value) == said


def test_a_whole_limit_is_not_cut_to_fit():
    """Three and a half copies are not three: a whole number is wanted, and said so."""
    with pytest.raises(UsageError, match=r"checks\.near-duplicate\.many"):
        configure(CHECKS, {"near-duplicate": {"many": 3.5}})


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1])
def test_a_limit_is_a_number_from_zero_up(value):
    with pytest.raises(UsageError, match=r"rows must be a .*number, 0 or more, not"):
        configure(CHECKS, {"template-dominance": {"rows": value}})


def test_a_seed_that_no_generator_takes_is_refused():
    with pytest.raises(UsageError, match=f"seed must be {SEED}, not 4294967296"):
        Settings(seed=2**32)
