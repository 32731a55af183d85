export interface SymbolPattern {
  readonly kind: string;
  /** Matches one line; the group `name` (or `other`) is what is defined there. Anchored, with no repeat that can read the same text in two ways. */
  readonly pattern: RegExp;
}

export interface SymbolLanguage {
  readonly name: string;
  readonly extensions: readonly string[];
  readonly patterns: readonly SymbolPattern[];
}

const symbol = (kind: string, pattern: RegExp): SymbolPattern => ({ kind, pattern });

/** Words that look like a method where a class body is read line by line. */
const NOT_A_METHOD =
  '(?!(?:if|for|while|switch|catch|return|function|new|else|do|with|await|throw|typeof)\\b)';

const ECMASCRIPT: readonly SymbolPattern[] = [
  symbol('class', /^\s*(?:export\s+)?(?:default\s+)?(?:abstract\s+)?class\s+(?<name>[\w$]+)/),
  symbol('function', /^\s*(?:export\s+)?(?:default\s+)?(?:async\s+)?function\s*\*?\s*(?<name>[\w$]+)/),
  symbol('interface', /^\s*(?:export\s+)?(?:declare\s+)?interface\s+(?<name>[\w$]+)/),
  symbol('type', /^\s*(?:export\s+)?(?:declare\s+)?type\s+(?<name>[\w$]+)\s*(?:<.*)?=/),
  symbol('enum', /^\s*(?:export\s+)?(?:declare\s+)?(?:const\s+)?enum\s+(?<name>[\w$]+)/),
  symbol(
    'function',
    /^\s*(?:export\s+)?(?:const|let|var)\s+(?<name>[\w$]+)(?:\s*:[^=]+)?\s*=\s*(?:async\s*)?(?:function\b|\([^)]*\)[^=]*=>|[\w$]+\s*=>)/,
  ),
  symbol('constant', /^(?:export\s+)?const\s+(?<name>[\w$]+)\s*(?::[^=]+)?=/),
  symbol(
    'method',
    new RegExp(
      `^\\s+(?:(?:public|private|protected|static|readonly|override|async|get|set)\\s+)*\\*?${NOT_A_METHOD}(?<name>#?[\\w$]+)\\s*(?:<[^>]*>)?\\([^;]*\\{\\s*$`,
    ),
  ),
];

const C_NAME = String.raw`(?<name>[A-Za-z_]\w*)`;
const C_KEYWORDS = '(?!(?:if|for|while|switch|return|else|do|sizeof|case|goto|typedef)\\b)';

/**
 * Where things are defined, by how the line looks. Approximate by design: no grammar is loaded and nothing is parsed, so
 * that what is written over several lines is missed and text in a comment may be taken for code.
 */
