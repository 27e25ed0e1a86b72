"""The settings a project can make, and what is said about wrong ones."""

from __future__ import annotations

import pytest

from flake8_nograd.options import OPTION_TABLE, OptionError, Options


def test_nothing_given_is_nothing_added():
    assert Options.from_values({}) == Options()
    assert Options.from_values({"guards": None, "training_calls": []}) == Options()


def test_values_are_plain_and_dotted_names():
    options = Options.from_values({"guards": ["quiet", "lab.guards.quiet", "quiet"]})
    assert options.guards == {"quiet", "lab.guards.quiet"}


@pytest.mark.parametrize("name", ["", "1st", "load-model", "lab.", ".lab", "a b", "build()", "*"])
@pytest.mark.parametrize(
    "row", [row for row in OPTION_TABLE if row.is_list], ids=lambda row: row.flag
)
def test_what_is_no_name_is_refused_and_named(row, name):
    with pytest.raises(OptionError) as caught:
        Options.from_values({row.field: ["fine", name]})
    assert str(caught.value).startswith(f"{row.flag}: {name!r} is not a name")
    assert "\n" not in str(caught.value)


def test_table_and_fields_agree():
    # What is excluded, and whether comments silence, is flake8's to say.
    assert [*(row.field for row in OPTION_TABLE), "excluded", "disable_noqa", "opt_in"] == list(
        Options._fields
    )
    assert all(row.flag == f"--nograd-{row.field.replace('_', '-')}" for row in OPTION_TABLE)
    assert all(row.destination == f"nograd_{row.field}" for row in OPTION_TABLE)


def test_options_are_shared_and_immutable():
    with pytest.raises(AttributeError):
        Options().guards = frozenset({"quiet"})  # type: ignore[misc]


def test_a_project_is_looked_for_unless_it_is_named_or_not_wanted(tmp_path):
    assert Options.from_values({}).project == "auto"
    assert Options.from_values({"project": "off"}).project == "off"
    assert Options.from_values({"project": str(tmp_path)}).project == str(tmp_path)
    with pytest.raises(OptionError, match="--nograd-project: 'nowhere' is neither auto, off"):
        Options.from_values({"project": "nowhere"})


@pytest.mark.parametrize("version", ["auto", "newest", "2", "1.13", "1.13.1", "2.1.0+cu118"])
def test_a_version_of_torch_is_taken_as_it_is(version):
    assert Options.from_values({"torch_version": version}).torch_version == version


@pytest.mark.parametrize("version", ["old", "2.x", ">=2.1", "1.13,2.0", "torch 2"])
def test_what_is_no_version_is_refused_and_named(version):
    with pytest.raises(OptionError) as caught:
        Options.from_values({"torch_version": version})
    assert str(caught.value).startswith(f"--nograd-torch-version: {version!r} is neither auto,")
