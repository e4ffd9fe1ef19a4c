"""A bare clone gets its environment, a finished one is left alone, a half-made one not trusted."""

import ast
import fcntl
import hashlib
import os
import re
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from config import bootstrap

Run = Callable[..., int]
told_to_pip = cache(bootstrap.told_to_pip)  # pip takes half a second to say it


def make_wheel(folder: Path) -> str:
    """A package whose only content is a number; gives its hash."""
    path = folder / "tiny-1.0-py3-none-any.whl"
    info = "tiny-1.0.dist-info"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr("tiny.py", "NUMBER = 42\n")
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n")
        wheel.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(
            f"{info}/RECORD", f"tiny.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n"
        )
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one dependency, on a machine with uv and without a network."""
    wheels, locks = tmp_path / "wheels", tmp_path / "requirements"
    wheels.mkdir()
    locks.mkdir()
    tiny = make_wheel(wheels)
    for name in ("main.lock", "dev.lock", "bootstrap.lock"):
        offline = f"--no-index\n--find-links {wheels}\n"
        (locks / name).write_text(f"{offline}tiny==1.0 --hash=sha256:{tiny}\n# {name}\n")
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=":")
    monkeypatch.setattr(bootstrap, "PROJECT", tmp_path)
    monkeypatch.setattr(bootstrap, "told_to_pip", told_to_pip)
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    return tmp_path


@pytest.fixture
def run(project: Path) -> Run:
    return lambda lock="main.lock": bootstrap.main([f"requirements/{lock}"])


def number(project: Path) -> str:
    python = project / ".venv/bin/python"
    return subprocess.check_output([python, "-c", "import tiny; print(tiny.NUMBER)"], text=True)


def test_an_old_python_is_told_so_in_one_sentence() -> None:
    assert bootstrap.complaint((3, 9, 18), "/usr/bin/python3", "posix") == (
        "Python 3.11 or newer is needed; this is 3.9.18 at /usr/bin/python3. "
        "Point PYTHON at a newer one: make demo PYTHON=python3.12"
    )
    assert bootstrap.complaint((3, 11, 0), "/usr/bin/python3", "posix") is None
    assert "WSL" in str(bootstrap.complaint((3, 13, 0), "python.exe", "nt"))


def test_an_old_python_can_read_the_file_that_tells_it() -> None:
    source = Path(bootstrap.__file__).read_text()
    ast.parse(source, feature_version=(3, 6))
    assert "from __future__" not in source


def test_a_second_run_has_nothing_to_do(
    run: Run, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("dev.lock") == 0
    assert "] 1 packages installed from requirements/dev.lock (hashes checked)\n" in (
        capsys.readouterr().out
    )
    assert number(project) == "42\n"
    begin = time.process_time()
    assert run("dev.lock") == run("main.lock") == 0  # dev.lock has everything that main.lock has
    assert time.process_time() - begin < 0.2
    assert capsys.readouterr().out == ""
    (project / "requirements/dev.lock").write_text("")
    main = project / "requirements/main.lock"
    main.write_text(main.read_text() + "# changed\n")
    assert run("main.lock") == 0
    assert "installed from requirements/main.lock" in capsys.readouterr().out


def test_pip_does_it_when_uv_does_not(
    run: Run, project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    uv = project / "uv"
    uv.write_text("#!/bin/sh\nexit 1\n")
    uv.chmod(0o755)
    monkeypatch.setenv("PATH", str(project), prepend=":")
    assert run() == 0
    assert "without uv: pip takes" in capsys.readouterr().out
    assert number(project) == "42\n"


def test_what_an_interrupted_run_left_is_made_again(run: Run, project: Path) -> None:
    environment = project / ".venv"
    environment.mkdir()
    (environment / ".unfinished").write_text("new")
    (environment / "half").mkdir()
    assert run() == 0
    assert not (environment / "half").exists()

    (environment / ".unfinished").write_text("old")
    module = next(environment.glob("lib/python*/site-packages/tiny.py"))
    module.unlink()
    module.write_text("NUMBER =")
    assert run() == 0
    assert number(project) == "42\n"


def test_an_environment_of_another_python_is_replaced_only_if_it_is_ours(
    run: Run, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    environment = project / ".venv"
    environment.mkdir()
    (environment / "pyvenv.cfg").write_text("version = 3.8.1\n")
    assert run() == 1
    assert "was not made by this program" in capsys.readouterr().err
    assert (environment / "pyvenv.cfg").read_text() == "version = 3.8.1\n"

    (environment / ".installed").write_text("by an older Python")
    assert run() == 0
    assert number(project) == "42\n"


def test_a_package_with_another_hash_is_refused(
    run: Run, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lock = project / "requirements/main.lock"
    lock.write_text(re.sub("sha256:.*", f"sha256:{'0' * 64}", lock.read_text()))
    assert run() == 1
    assert "its hash differs" in capsys.readouterr().err
    assert (project / ".venv/.unfinished").exists()


def test_a_missing_network_is_one_sentence(
    run: Run, project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "requirements/main.lock").write_text(f"tiny==1.0 --hash=sha256:{'0' * 64}\n")
    monkeypatch.setenv("PATH", "/usr/bin:/bin")  # which is also to be without uv
    pip = ["sh", "-c", "echo 'Failed to establish a new connection'; exit 1"]
    monkeypatch.setattr(bootstrap.Environment, "_pip", lambda self: pip)
    assert run() == 1
    error = capsys.readouterr().err
    assert error.startswith("Nothing could be downloaded for requirements/main.lock: ")
    assert error.count("\n") == 1


def test_a_python_without_pip_is_told_which_package_has_it(
    run: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap.Environment, "_uv", lambda self: None)
    monkeypatch.setattr(bootstrap, "succeeds", lambda command: False)
    try_for_real = bootstrap.Environment._try
    monkeypatch.setattr(
        bootstrap.Environment,
        "_try",
        lambda self, command, what: what != "pip" and try_for_real(self, command, what),
    )
    assert run() == 1
    version = "{}.{}".format(*sys.version_info[:2])
    assert f"apt-get install python{version}-venv" in capsys.readouterr().err


def test_a_folder_that_cannot_be_used_is_one_sentence(
    run: Run, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / ".venv").write_text("in the way")
    assert run() == 1
    error = capsys.readouterr().err
    assert error.startswith(f"{project}/.venv cannot be used")
    assert error.count("\n") == 1


def test_a_platform_without_embedded_services_goes_without(
    run: Run, project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not bootstrap.has_embedded_wheels("Linux", "x86_64", "musl")
    assert bootstrap.has_embedded_wheels("Darwin", "arm64", "")
    monkeypatch.setattr(bootstrap, "has_embedded_wheels", lambda *here: False)
    lock = project / "requirements/main.lock"
    absent = "".join(f"{name}==1.0 \\\n    --hash=sha256:00\n" for name in bootstrap.EMBEDDED)
    lock.write_text(lock.read_text() + absent)
    assert run() == 0
    assert "set DATABASE_URL and REDIS_URL" in capsys.readouterr().out
    assert number(project) == "42\n"


def test_what_takes_long_shows_signs_of_life(capsys: pytest.CaptureFixture[str]) -> None:
    progress = bootstrap.Progress()
    progress.patience = 0.03
    with subprocess.Popen(["sleep", "0.1"]) as process:
        progress.watch(process, "sleeping")
    assert "s] sleeping ...\n" in capsys.readouterr().out


def test_uv_asks_where_pip_was_told_to_ask_and_trusts_whom_pip_trusts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "SSL_CERT_FILE", "PIP_INDEX_URL", "PIP_CERT"):
        monkeypatch.delenv(name, raising=False)
    python = tmp_path / "python"
    python.write_text(
        "#!/bin/sh\n"
        """echo "global.cert='/company.pem'"\n"""
        """echo "global.index-url='http://127.0.0.1:9/far'"\n"""
        """echo "install.index-url='http://127.0.0.1:9/near'"\n"""
    )
    python.chmod(0o755)
    for_uv = bootstrap.variables(str(python))
    assert for_uv["UV_DEFAULT_INDEX"] == "http://127.0.0.1:9/near"
    assert for_uv["SSL_CERT_FILE"] == "/company.pem"
    assert for_uv["UV_PYTHON_DOWNLOADS"] == "never"

    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/nearest")
    monkeypatch.setenv("SSL_CERT_FILE", "/mine.pem")
    for_uv = bootstrap.variables(str(python))
    assert for_uv["UV_DEFAULT_INDEX"] == "http://127.0.0.1:9/nearest"
    assert for_uv["SSL_CERT_FILE"] == "/mine.pem"


def test_where_uv_knows_nobody_who_signs_it_asks_the_system(
    run: Run, project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path(sys.executable).parent / "uv"
    uv = project / "uv"
    uv.write_text(
        "#!/bin/sh\n"
        f'[ "$UV_SYSTEM_CERTS$UV_NATIVE_TLS" = 11 ] && exec {real} "$@"\n'
        "echo 'invalid peer certificate: UnknownIssuer'; exit 2\n"
    )
    uv.chmod(0o755)
    monkeypatch.setenv("PATH", str(project), prepend=":")
    for name in ("UV_SYSTEM_CERTS", "UV_NATIVE_TLS"):
        monkeypatch.delenv(name, raising=False)
    assert run() == 0
    assert "without uv" not in capsys.readouterr().out
    assert number(project) == "42\n"


def test_an_interruption_stops_what_was_running(
    run: Run, project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    watched: list[subprocess.Popen[bytes]] = []

    def press(progress: bootstrap.Progress, process: subprocess.Popen[bytes], what: str) -> None:
        watched.append(process)
        raise KeyboardInterrupt

    monkeypatch.setattr(bootstrap.Progress, "watch", press)
    assert run() == 1
    assert watched[0].returncode is not None
    assert capsys.readouterr().err.startswith("Interrupted; ")
    assert (project / ".venv/.unfinished").exists()


def test_who_waited_for_another_run_takes_what_that_one_made(
    run: Run, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    python = project / ".venv/bin/python"
    other = os.open(project, os.O_RDONLY)
    fcntl.flock(other, fcntl.LOCK_EX)

    def finish() -> None:
        python.parent.mkdir(parents=True)
        python.touch()
        stamp = bootstrap.key(project / "requirements/main.lock")
        (project / ".venv/.installed").write_text(stamp)
        os.close(other)

    threading.Timer(0.05, finish).start()
    assert run() == 0
    assert capsys.readouterr().out.endswith("s] another make is setting up .venv ...\n")
