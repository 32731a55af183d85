/**
 * A node:test reporter: a start line, then one JSON line per finished test. It runs inside sandboxes, under whatever
 * Node the image has (>= 18.19), so it has no dependency. With DRYDOCK_TEST_REPORT lines are appended to that file,
 * because several runners of one command may report; without it they are the reporter's output. Every line is ASCII:
 * a reader may cut the file anywhere.
 *
 * A test is what Node counts as one: everything but suites, tests that have subtests included. A file or a suite
 * that breaks by itself is an entry too, `errored`, named after the file or suite. A file that merely ends well is none,
 * although Node counts it: any code under test that calls `process.exit(0)` would pass. Repeats are numbered by the reader.
 */
import { appendFileSync } from 'node:fs';
import { isAbsolute, relative, resolve } from 'node:path';
import { Transform } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';

const MAX_REPORT_BYTES = 16 * 1024 * 1024;
const MAX_ID_CHARS = 1000;
const MAX_MESSAGE_CHARS = 2000;
/** Failures of something other than the test's own code. */
const NOT_RUN_TO_ITS_END = new Set(['cancelledByParent', 'hookFailed', 'testAborted']);
const FAILURES = new Set(['failed', 'errored']);

// oxlint-disable-next-line node/no-process-env -- the environment is the only way into a test runner
const { DRYDOCK_TEST_REPORT: reportPath, DRYDOCK_TEST_ROOT: root = process.cwd() } = process.env;

/** Names of the open suites and tests, by nesting. Start events come in the order of the results. */
const openNames = [];
/** What each file last printed to stderr: why it could not be loaded is said there and nowhere else. */
const stderrTails = new Map();
let writtenBytes = 0;

// oxlint-disable-next-line import/no-default-export -- node:test loads a reporter by its default export
export default new Transform({
  writableObjectMode: true,
  transform(event, _encoding, done) {
    if (writtenBytes === 0) write(this, { v: 1, runner: 'node:test' });
    const entry = toEntry(event);
    if (entry !== undefined) write(this, entry);
    done();
  },
});

function toEntry({ type, data }) {
  if (type === 'test:start') {
    openNames.length = data.nesting;
    openNames.push(data.name);
  } else if (type === 'test:stderr') {
    const path = resolve(data.file);
    stderrTails.set(path, ((stderrTails.get(path) ?? '') + data.message).slice(-MAX_MESSAGE_CHARS));
  } else if (type === 'test:pass' || type === 'test:fail') {
    return toResult(type === 'test:pass', data);
  }
  return undefined;
}

function toResult(hasPassed, data) {
  const isSuite = data.details.type === 'suite';
  const path = toPath(data.file);
  const isFile = data.nesting === 0 && resolve(data.name) === path;
  if (hasPassed && (isFile || isSuite)) return undefined;
  if (isSuite && failureOf(data) === 'subtestsFailed') return undefined;
  const hasBroken = isFile || isSuite || NOT_RUN_TO_ITS_END.has(failureOf(data));
  return describeTest(data, { path, isFile, status: toStatus(hasPassed, hasBroken, data) });
}

function describeTest(data, { path, isFile, status }) {
  const file = toRelative(path).slice(0, MAX_ID_CHARS);
  return {
    v: 1,
    ...(isFile ? { id: file } : { id: `${file}::${toName(data)}`.slice(0, MAX_ID_CHARS), line: data.line }),
    file,
    status,
    duration_ms: data.details.duration_ms,
    ...(FAILURES.has(status) && { message: toMessage(data, isFile && stderrTails.get(path)) }),
  };
}

const toName = ({ name, nesting }) => [...openNames.slice(0, nesting), name].join(' > ');
const failureOf = ({ details }) => details.error?.failureType;

function toStatus(hasPassed, hasBroken, { skip, todo }) {
  if ([skip, todo].some((mark) => mark !== undefined && mark !== false)) return 'skipped';
  if (hasPassed) return 'passed';
  return hasBroken ? 'errored' : 'failed';
}

/** What was thrown; of a broken file, the last that it printed. */
function toMessage({ details: { error } }, stderrTail) {
  const cause = error.cause ?? error;
  const text = stderrTail || (typeof cause.message === 'string' ? cause.message : inspect(cause));
  const ending = error.exitCode === undefined ? '' : ` (ended with ${error.exitCode ?? error.signal})`;
  return text.trim().slice(0, MAX_MESSAGE_CHARS - ending.length) + ending;
}

/** Node 18 names files of ES modules by URL, and code that is in no file by nothing. */
function toPath(file = resolve('[eval]')) {
  return file.startsWith('file:') ? fileURLToPath(file) : file;
}

function toRelative(path) {
  const inside = relative(root, path);
  return inside.startsWith('..') || isAbsolute(inside) ? path : inside;
}

function write(stream, entry) {
  // The line that passes the limit is still written: a reader then refuses the file as a whole.
  if (writtenBytes > MAX_REPORT_BYTES) return;
  const line = `${JSON.stringify(entry).replaceAll(/[\u007F-\uFFFF]/g, toEscape)}\n`;
  writtenBytes += line.length;
  if (reportPath) appendFileSync(reportPath, line);
  else stream.push(line);
}

function toEscape(character) {
  return String.raw`\u` + character.charCodeAt(0).toString(16).padStart(4, '0');
}
