import { describe, expect, test } from 'vitest';
import { findLanguage, readSymbols } from './read-symbols.ts';
import { SYMBOL_LANGUAGES } from './symbol-patterns.ts';

const found = (path: string, source: string) =>
  readSymbols(path, source).map(({ line, kind, name }) => `${line} ${kind} ${name}`);

/** Per language: what is found, and what only looks like it. */
const EXAMPLES: Readonly<Record<string, readonly [source: string, symbols: readonly string[]]>> = {
  'a.ts': [
    `import x from 'x';
export abstract class Server<T> extends Base {
  private async start(port: number): Promise<void> {
    if (port > 1) {
    for (const x of y) {
  get #secret() {
}
export default async function main() {
export const run = async (args: string[]) => 1;
const LIMIT: number = 5;
export interface Port {
type Id = string;
export const enum Kind {`,
    [
      '2 class Server',
      '3 method start',
      '6 method #secret',
      '8 function main',
      '9 function run',
      '10 constant LIMIT',
      '11 interface Port',
      '12 type Id',
      '13 enum Kind',
    ],
  ],
  'a.py': [
    `class Tool(Base):
    def run(self):
async def main():
MAX_SIZE = 3
if x == 1:
# def not_this`,
    ['1 class Tool', '2 method run', '3 function main', '4 constant MAX_SIZE'],
  ],
  'a.go': [
    `package main
func main() {
func (s *Server) Start(port int) error {
type Server struct {
var ErrGone = errors.New("gone")`,
    ['2 function main', '3 method Start', '4 type Server', '5 constant ErrGone'],
  ],
  'a.rs': [
    `pub(crate) async fn start() -> Result<()> {
impl<T> Display for Server<T> {
pub struct Server<T> {
macro_rules! say {
const MAX: usize = 1;
    let x = 1;`,
    ['1 function start', '2 impl Server', '3 struct Server', '4 macro say', '5 constant MAX'],
  ],
  'A.java': [
    `public final class Server implements Runnable {
    public static void main(String[] args) {
    return new Server();
interface Port {`,
    ['1 class Server', '2 method main', '4 interface Port'],
  ],
  'a.c': [
    `#define LIMIT 5
struct server {
static int start(const char *host, int port)
  if (start(a, b)) {
int declared(void);
return start(a)`,
    ['1 macro LIMIT', '2 class server', '3 function start'],
  ],
  'a.cpp': ['void Server::start(int port) {\nnamespace app {', ['1 function start', '2 namespace app']],
  'a.rb': [
    'module App\nclass Server < Base\n  def start!',
    ['1 module App', '2 class Server', '3 method start!'],
  ],
  'a.php': [
    'final class Server {\n  public function start(int $port)',
    ['1 class Server', '2 function start'],
  ],
  'a.sh': ['start() {\nfunction stop {\necho start', ['1 function start', '2 function stop']],
};

describe('readSymbols', () => {
  test.each(Object.entries(EXAMPLES))('finds what %s defines', (path, [source, symbols]) => {
    expect(found(path, source)).toEqual(symbols);
  });

  test('has an example of every language', () => {
    const shown = Object.keys(EXAMPLES).map((path) => findLanguage(path)?.name);
    expect(SYMBOL_LANGUAGES.filter(({ name }) => !shown.includes(name))).toEqual([]);
  });

  test('takes a part of a name in any case, and nothing of a language that it does not know', () => {
    expect(readSymbols('a.py', 'def alpha():\ndef beta():', 'BET').map(({ name }) => name)).toEqual(['beta']);
    expect(readSymbols('a.txt', 'def alpha():')).toEqual([]);
  });

  test.each([
    'a '.repeat(200),
    'a& '.repeat(133),
    'pub '.repeat(100),
    `export const x${' '.repeat(380)}`,
    `  ${'(a'.repeat(190)}`,
    '<'.repeat(399),
    `impl ${': '.repeat(195)}`,
    `  public ${'a '.repeat(190)}`,
  ])('is done with %j at once', (line) => {
    for (const { extensions } of SYMBOL_LANGUAGES) {
      // A pattern that tries every way to read this would not end before the test does.
      expect(readSymbols(`a.${extensions[0]}`, `${line}\n`.repeat(20))).toHaveLength(0);
    }
  });
});
