/** One message of an event stream (WHATWG HTML, section 9.2). */
export interface ServerSentEvent {
  /** The last id seen on the stream, '' before the first. */
  readonly id: string;
  readonly event: string;
  readonly data: string;
}

/** Largest message in characters: a server that never ends one must not fill the memory of its client. */
const MAX_MESSAGE_CHARS = 8 << 20;

/**
 * Parses an event stream, whatever the chunks cut apart. A message that the stream ends in the middle of is left
 * out, as the standard says. Throws where a message is larger than 8 Mi characters.
 */
export async function* parseServerSentEvents(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<ServerSentEvent, void> {
  const message = new Message();
  for await (const line of splitLines(chunks)) {
    const complete = message.take(line);
    if (complete) yield complete;
  }
}

class Message {
  #id = '';
  #event = '';
  #data: string[] = [];
  #chars = 0;

  /** Takes one line; gives a message where an empty line ends one that has data. */
  take(line: string): ServerSentEvent | undefined {
    if (line === '') return this.#end();
    this.#chars += line.length;
    if (this.#chars > MAX_MESSAGE_CHARS)
      throw new Error('the event stream holds a message that is too large');
    const [, field = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (field === 'data') this.#data.push(value);
    else if (field === 'event') this.#event = value;
    else if (field === 'id' && !value.includes('\0')) this.#id = value;
    return undefined;
  }

  #end(): ServerSentEvent | undefined {
    const complete =
      this.#data.length === 0
        ? undefined
        : { id: this.#id, event: this.#event || 'message', data: this.#data.join('\n') };
    this.#event = '';
    this.#data = [];
    this.#chars = 0;
    return complete;
  }
}

/** Lines may end in LF, CRLF or CR, and a chunk may end between the CR and the LF of one. */
async function* splitLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string, void> {
  const decoder = new TextDecoder();
  let rest = '';
  let skipLineFeed = false;
  for await (const chunk of chunks) {
    let text = decoder.decode(chunk, { stream: true });
    if (text === '') continue;
    if (skipLineFeed && text.startsWith('\n')) text = text.slice(1);
    skipLineFeed = text.endsWith('\r');
    const lines = (rest + text).split(/\r\n|\r|\n/);
    rest = lines.pop() ?? '';
    if (rest.length > MAX_MESSAGE_CHARS) throw new Error('the event stream holds a line that is too large');
    yield* lines;
  }
}
