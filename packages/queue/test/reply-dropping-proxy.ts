import { once } from 'node:events';
import type { Server } from 'node:net';
import { connect, createServer } from 'node:net';

/** A door to Redis that can lose a reply: the command arrives, and the connection breaks before its answer does. */
export class ReplyDroppingProxy implements AsyncDisposable {
  readonly path: string;
  readonly #server: Server;
  #isArmed = false;
  dropped = 0;

  private constructor(redisSocket: string) {
    this.path = `${redisSocket}.proxy`;
    this.#server = createServer((client) => {
      const upstream = connect(redisSocket);
      const end = () => {
        client.destroy();
        upstream.destroy();
      };
      client
        .on('data', (bytes) => upstream.write(bytes))
        .on('close', end)
        .on('error', end);
      upstream.on('close', end).on('error', end);
      upstream.on('data', (bytes) => {
        if (!this.#isArmed) {
          client.write(bytes);
          return;
        }
        this.#isArmed = false;
        this.dropped += 1;
        end();
      });
    });
  }

  static async start(redisSocket: string): Promise<ReplyDroppingProxy> {
    const proxy = new ReplyDroppingProxy(redisSocket);
    proxy.#server.listen(proxy.path);
    await once(proxy.#server, 'listening');
    return proxy;
  }

  dropNextReply(): void {
    this.#isArmed = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    await once(this.#server, 'close');
  }
}