export const SYMBOL_LANGUAGES: readonly SymbolLanguage[] = [
  {
    name: 'TypeScript, JavaScript',
    extensions: ['ts', 'tsx', 'mts', 'cts', 'js', 'jsx', 'mjs', 'cjs', 'vue', 'svelte'],
    patterns: ECMASCRIPT,
  },
  {
    name: 'Python',
    extensions: ['py', 'pyi'],
    patterns: [
      symbol('class', /^\s*class\s+(?<name>\w+)/),
      symbol('function', /^(?:async\s+)?def\s+(?<name>\w+)/),
      symbol('method', /^\s+(?:async\s+)?def\s+(?<name>\w+)/),
      symbol('constant', /^(?<name>[A-Z][A-Z0-9_]*)\s*(?::[^=]+)?=[^=]/),
    ],
  },
  {
    name: 'Go',
    extensions: ['go'],
    patterns: [
      symbol('method', /^func\s+\([^)]*\)\s*(?<name>\w+)/),
      symbol('function', /^func\s+(?<name>\w+)/),
      symbol('type', /^type\s+(?<name>\w+)/),
      symbol('constant', /^(?:const|var)\s+(?<name>\w+)/),
    ],
  },
  {
    name: 'Rust',
    extensions: ['rs'],
    patterns: [
      symbol(
        'function',
        /^\s*(?:pub(?:\([^)]*\))?\s+)?(?:(?:const|async|unsafe|extern\s+"[^"]*")\s+)*fn\s+(?<name>\w+)/,
      ),
      symbol('struct', /^\s*(?:pub(?:\([^)]*\))?\s+)?(?:struct|union)\s+(?<name>\w+)/),
      symbol('enum', /^\s*(?:pub(?:\([^)]*\))?\s+)?enum\s+(?<name>\w+)/),
      symbol('trait', /^\s*(?:pub(?:\([^)]*\))?\s+)?(?:unsafe\s+)?trait\s+(?<name>\w+)/),
      symbol('impl', /^\s*(?:unsafe\s+)?impl(?:<[^>]*>)?\s+(?:[\w:<>, ]+\s+for\s+)?(?<name>\w+)/),
      symbol('type', /^\s*(?:pub(?:\([^)]*\))?\s+)?type\s+(?<name>\w+)/),
      symbol('module', /^\s*(?:pub(?:\([^)]*\))?\s+)?mod\s+(?<name>\w+)/),
      symbol('constant', /^\s*(?:pub(?:\([^)]*\))?\s+)?(?:const|static)\s+(?:mut\s+)?(?<name>[A-Z]\w*)\s*:/),
      symbol('macro', /^\s*macro_rules!\s*(?<name>\w+)/),
    ],
  },
  {
    name: 'Java, Kotlin, C#, Scala, Swift',
    extensions: ['java', 'kt', 'kts', 'cs', 'scala', 'swift'],
    patterns: [
      symbol(
        'class',
        /^\s*(?:@\w+\s+)*(?:(?:public|private|protected|internal|static|final|abstract|sealed|data|open|partial|case)\s+)*(?:class|record|object|struct|actor)\s+(?<name>\w+)/,
      ),
      symbol(
        'interface',
        /^\s*(?:(?:public|private|protected|internal|static|sealed)\s+)*(?:interface|trait|protocol)\s+(?<name>\w+)/,
      ),
      symbol(
        'enum',
        /^\s*(?:(?:public|private|protected|internal|static)\s+)*enum\s+(?:class\s+)?(?<name>\w+)/,
      ),
      symbol(
        'function',
        /^\s*(?:(?:public|private|protected|internal|override|static|final|suspend|inline|open)\s+)*(?:fun|func|def)\s+(?:<[^>]*>\s*)?(?<name>\w+)/,
      ),
      symbol(
        'method',
        /^\s+(?:(?:public|private|protected|internal|static|final|abstract|synchronized|override|virtual|async|default)\s+)+[\w<>[\],.? ]+\s(?<name>\w+)\s*\(/,
      ),
    ],
  },
  {
    name: 'C, C++',
    extensions: ['c', 'h', 'cc', 'cpp', 'cxx', 'hpp', 'hh', 'hxx', 'm', 'mm'],
    patterns: [
      symbol(
        'class',
        /^\s*(?:template\s*<[^>]*>\s*)?(?:typedef\s+)?(?:class|struct|union|enum(?:\s+class)?)\s+(?<name>\w+)(?=\s*(?:[:{]|final\b|$))/,
      ),
      symbol('macro', /^\s*#\s*define\s+(?<name>\w+)/),
      symbol('namespace', /^\s*namespace\s+(?<name>[\w:]+)/),
      symbol('type', /^\s*(?:typedef\s.*\s\**(?<name>\w+)\s*;|using\s+(?<other>\w+)\s*=)/),
      symbol(
        'function',
        new RegExp(
          `^${C_KEYWORDS}(?:[A-Za-z_][\\w:<>,]*[ \\t*&]+)+(?:[A-Za-z_]\\w*::)*~?${C_NAME}\\s*\\([^;]*$`,
        ),
      ),
    ],
  },
  {
    name: 'Ruby',
    extensions: ['rb', 'rake'],
    patterns: [
      symbol('class', /^\s*class\s+(?<name>[\w:]+)/),
      symbol('module', /^\s*module\s+(?<name>[\w:]+)/),
      symbol('method', /^\s*def\s+(?<name>(?:self\.)?[\w?!=]+)/),
    ],
  },
  {
    name: 'PHP',
    extensions: ['php'],
    patterns: [
      symbol('class', /^\s*(?:(?:abstract|final|readonly)\s+)*(?:class|interface|trait|enum)\s+(?<name>\w+)/),
      symbol(
        'function',
        /^\s*(?:(?:public|private|protected|static|abstract|final)\s+)*function\s+&?(?<name>\w+)/,
      ),
    ],
  },
  {
    name: 'Shell',
    extensions: ['sh', 'bash'],
    patterns: [symbol('function', /^\s*(?:function\s+(?<name>[\w:.-]+)|(?<other>[\w:.-]+)\s*\(\)\s*\{?)/)],
  },
];
