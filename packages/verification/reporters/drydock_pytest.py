"""A pytest plugin (pytest >= 6): a start line, then one JSON line per finished test, appended to DRYDOCK_TEST_REPORT.

It runs inside sandboxes, under whatever Python the image has, so it has no dependency. Every line is ASCII: a reader
may cut the file anywhere. A test is `errored` when its setup or teardown fails, or when its file cannot be collected
(the id is then the file's). An expected failure (xfail) is `skipped`; an unexpected pass is `passed`, and `failed`
where the mark is strict, as pytest itself decides. Repeats are numbered by the reader.
"""

import json
import os

MAX_REPORT_BYTES = 16 * 1024 * 1024
MAX_ID_CHARS = 1000
MAX_MESSAGE_CHARS = 2000
# Of all that is reported about one test (setup, call, subtests, teardown), the worst is its status.
SEVERITY = ("passed", "skipped", "failed", "errored")


def pytest_configure(config):
    path = os.environ.get("DRYDOCK_TEST_REPORT")
    # A worker of pytest-xdist tells the controller, and only the controller writes.
    if path and not hasattr(config, "workerinput"):
        root = os.environ.get("DRYDOCK_TEST_ROOT") or os.getcwd()
        rootdir = str(getattr(config, "rootpath", None) or config.rootdir)
        config.pluginmanager.register(ReportWriter(path, root, rootdir), "drydock-report")


class ReportWriter:
    def __init__(self, path, root, rootdir):
        self.path = path
        self.root = root
        self.rootdir = rootdir
        self.written_bytes = 0
        self.open = {}

    def pytest_sessionstart(self):
        self.write({"v": 1, "runner": "pytest"})

    def pytest_collectreport(self, report):
        if report.failed:
            file = self.relative(report.nodeid.split("::")[0])
            self.write_test(report.nodeid, file, ["errored", 0, message_of(report)])

    def pytest_runtest_logreport(self, report):
        if report.when == "setup":
            # A test that is run again starts anew; only its last run is written.
            self.open[report.nodeid] = ["passed", 0, None]
        test = self.open.get(report.nodeid)
        status = status_of(report)
        if test is None or status is None:
            return
        if SEVERITY.index(status) > SEVERITY.index(test[0]):
            test[0] = status
            test[2] = None if status == "skipped" else message_of(report)
        test[1] += report.duration
        if report.when == "teardown":
            del self.open[report.nodeid]
            file, line, _ = report.location
            self.write_test(report.nodeid, self.relative(file), test, line)

    def relative(self, file):
        path = os.path.normpath(os.path.join(self.rootdir, file))
        inside = os.path.relpath(path, self.root)
        return path if inside.startswith("..") else inside

    def write_test(self, node_id, file, test, line=None):
        status, seconds, message = test
        entry = {"v": 1, "id": node_id[:MAX_ID_CHARS], "file": file[:MAX_ID_CHARS], "status": status}
        if line is not None:
            entry["line"] = line + 1
        entry["duration_ms"] = round(seconds * 1000, 3)
        if message:
            entry["message"] = message
        self.write(entry)

    def write(self, entry):
        # The line that passes the limit is still written: a reader then refuses the file as a whole.
        if self.written_bytes > MAX_REPORT_BYTES:
            return
        line = json.dumps(entry) + "\n"
        self.written_bytes += len(line)
        with open(self.path, "a", encoding="ascii") as file:
            file.write(line)


def status_of(report):
    """The status that one phase gives its test; None where it says nothing about it."""
    if report.outcome == "failed":
        return "failed" if report.when == "call" else "errored"
    if report.outcome == "skipped":
        # A skipped subtest (it has a context) does not skip its test.
        return None if hasattr(report, "context") else "skipped"
    return "passed" if report.outcome == "passed" else None


def message_of(report):
    """What the assertion said; where pytest has no such line, the end of the traceback."""
    crash = getattr(report.longrepr, "reprcrash", None)
    if crash is not None:
        return crash.message.strip()[:MAX_MESSAGE_CHARS]
    return str(report.longrepr).strip()[-MAX_MESSAGE_CHARS:]
