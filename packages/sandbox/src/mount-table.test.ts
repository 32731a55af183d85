import { describe, expect, it } from 'vitest';
import { parseMountInfo, targetsBelow } from './mount-table.ts';

const TEXT = `22 1 254:0 / / rw,relatime - ext4 /dev/vda rw
51 22 254:0 /run/d /run/d rw shared:2 - ext4 /dev/vda rw
52 51 0:39 / /run/d/slots/a/scratch rw,nosuid shared:3 master:1 - tmpfs drydock rw
53 51 0:40 / /run/d/slots/a/job/wo\\040rk rw - overlay drydock rw
54 22 0:41 / /run/dx rw - tmpfs t rw
`;

describe('parseMountInfo', () => {
  it('reads targets, also with blanks in them, and which are shared', () => {
    expect(parseMountInfo(TEXT)).toEqual([
      { target: '/', shared: false },
      { target: '/run/d', shared: true },
      { target: '/run/d/slots/a/scratch', shared: true },
      { target: '/run/d/slots/a/job/wo rk', shared: false },
      { target: '/run/dx', shared: false },
    ]);
  });
});

describe('targetsBelow', () => {
  it('gives what was mounted last first, and neither the directory itself nor its neighbours', () => {
    expect(targetsBelow(parseMountInfo(TEXT), '/run/d')).toEqual([
      '/run/d/slots/a/job/wo rk',
      '/run/d/slots/a/scratch',
    ]);
  });
});
