import type { ToolCall, TranscriptLine } from '@drydock/contracts';
import { MessageId } from '@drydock/contracts';
import { describe, expect, it } from 'vitest';
import type { ShownText } from './shown-texts.ts';
import { findShownTexts, findWordsOf } from './shown-texts.ts';

const words = (...texts: string[]): ShownText[] => texts.map((text) => ({ path: 'words.md', text }));
const command = (text: string): ShownText => ({ path: 'command.sh', text });
const called = (input: string, form: ToolCall['form'] = 'function'): TranscriptLine => ({
  type: 'tool_call',
  call: { callId: 'c', name: 'n', input, form },
});
const PATCH = '*** Begin Patch\n*** Add File: a.py\n+x\n*** End Patch';

describe('what a line of the transcript shows', () => {
  it.each<[string, TranscriptLine, ShownText[]]>([
    ['a message of anybody', { type: 'message', role: 'user', text: 'a' }, words('a')],
    [
      'reasoning, whole and in short',
      { type: 'reasoning', id: 'r', summary: ['s'], content: ['t'] },
      words('r', 's', 't'),
    ],
    [
      'a command, and what it writes',
      called('{"cmd":"cat > a.py <<E\\nx\\nE"}'),
      [...words('n', 'c', 'cmd'), command('cat > a.py <<E\nx\nE'), { path: 'a.py', text: 'x' }],
    ],
    ['words in arguments', called('{"why":{"so":"b"}}'), words('n', 'c', 'why', 'so', 'b')],
    [
      'a command as a list',
      called('{"command":["a","b"]}'),
      [...words('n', 'c', 'command'), command('a'), command('b'), command('a b')],
    ],
    [
      'arguments that are no JSON',
      called('{"cmd": "a\\nb'),
      [
        ...words('n', 'c', 'input'),
        ...['{"cmd": "a\nb', 'cmd', 'a\nb', '{"cmd": "a\nb cmd a\nb'].map(command),
      ],
    ],
    [
      'a patch by its files, and as it stands',
      called(PATCH, 'freeform'),
      [...words('n', 'c'), { path: 'a.py', text: 'x' }, ...words(PATCH.replace('+', ''))],
    ],
    [
      'what a cut says anew',
      { type: 'compacted', items: [{ type: 'message', role: 'assistant', text: 'a' }] },
      words('a'),
    ],
    ['nothing of output', { type: 'tool_output', callId: 'c', form: 'function', output: 'o' }, []],
    [
      'nothing of a person, who was heard before',
      {
        type: 'message',
        role: 'user',
        text: 'a',
        messageId: MessageId.parse('msg_01ARZ3NDEKTSV4RRFFQ69G5FAV'),
      },
      [],
    ],
  ])('is %s', (_name, line, texts) => {
    expect(findShownTexts(line)).toEqual(texts);
  });

  it('is every text of a value, its keys with it', () => {
    expect(findWordsOf([undefined, { k: ['a', 1] }, null])).toEqual(words('k', 'a'));
  });
});
