"""Which tests go to one process: those of a file, and all that share a browser.

pytest-xdist hands out whole files, so three files would start three browsers.
"""

from xdist.scheduler import LoadFileScheduling

ONE_PROCESS = "tests/browser/"


class Scheduling(LoadFileScheduling):
    def _split_scope(self, nodeid: str) -> str:
        return ONE_PROCESS if nodeid.startswith(ONE_PROCESS) else super()._split_scope(nodeid)
