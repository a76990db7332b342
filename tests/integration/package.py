# SPDX-License-Identifier: BSD-3-Clause
"""What gets installed: the tree of `meson install`, and the Debian package, built once however many processes test."""

import contextlib
import fcntl
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from daemon import BUILD
from netns import run

SOURCE = Path(__file__).resolve().parents[2]
TOOLS = ("dpkg-buildpackage", "dh", "lintian", "scdoc")


def shared_directory(tmp_path_factory):
    """The same for all processes of this run."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base


@contextlib.contextmanager
def one_at_a_time(path):
    with open(path, "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def copy_source(target):
    """The tree as it is now, without what was built in it."""
    def left_out(directory, names):
        top = Path(directory) == SOURCE
        return [name for name in names if name in (".git", "__pycache__", ".pytest_cache")
                or (top and name.startswith("build"))]

    shutil.copytree(SOURCE, target, symlinks=True, ignore=left_out)


def packaging_environment():
    """With Debian's own compiler and flags, whichever the tests of this run are built with."""
    return {**{name: value for name, value in os.environ.items()
               if name not in ("CC", "CXX", "CFLAGS", "CPPFLAGS", "LDFLAGS")},
            # The unit tests have run already.
            "DEB_BUILD_OPTIONS": "nocheck parallel=2"}


def build(directory):
    """Builds source and binary package in the folder, as for an upload."""
    source = directory / "signpost"
    copy_source(source)
    version = run("dpkg-parsechangelog", "--file", source / "debian" / "changelog", "--show-field", "Version")
    run("tar", "-C", directory, "--exclude=signpost/debian", "-czf",
        directory / f"signpost_{version.rsplit('-', 1)[0]}.orig.tar.gz", "signpost")
    with (directory / "log").open("w") as log:
        done = subprocess.run(["dpkg-buildpackage", "-us", "-uc"], cwd=source, stdin=subprocess.DEVNULL, stdout=log,
                              stderr=log, env=packaging_environment())
    shutil.rmtree(source)
    (directory / "status").write_text(str(done.returncode))


def built_package(tmp_path_factory):
    """The folder with the package, its .changes and the log of its making."""
    missing = [tool for tool in TOOLS if not shutil.which(tool)]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")
    shared = shared_directory(tmp_path_factory)
    directory = shared / "package"
    with one_at_a_time(shared / "package.lock"):
        if not directory.exists():
            directory.mkdir()
            build(directory)
    assert (directory / "status").read_text() == "0", (directory / "log").read_text()[-6000:]
    return directory


def package_file(directory):
    return next(directory.glob("signpost_*.deb"))


def sanitized():
    options = json.loads(run("meson", "introspect", "--buildoptions", BUILD))
    return next(option["value"] for option in options if option["name"] == "b_sanitize") != "none"


def installed_tree(tmp_path_factory):
    """What is installed, as a folder: of the build under test; but of the package if that is a build with sanitizers,
    which look for leaks with ptrace(2): no sandbox lets them."""
    shared = shared_directory(tmp_path_factory)
    tree = shared / "tree"
    if not shutil.which("meson"):
        pytest.skip("not installed: meson")
    package = package_file(built_package(tmp_path_factory)) if sanitized() else None
    with one_at_a_time(shared / "tree.lock"):
        if not tree.exists():
            if package:
                run("dpkg-deb", "--extract", package, tree)
            else:
                install(tree)
    return tree


def install(tree):
    done = subprocess.run(["meson", "install", "-C", BUILD, "--no-rebuild", "--quiet"], capture_output=True, text=True,
                          env={**os.environ, "DESTDIR": str(tree)})
    assert done.returncode == 0, f"meson install (is everything built?):\n{done.stdout}{done.stderr}"
