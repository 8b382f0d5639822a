"""The house stands as CONTRIBUTING draws it."""

import ast
import importlib
import pkgutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = {
    "vsmdaq": ROOT / "vsmdaq",
    "vsmdaq_drivers": ROOT / "drivers" / "vsmdaq_drivers",
    "vsmdaq_sim": ROOT / "sim" / "vsmdaq_sim",
    "pyvisa_vsmsim": ROOT / "sim" / "pyvisa_vsmsim",
    "vsmdaq_configs": ROOT / "configs" / "vsmdaq_configs",
}
SOURCES = [path for folder in PACKAGES.values() for path in sorted(folder.rglob("*.py"))]
CLOCKS = {"drivers/vsmdaq_drivers/system_clock.py"}


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imports_of(path: Path) -> list[tuple[str, str]]:
    """(module, name) for each absolute import in a file."""
    found: list[tuple[str, str]] = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found.extend((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.extend((node.module, alias.name) for alias in node.names)
    return found


def modules() -> list[str]:
    names = list(PACKAGES)
    for package in PACKAGES:
        found = importlib.import_module(package)
        names.extend(info.name for info in pkgutil.walk_packages(found.__path__, f"{package}."))
    return [name for name in names if not name.endswith("__main__")]


def test_the_floors_hold():
    pytest.importorskip("importlinter", reason="a development tool")
    done = subprocess.run(
        [sys.executable, "-m", "importlinter.cli", "lint_imports"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if "No module named" in done.stderr or "__main__" in done.stderr:
        from importlinter.cli import lint_imports

        assert lint_imports(config_filename=str(ROOT / "pyproject.toml")) == 0
        return
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", modules())
def test_every_public_module_says_what_it_offers(name: str):
    if any(part.startswith("_") for part in name.split(".")):
        pytest.skip("private")
    module = importlib.import_module(name)
    assert module.__doc__
    if getattr(module, "__all__", None) is None:
        # a package that only holds modules offers nothing itself
        assert hasattr(module, "__path__"), f"{name} has no __all__"
        return
    assert len(module.__all__) == len(set(module.__all__))
    for offered in module.__all__:
        assert hasattr(module, offered), f"{name} does not have {offered}"


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_nobody_reaches_for_privates_of_another_package(path: Path):
    own = path.relative_to(ROOT).parts
    for module, imported in imports_of(path):
        if module.split(".")[0] not in PACKAGES:
            continue
        parts = [*module.split("."), imported]
        private = [part for part in parts if part.startswith("_") and not part.startswith("__")]
        if private:
            room = module.split(".")[: len(module.split(".")) - 1] if private[0] in module else module.split(".")
            assert "/".join(room) in "/".join(own), f"{path} imports {module}.{imported}"


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_time_is_injected(path: Path):
    if name_of(path) in CLOCKS:
        return
    assert not [module for module, _ in imports_of(path) if module == "time"], "take a Clock"


def test_toolkit_does_not_import_the_simulator():
    code = (
        "import sys, vsmdaq.cli.app, vsmdaq.cli.running, vsmdaq.cli.check, vsmdaq.cli.watch, vsmdaq.cli.reducing, "
        "vsmdaq.report, vsmdaq.cli.safety, vsmdaq.cli.demo, vsmdaq.cli.starter, vsmdaq.cli.sim\n"
        "print(sorted(m for m in sys.modules if m.split('.')[0] in ('vsmdaq_sim', 'pyvisa_vsmsim', 'vsmdaq_configs')))"
    )
    path = [str(ROOT), *(str(folder.parent) for folder in PACKAGES.values())]
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:0] = {path!r}\n{code}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"


def test_a_wheel_puts_our_packages_and_nothing_else_into_site_packages(tmp_path: Path):
    pytest.importorskip("build", reason="a development tool")
    hatchling = pytest.importorskip("hatchling.build", reason="a development tool")
    assert hatchling is not None
    done = subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(ROOT)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        names = wheel.namelist()
    top = {name.split("/")[0] for name in names}
    assert {entry for entry in top if not entry.endswith(".dist-info")} == set(PACKAGES)
    for package in PACKAGES:
        assert f"{package}/py.typed" in names


def test_sizes_are_printed_not_gated(capsys: pytest.CaptureFixture[str]):
    sizes = sorted(((path.read_text("utf-8").count("\n"), name_of(path)) for path in SOURCES), reverse=True)
    with capsys.disabled():
        sys.stdout.write("\nlargest modules: " + ", ".join(f"{name} {lines}" for lines, name in sizes[:5]) + "\n")
    assert sizes
