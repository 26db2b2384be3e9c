#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""scxx as other people's projects meet it: installed, inside their tree, or on a machine where
something is missing. One case a run; works in a temporary directory and leaves nothing behind.

usage: package_test.py --source DIR --build DIR CASE
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SKIPPED = 77


class Case:
    """The build under test, a directory to work in, and the steps that the cases share."""

    def __init__(self, source: Path, build: Path, work: Path):
        self.source, self.build, self.work = source, build, work
        self.here = Path(__file__).resolve().parent
        self.cache = dict(re.findall(r"^([A-Za-z_0-9]+):[A-Z]+=(.*)$",
                                     (build / "CMakeCache.txt").read_text(), re.MULTILINE))
        self.prefix = work / "prefix"

    def run(self, *command, ok=True, env=None) -> str:
        """Both outputs of a command; a status other than expected ends the test."""
        done = subprocess.run([str(word) for word in command], text=True, env=env,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if (done.returncode == 0) != ok:
            fail(f"{' '.join(map(str, command))}: status {done.returncode}\n{done.stdout}")
        return done.stdout

    def configure(self, source: Path, build: Path, *options, **kwargs) -> str:
        # The compiler and its warnings are those of the build under test; no optimising, for speed.
        return self.run("cmake", "-S", source, "-B", build, "-G", "Ninja",
                        f"-DCMAKE_C_COMPILER={self.cache['CMAKE_C_COMPILER']}",
                        f"-DCMAKE_CXX_COMPILER={self.cache['CMAKE_CXX_COMPILER']}",
                        "-DCMAKE_CXX_FLAGS=-O0", *options, **kwargs)

    def install(self):
        self.run("cmake", "--install", self.build, "--prefix", self.prefix)

    def ninja(self, build: Path, *arguments) -> str:
        return self.run("ninja", "-C", build, *arguments)

    def nothing_to_do(self, build: Path):
        said = self.ninja(build, "-d", "explain", "-n")
        expect("no work to do" in said, f"a second build has work to do:\n{said}")

    def starts(self, program: Path):
        """The program says its version and its own options."""
        version = self.run(program, "--version").split()
        expect(version[:2] == ["scx_tiny", self.cache["CMAKE_PROJECT_VERSION"]], version)
        said = self.run(program, "--help")
        expect("A number that changes nothing" in said, said)
        said = self.run(program, "--help-stats")
        expect("tasks put on a queue" in said, said)


def fail(what):
    sys.exit(f"FAILED: {what}")


def expect(holds: bool, what):
    if not holds:
        fail(what)


def touch(path: Path):
    """Changes a file's time, and only that."""
    expect(path.is_file(), f"{path} is not there")
    os.utime(path)


def find_package(case: Case):
    """Installed, found, built against, run; and rebuilt when an installed header changes."""
    case.install()
    for path in ("bin/scx_simple", "include/scx/framework/app.h", "include/scxx/bpf/vmlinux/vmlinux.h"):
        expect((case.prefix / path).is_file(), f"{path} was not installed")
    case.run(case.prefix / "bin/scx_simple", "--version")

    build = case.work / "build"
    case.configure(case.here / "consumer", build, f"-DCMAKE_PREFIX_PATH={case.prefix}")
    case.ninja(build)
    case.starts(build / "scx_tiny")
    case.nothing_to_do(build)

    case.ninja(build, "scx_tiny_sim")
    said = case.run(case.prefix / "bin/scxsim", "--scheduler", build / "tiny.sim.so", "--topology", "core:2 pu:1")
    expect("workload hogs, seed 1: 1000.0 ms" in said, said)
    said = case.run(case.prefix / "bin/scxsim", "--scheduler", "simple", "--topology", "core:2 pu:1")
    expect("workload hogs, seed 1: 1000.0 ms" in said, said)

    for header in ("scx/idle.bpf.h", "scx/tables.h", "vmlinux/vmlinux.h"):
        touch(case.prefix / "include/scxx/bpf" / header)
        said = case.ninja(build)
        expect("BPF scx_tiny_bpf: tiny" in said, f"{header} changed and tiny.bpf.c was not compiled:\n{said}")
        case.nothing_to_do(build)

    # The package is a whole: it works from another place than the one it was installed to.
    moved = case.work / "moved"
    case.prefix.rename(moved)
    case.configure(case.here / "consumer", case.work / "again", f"-DCMAKE_PREFIX_PATH={moved}")
    case.ninja(case.work / "again", "scx_tiny_bpf_skeleton")


def add_subdirectory(case: Case):
    """Inside another project's tree: built with it, and nothing of ours that it did not ask for."""
    # A copy: somebody may be at work on the sources.
    copy = case.work / "scxx"
    shutil.copytree(case.source, copy, ignore=shutil.ignore_patterns(".git", "build", "tests"))
    build = case.work / "build"
    case.configure(case.here / "embedded", build, f"-DSCXX_SOURCE={copy}")
    case.ninja(build)
    case.starts(build / "scx_tiny")
    case.nothing_to_do(build)
    touch(copy / "framework/bpf/scx/cmask.bpf.h")
    said = case.ninja(build, "scx_tiny_bpf_skeleton")
    expect("BPF scx_tiny_bpf: tiny" in said, f"a header changed and tiny.bpf.c was not compiled:\n{said}")
    expect(not list(build.rglob("scx_simple")), "the bundled schedulers were built too")
    said = case.run("ctest", "--test-dir", build, "-N")
    expect("Total Tests: 0" in said, f"our tests are in somebody else's project:\n{said}")


def service(case: Case):
    """The systemd unit and the file that it reads: where a distribution has them, and sound."""
    build, root = case.work / "build", case.work / "root"
    case.configure(case.source, build, "-DSCXX_TESTS=OFF", "-DCMAKE_INSTALL_PREFIX=/usr")
    case.run("cmake", "--install", build, "--component", "service", env={**os.environ, "DESTDIR": str(root)})
    unit = root / "usr/lib/systemd/system/scx.service"
    installed = {path.relative_to(root) for path in root.rglob("*") if path.is_file()}
    expect(installed == {unit.relative_to(root), Path("etc/default/scx")}, f"installed: {installed}")
    text = unit.read_text()
    expect("\nEnvironmentFile=-/etc/default/scx\n" in text and "PATH=/usr/bin:" in text, text)
    expect(not re.search(r"@\w+@", text), f"not filled in:\n{text}")

    case.configure(case.source, build, "-DSCXX_SYSTEMD_UNIT_DIR=")
    case.run("cmake", "--install", build, "--component", "service",
             env={**os.environ, "DESTDIR": str(case.work / "none")})
    expect(not (case.work / "none").exists(), "installed without a folder for units")

    if not shutil.which("systemd-analyze"):
        print("skipped: systemd-analyze is not here to read the unit")
        sys.exit(SKIPPED)
    said = case.run("systemd-analyze", "verify", "--man=no", unit)
    expect(not said, said)
    # Its measure of what a service could do, 0 to 100: 18 when this was written.
    case.run("systemd-analyze", "security", "--offline=yes", "--threshold=20", unit)


def kernel_way(case: Case):
    """A scheduler in the kernel's own words compiles unchanged."""
    case.install()
    build = case.work / "build"
    case.configure(case.here / "kernel_way", build, f"-DCMAKE_PREFIX_PATH={case.prefix}")
    case.ninja(build)
    built = build / "kernel_way.dir/kernel_way.linked.o"
    expect(built.is_file(), f"{built} is not there")


def full_vmlinux(case: Case):
    """A scheduler compiles with a whole vmlinux.h in place of our small one."""
    kernels = [Path("/sys/kernel/btf/vmlinux"),
               *Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")).glob("scxx/kernels/*/vmlinux")]
    written = 0
    for kernel in kernels:
        dump = subprocess.run([case.cache["SCXX_BPFTOOL"], "btf", "dump", "file", kernel, "format", "c"],
                              text=True, capture_output=True)
        if dump.returncode != 0 or "struct sched_ext_ops {" not in dump.stdout:
            continue
        written += 1
        headers = case.work / f"vmlinux{written}"
        headers.mkdir()
        (headers / "vmlinux.h").write_text(dump.stdout)
        if written == 1:
            case.install()
        build = case.work / f"build{written}"
        case.configure(case.here / "consumer", build, f"-DCMAKE_PREFIX_PATH={case.prefix}",
                       f"-DSCXX_VMLINUX_DIR={headers}")
        case.ninja(build, "scx_tiny_bpf_skeleton")
    if not written:
        print("skipped: no kernel with sched_ext is here whose types could be taken")
        sys.exit(SKIPPED)


def refused(case: Case, *patterns, options=(), env=None):
    """Configuring fails with one error, which says all of `patterns`."""
    said = case.configure(case.source, case.work / "build", "-DSCXX_TESTS=OFF", *options, ok=False,
                          env={**os.environ, **(env or {})})
    expect(said.count("CMake Error") == 1, f"more than one error:\n{said}")
    text = " ".join(said.split())  # CMake breaks lines where it likes
    for pattern in patterns:
        expect(pattern in text, f"{pattern!r} is not said:\n{said}")


def fake(case: Case, says: str) -> Path:
    """A program that states a version and does nothing else."""
    path = case.work / "fake"
    path.write_text(f"#!/bin/sh\necho '{says}'\n")
    path.chmod(0o755)
    return path


def clang_too_old(case: Case):
    clang = fake(case, "Debian clang version 14.0.6")
    refused(case, "is clang 14.0.6, too old", "tools/setup", "-DSCXX_CLANG=", options=[f"-DSCXX_CLANG={clang}"])


def clang_broken(case: Case):
    refused(case, "/nonexistent/clang does not run", "tools/setup",
            options=["-DSCXX_CLANG=/nonexistent/clang"])


def clang_missing(case: Case):
    refused(case, "clang is missing (19 or newer", "tools/setup",
            options=hidden(case, "SCXX_CLANG", "clang"))


def bpftool_too_old(case: Case):
    refused(case, "is version 7.1.0", "7.5 is needed", "tools/setup",
            options=[f"-DSCXX_BPFTOOL={fake(case, 'bpftool v7.1.0')}"])


def bpftool_missing(case: Case):
    refused(case, "bpftool is missing", "tools/setup", options=hidden(case, "SCXX_BPFTOOL", "bpftool"))


def hidden(case: Case, variable: str, *names):
    """Options that keep CMake from finding programs, wherever they lie: every folder that holds one
    is ignored, and what else is needed is named."""
    folders = {Path(folder) for folder in os.environ["PATH"].split(":") if folder}
    folders |= {Path(f) for f in ("/usr/bin", "/usr/sbin", "/bin", "/sbin", "/usr/local/bin", "/usr/local/sbin")}
    ignored = [f for f in folders if any(list(f.glob(f"{name}*")) for name in names)]
    found = {"SCXX_CLANG": case.cache["SCXX_CLANG"], "SCXX_BPFTOOL": case.cache["SCXX_BPFTOOL"],
             "PKG_CONFIG_EXECUTABLE": shutil.which("pkg-config"), "CMAKE_MAKE_PROGRAM": shutil.which("ninja")}
    del found[variable]
    return [f"-DCMAKE_IGNORE_PATH={';'.join(map(str, ignored))}"] + [f"-D{k}={v}" for k, v in found.items()]


def libbpf_missing(case: Case):
    refused(case, "libbpf is missing (1.5 or newer", "tools/setup", env={"PKG_CONFIG_LIBDIR": "/nonexistent"})


def libbpf_too_old(case: Case):
    (case.work / "libbpf.pc").write_text("Name: libbpf\nDescription: old\nVersion: 1.1.2\nLibs: -lbpf\n")
    refused(case, "libbpf is 1.1.2, too old (1.5 or newer", "tools/setup",
            env={"PKG_CONFIG_LIBDIR": str(case.work)})


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--source", type=Path, required=True)
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("case")
    arguments = parser.parse_args()
    for program in ("cmake", "ninja", "pkg-config"):
        if not shutil.which(program):
            print(f"skipped: {program} is not here")
            sys.exit(SKIPPED)
    with tempfile.TemporaryDirectory(prefix="scxx-package.") as work:
        globals()[arguments.case](Case(arguments.source.resolve(), arguments.build.resolve(), Path(work)))


main()
