"""Half-made directories and locks between runs."""

import pytest
from keystone.locks import build_in_place, is_complete, lock, try_lock


def test_what_an_interrupted_run_left_is_made_again(tmp_path):
    target = tmp_path / "venv"
    target.mkdir()
    (target / "half").touch()
    build_in_place(target, tmp_path / "lock", lambda path: (path / "whole").touch())
    assert is_complete(target)
    assert not (target / "half").exists()


def test_a_failed_build_leaves_nothing(tmp_path):
    def fail(path):
        (path / "half").touch()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_in_place(tmp_path / "venv", tmp_path / "lock", fail)
    assert not (tmp_path / "venv").exists()


def test_a_complete_directory_is_not_built_again(tmp_path):
    build_in_place(tmp_path / "venv", tmp_path / "lock", lambda path: None)
    build_in_place(
        tmp_path / "venv", tmp_path / "lock", lambda path: pytest.fail("built twice")
    )


def test_an_exclusive_lock_waits_for_shared_ones(tmp_path):
    path = tmp_path / "lock"
    with lock(path, shared=True), lock(path, shared=True), try_lock(path) as taken:
        assert not taken
    with try_lock(path) as taken:
        assert taken
