"""METADATA of a run, in front of a user's store."""

from __future__ import annotations

from pathlib import Path

import pytest

from dovecot_conf.errors import DictError, MetadataError
from mailstore.attribute_dict import without_dict
from mailstore.entries import Entry, EntryType, ReadOnlyEntryError
from mailstore.metadata import Metadata, NotEnabledError
from mailstore.own_store import open_own_metadata
from mailstore.run_metadata import RunMetadata

NAME = "/private/vendor/x"
CAPITALS = Entry(EntryType.PRIVATE, "vendor/X")


@pytest.fixture
def store(tmp_path: Path) -> Metadata:
    return open_own_metadata("bob", data_dir=tmp_path)


def test_changes_are_written(store: Metadata) -> None:
    run = RunMetadata(store, {}, writes=True)
    run.set("", NAME, "one")
    run.set("Work", NAME, "two")
    assert (store.get("", NAME), store.get("Work", NAME)) == ("one", "two")
    run.unset("", NAME)
    assert store.get("", NAME) is None


def test_without_writing_they_last_for_the_run(store: Metadata) -> None:
    store.set("", NAME, "before")
    store.set("", "/private/vendor/y", "stays")
    run = RunMetadata(store, {}, writes=False)
    run.unset("", NAME)
    run.set("", "/private/vendor/z", "new")
    assert run.get("", NAME) is None
    assert sorted(run.names("", "/private/vendor/")) == ["y", "z"]
    assert store.get("", NAME) == "before"
    assert store.get("", "/private/vendor/z") is None


def test_values_of_the_run_are_in_front_and_never_written(store: Metadata) -> None:
    store.set("", NAME, "stored")
    run = RunMetadata(store, {NAME: "given"}, writes=True)
    assert run.get("", NAME) == "given"
    run.set("", NAME, "changed")
    assert run.get("", NAME) == "changed"
    assert store.get("", NAME) == "stored"


def test_scripts_tell_capital_letters_apart(store: Metadata) -> None:
    run = RunMetadata(store, {}, writes=True)
    run.set("", CAPITALS, "capital")
    assert run.get("", CAPITALS) == "capital"
    assert run.get("", NAME) is None


@pytest.mark.parametrize("writes", [True, False])
def test_what_comes_from_the_configuration_stays(store: Metadata, writes: bool) -> None:
    run = RunMetadata(store, {}, writes=writes)
    with pytest.raises(ReadOnlyEntryError, match="attribute cannot be changed"):
        run.set("", "/shared/comment", "x")


@pytest.mark.parametrize("writes", [True, False])
def test_without_a_dict_only_the_values_of_the_run_are_there(store: Metadata, writes: bool) -> None:
    run = RunMetadata(without_dict(store), {NAME: "given"}, writes=writes)
    assert run.get("", NAME) == "given"
    for call in (run.get, run.unset):
        with pytest.raises(NotEnabledError):
            call("", "/private/vendor/other")
    assert list(run.names("", "/private/vendor/")) == ["x"]


def test_a_list_of_a_broken_dict_says_what_was_asked(store: Metadata) -> None:
    Path(store.location).mkdir(parents=True)
    run = RunMetadata(store, {}, writes=True)
    with pytest.raises(
        DictError, match=r"^dict_iterate\(priv/[0-9a-f]{32}/vendor/vendor\.dovecot/pvt/server/"
    ):
        run.names("", "/private/vendor/")
    with pytest.raises(MetadataError):
        run.get("", NAME)
