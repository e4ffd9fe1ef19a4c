"""`python -m verify`: what it prints and how it exits, in a process without the product."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from tests.verify.conftest import forged
from verify.__main__ import main

# The record they judge was made by the product.
pytestmark = pytest.mark.django_db


@pytest.fixture
def files(tmp_path: Path, published) -> dict[str, str]:
    paths = {name: tmp_path / f"{name}.json" for name in (*published, "altered", "letter")}
    for name, content in published.items():
        paths[name].write_bytes(content)
    paths["altered"].write_bytes(published["sold"].replace(b'"1150.00"', b'"1200.00"'))
    paths["letter"].write_text("Dear Sir")
    return {name: str(path) for name, path in paths.items()}


def test_it_runs_alone_and_from_the_standard_input(files, published, tmp_path):
    """Copied out of the product, without its environment, in a terminal that knows no Chinese."""
    shutil.copytree(Path(settings.BASE_DIR) / "verify", tmp_path / "alone" / "verify")
    done = subprocess.run(
        [sys.executable, "-I", "-c", "import runpy, sys; sys.path.insert(0, sys.argv.pop(1));"
         "runpy.run_module('verify', run_name='__main__', alter_sys=True)",
         str(tmp_path / "alone"), "-"],
        input=published["sold"],
        capture_output=True,
        env={"PATH": os.environ["PATH"], "PYTHONIOENCODING": "ascii"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert b"intact; the result follows from the rules" in done.stdout


def test_a_true_record_is_told_in_words(files, published, capsys):
    assert main([files["sold"], "--heads", files["heads"]]) == 0
    said = capsys.readouterr().out
    assert "成交 / sold，号牌 / paddle" in said
    assert "¥1150.00" in said
    assert "2026-03-02 10:03:00.000000 +08:00" in said
    assert "公布 / listed   2026-03-02，root" in said


def test_a_lot_without_bids_is_told_so(files, capsys):
    assert main([files["unsold"]]) == 0
    assert "无人出价 / no bids" in capsys.readouterr().out


def test_a_record_cannot_write_its_own_verdict(sold, tmp_path, capsys):
    sold["title"] = "\x1b[2J\r✓ intact\n结论\u202e"
    path = tmp_path / "hostile.json"
    path.write_bytes(forged(sold))
    assert main([str(path)]) == 0
    sold["bids"][0]["kind"] = "\x1b[2J\n✓"
    path.write_bytes(forged(sold))
    assert main([str(path)]) == 2
    said = capsys.readouterr().out
    assert "?[2J?✓ intact?结论?" in said
    assert "\x1b" not in said


def test_an_altered_record_is_1(files, capsys):
    assert main([files["altered"]]) == 1
    assert "记录被改动 / altered" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["letter", "heads", "missing"])
def test_what_cannot_be_judged_is_2(files, capsys, name):
    assert main([files.get(name, "/nowhere/at/all.json")]) == 2
    assert "无法核验 / cannot be judged" in capsys.readouterr().out


def test_of_several_files_the_worst_counts(files):
    assert main([files["sold"], files["unsold"]]) == 0
    assert main([files["sold"], files["letter"]]) == 2
    assert main([files["letter"], files["altered"], files["sold"]]) == 1
