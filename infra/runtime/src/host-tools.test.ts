import { describe, expect, test } from 'vitest';
import { parseLdd } from './host-tools.ts';

describe('parseLdd', () => {
  test('reads libraries and the loader, and leaves out what the kernel provides', () => {
    const output = [
      '\tlinux-vdso.so.1 (0x00007fb883686000)',
      '\tlibpcre2-8.so.0 => /lib/x86_64-linux-gnu/libpcre2-8.so.0 (0x00007fb8835db000)',
      '\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007fb88301e000)',
      '\t/lib64/ld-linux-x86-64.so.2 (0x00007fb883688000)',
    ].join('\n');
    expect(parseLdd(output)).toEqual({
      loader: '/lib64/ld-linux-x86-64.so.2',
      libraries: ['/lib/x86_64-linux-gnu/libpcre2-8.so.0', '/lib/x86_64-linux-gnu/libc.so.6'],
    });
  });

  test('finds the loader of another architecture, also where it is given as a library', () => {
    const output = [
      '\tlinux-vdso.so.1 (0x0000ffff8f9c5000)',
      '\tlibc.so.6 => /lib/aarch64-linux-gnu/libc.so.6 (0x0000ffff8f7c0000)',
      '\t/lib/ld-linux-aarch64.so.1 => /usr/lib/ld-linux-aarch64.so.1 (0x0000ffff8f988000)',
    ].join('\n');
    expect(parseLdd(output)).toEqual({
      loader: '/lib/ld-linux-aarch64.so.1',
      libraries: ['/lib/aarch64-linux-gnu/libc.so.6'],
    });
  });

  test('refuses a program that is linked statically, and one whose library is missing', () => {
    expect(() => parseLdd('\tstatically linked\n')).toThrow('not a dynamically linked program');
    expect(() => parseLdd('\tlibz.so.1 => not found\n')).toThrow('library libz.so.1 is not installed');
  });
});
