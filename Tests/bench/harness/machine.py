"""What a run needs on this machine: installs and builds what is missing, and says where it is."""
import datetime
import os
import pathlib
import platform
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]
HOME = ROOT / ".build" / "bench"
PEERS = ROOT / "Tests" / "bench" / "peers"
REQUIREMENTS = ["starlette", "uvicorn", "httptools", "uvloop", "linq-python[webhooks]"]


class Tools:
    linewarden: pathlib.Path
    bench: pathlib.Path
    hummingbird: pathlib.Path
    uvicorn = HOME / "venv" / "bin" / "uvicorn"
    versions: dict
    facts: dict


def prepare(skip_build=False):
    os.environ["SWIFT_BACKTRACE"] = "enable=no"
    HOME.mkdir(parents=True, exist_ok=True)
    tools = Tools()
    release = ROOT / ".build" / "release"
    tools.linewarden, tools.bench = release / "linewarden", release / "linewarden-bench"
    tools.hummingbird = HOME / "hummingbird" / "release" / "peer"
    if not skip_build:
        packages = {"nginx": "nginx", "webhook": "webhook", "curl": "curl"}
        missing = [package for tool, package in packages.items() if not shutil.which(tool)]
        if subprocess.run([sys.executable, "-c", "import venv, ensurepip"], capture_output=True).returncode:
            missing.append("python3-venv")
        run([ROOT / "deploy" / "prerequisites", *missing])
        if not tools.uvicorn.exists():
            run([sys.executable, "-m", "venv", HOME / "venv"])
            run([HOME / "venv" / "bin" / "pip", "install", "-q", *REQUIREMENTS])
        run([ROOT / "deploy" / "build", "linewarden"])
        run([ROOT / "deploy" / "build", "linewarden-bench"])
        run(["swift", "build", "-c", "release", "--package-path", PEERS / "hummingbird-peer",
             "--scratch-path", HOME / "hummingbird"])
    tools.versions, tools.facts = versions(), describe()
    return tools


def run(command):
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(str(word) for word in command)}\n{done.stdout[-4000:]}")


def said(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.stdout.strip()


def versions():
    pip = said(str(HOME / "venv" / "bin" / "pip"), "list", "--format=freeze").split()
    wanted = ("starlette", "uvicorn", "linq-python", "uvloop", "httptools")
    return {
        "Swift": said("swift", "--version").split("Swift version ")[-1].split(" ")[0],
        "nginx": said("nginx", "-v").split("/")[-1],
        "webhook": said("webhook", "-version").split(" ")[-1],
        "Hummingbird": "2.28.1",
        **dict(line.split("==") for line in pip if line.split("==")[0] in wanted),
    }


def describe():
    cpu = [line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")]
    memory = int(next(line.split()[1] for line in open("/proc/meminfo") if line.startswith("MemTotal")))
    system = next((line.split("=")[1].strip().strip('"') for line in open("/etc/os-release")
                   if line.startswith("PRETTY_NAME")), "")
    commit = said("git", "-C", str(ROOT), "describe", "--always", "--dirty")
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "commit": commit, "system": f"{system}, Linux {platform.release()}",
        "processors": f"{len(cpu)} x {cpu[0] if cpu else platform.machine()}",
        "memory": f"{memory / 1048576:.0f} GiB", "load before": f"{os.getloadavg()[0]:.2f}",
    }
