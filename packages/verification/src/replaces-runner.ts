/** What Python imports for a runner or linter of tests: files of these names, found first, are run in their place. */
const PYTHON_RUNNERS =
  /^(?:_?pytest|pluggy|iniconfig|drydock_pytest|xdist|(?:site|user)customize|unittest|flake8|pycodestyle|pyflakes|mccabe|pylint|astroid|ruff|mypy)$/;

/**
 * Modules that pytest, unittest or flake8 import before any test. `python3 -m …` looks into the root of the repository
 * before it looks into the standard library, so there, and only there, a file of such a name is one of the runner's.
 */
const RUNNER_MODULES = new Set(
  `__future__ abc argparse ast asyncio attr base64 bdb bisect bz2 cProfile calendar cmd code codecs codeop collections
  configparser contextlib contextvars copy copyreg csv dataclasses datetime decimal difflib dis doctest email encodings
  enum exceptiongroup faulthandler fnmatch fractions functools genericpath getpass gettext glob hashlib heapq http
  importlib inspect io ipaddress itertools json keyword linecache locale logging lzma math multiprocessing ntpath numbers
  opcode operator optparse os packaging pathlib pdb pickle pkgutil platform posixpath pprint py pygments queue quopri
  random re reprlib runpy selectors shlex shutil signal site socket stat string struct subprocess sys sysconfig tempfile
  textwrap threading time timeit token tokenize tomli tomllib traceback types typing typing_extensions urllib uuid
  warnings weakref xml zipfile zipimport zoneinfo`.split(/\s+/),
);

/** A file, compiled file, or package that Python would import as `name`; a link of the bare name can be a package. */
const PYTHON_MODULE = /^(?<name>\w+)(?:\.pyc?|\.(?:[^/]*\.)?so|\/__init__\.(?:[^/]*\.)?(?:pyc?|so))?$/;

/** Configuration that says which program runs a script. */
const RUNNER_CONFIGURATION = /(?:^|\/)\.(?:npmrc|yarnrc(?:\.yml)?)$/;
const TEST_DIRECTORY = /^(?:tests?|specs?|__tests__|fixtures|testdata)$/i;

/** Whether a patch with this path puts something in the place of what runs the tests: its results prove nothing. */
export function replacesRunner(path: string): boolean {
  if (RUNNER_CONFIGURATION.test(path) || isInstalled(path)) return true;
  const atRoot = PYTHON_MODULE.exec(path)?.groups?.['name'];
  if (atRoot !== undefined && (RUNNER_MODULES.has(atRoot) || PYTHON_RUNNERS.test(atRoot))) return true;
  return ancestorsOf(path).some((inner) => {
    const name = PYTHON_MODULE.exec(inner)?.groups?.['name'];
    return name !== undefined && inner !== name && PYTHON_RUNNERS.test(name);
  });
}

/** The path as seen from every directory above it: each can be in Python's path. */
function ancestorsOf(path: string): string[] {
  const parts = path.split('/');
  return parts.map((_, depth) => parts.slice(depth).join('/'));
}

/** `node_modules` holds the runners and is in the PATH of npm's scripts. Below tests it is what they test with. */
function isInstalled(path: string): boolean {
  const parts = path.split('/');
  const depth = parts.indexOf('node_modules');
  return depth !== -1 && !parts.slice(0, depth).some((part) => TEST_DIRECTORY.test(part));
}
