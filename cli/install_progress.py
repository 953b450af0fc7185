"""Runs an installer and shows how far it is: `python cli/install_progress.py TITLE TOTAL COMMAND…`.

It runs before anything is installed, as a script, with the standard library alone. TOTAL is the number of
packages, 0 if unknown; pip says ``Collecting`` for each. What the installer says is shown only if it fails.
"""

import subprocess
import sys
import threading
import time

STARTS_PACKAGE = "Collecting "
UNPACKS = "Installing collected packages"

TERMINAL_SECONDS, LOG_SECONDS = 0.5, 10.0
"""Between two notes: on a terminal, where one replaces the other, and elsewhere."""


class Progress:
    """How far the installer is, as a line."""

    def __init__(self, title: str, total: int) -> None:
        self.title, self.total, self.packages = title, total, 0
        self.unpacks = False
        self.started = time.monotonic()
        self.ended = threading.Event()

    def take(self, line: str) -> None:
        """Note a line of the installer's output."""
        self.packages += line.startswith(STARTS_PACKAGE)
        self.unpacks = self.unpacks or line.startswith(UNPACKS)

    def __str__(self) -> str:
        """Such as ``Python packages: 12 of 83, 9 s``."""
        count = f"{min(self.packages, self.total)} of {self.total}, " if self.total and self.packages else ""
        stage = "unpacking, " if self.unpacks else count
        return f"  {self.title}: {stage}{time.monotonic() - self.started:.0f} s"

    def show(self) -> None:
        """Print notes until the installer has ended."""
        on_terminal = sys.stderr.isatty()
        while not self.ended.wait(TERMINAL_SECONDS if on_terminal else LOG_SECONDS):
            sys.stderr.write(f"\r{self}\x1b[K" if on_terminal else f"{self}\n")
            sys.stderr.flush()
        sys.stderr.write(f"\r{self}, done\x1b[K\n" if on_terminal else f"{self}, done\n")


def main(title: str, total: int, command: list[str]) -> int:
    """Run the command; its exit status."""
    progress, output = Progress(title, total), list[str]()
    notes = threading.Thread(target=progress.show)
    notes.start()
    with subprocess.Popen(  # noqa: S603  # the Makefile's own command
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as installer:
        for line in installer.stdout or ():
            output.append(line)
            progress.take(line)
    progress.ended.set()
    notes.join()
    if installer.returncode:
        sys.stderr.write("".join(output))
    return installer.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), sys.argv[3:]))
