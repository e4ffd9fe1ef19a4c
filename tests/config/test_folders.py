"""Where the embedded services keep their files: refused in one sentence, removed afterwards."""

import errno
import os
import pwd
import shutil
from pathlib import Path
from typing import Any

import pytest

from config import folders
from config.folders import Unavailable
from config.processes import Account


def test_the_place_outside_the_project_is_only_trusted_when_it_is_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folders, "PROJECT", tmp_path)
    outside = folders._home_outside()
    try:
        assert folders._home_outside() == outside
        outside.chmod(0o777)
        with pytest.raises(Unavailable, match="made by someone else"):
            folders._home_outside()
    finally:
        outside.rmdir()


def test_a_project_that_nobody_may_enter_keeps_its_data_outside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    stranger = Account(name="a stranger", uid=os.geteuid(), gid=os.getegid())
    monkeypatch.setattr(folders, "PROJECT", tmp_path)
    assert folders.home(None, say=said.append) == tmp_path / ".local"
    monkeypatch.setattr(folders, "succeeds_as", lambda *command: False)
    outside = folders.home(stranger, say=said.append)
    outside.rmdir()
    assert said == [f"a stranger may not enter {tmp_path}: the data is kept in {outside}"]


def test_a_folder_that_cannot_be_made_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "file"
    file.touch()
    monkeypatch.setattr(folders, "PROJECT", file)
    with pytest.raises(Unavailable, match=r"file/\.local cannot be made: Not a directory"):
        folders.home(None, say=str)
    with pytest.raises(Unavailable, match="belongs to another user"), folders.kept(file, "x"):
        pass


def test_a_user_without_a_name_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 4_000_000)
    assert folders.borrowed_account() is None
    with pytest.raises(Unavailable, match="User 4000000 has no name on this machine"):
        folders.own_account()


def test_root_without_nobody_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(pwd, "getpwnam", {}.__getitem__)
    with pytest.raises(Unavailable, match="has no user nobody"):
        folders.borrowed_account()


def test_what_is_written_to_while_it_is_removed_is_removed_when_that_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The servers of a supervisor that was killed end after it."""
    left_over = tmp_path / "passing" / "test-1"
    left_over.mkdir(parents=True)
    remove, refused = shutil.rmtree, list[Path]()

    def rmtree(folder: Path, **options: Any) -> None:
        if folder == left_over and not refused:
            refused.append(folder)
            raise OSError(errno.ENOTEMPTY, "Directory not empty")
        remove(folder, **options)

    monkeypatch.setattr(shutil, "rmtree", rmtree)
    with folders.passing(tmp_path, "next") as folder:
        assert folder.exists()
        assert refused == [left_over]
        assert not left_over.exists()
