import { describe, expect, it } from 'vitest';
import { findPatchCommand } from './find-patch-command.ts';

const PATCH = '*** Begin Patch\n*** Add File: a\n+$x `y`\n*** End Patch';
const at = (workdir: string) => ({ kind: 'patch', call: { patch: PATCH, workdir } });

describe('findPatchCommand', () => {
  it.each([
    [`apply_patch <<'EOF'\n${PATCH}\nEOF`, at('/job/work')],
    [`apply_patch << "PATCH"\n${PATCH}\nPATCH\n`, at('/job/work')],
    [`applypatch <<EOF\r\n${PATCH}\r\nEOF\r\n`, at('/job/work')],
    [`cd sub && apply_patch <<'EOF'\n${PATCH}\nEOF`, at('/job/work/sub')],
    [`cd 'a b' && apply_patch <<'EOF'\n${PATCH}\nEOF`, at('/job/work/a b')],
    [`cd "/job/work/a" &&\n apply_patch <<'EOF'\n${PATCH}\nEOF`, at('/job/work/a')],
    [`cd .. && apply_patch <<'EOF'\n${PATCH}\nEOF`, at('/job')],
    [`apply_patch <<-EOF\n${PATCH.replaceAll(/^/gm, '\t')}\n\tEOF`, at('/job/work')],
    [`  ${PATCH}\n`, { kind: 'bare' }],
    // The rest is for the shell, and for the program of that name.
    [`apply_patch '${PATCH}'`, undefined],
    ['apply_patch < change.patch', undefined],
    [`apply_patch <<'EOF'\n${PATCH}\nEOF\nnpm test`, undefined],
    [`apply_patch <<'EOF' && npm test\n${PATCH}\nEOF`, undefined],
    [`cd $HOME && apply_patch <<'EOF'\n${PATCH}\nEOF`, undefined],
    [`cd a b && apply_patch <<'EOF'\n${PATCH}\nEOF`, undefined],
    [`git apply_patch <<'EOF'\n${PATCH}\nEOF`, undefined],
    [`apply_patch <<'EOF'\n${PATCH}\n\tEOF`, undefined],
    [`echo '${PATCH}'`, undefined],
  ])('of %j finds %j', (cmd, expected) => {
    expect(findPatchCommand({ cmd })).toEqual(expected);
  });

  it('begins where the command does', () => {
    const cmd = `cd deep && apply_patch <<'EOF'\n${PATCH}\nEOF`;
    expect(findPatchCommand({ cmd, workdir: 'sub' })).toEqual(at('/job/work/sub/deep'));
  });

  it('reads the longest command, whatever it holds', () => {
    for (const filling of ['\nEOF x', "apply_patch <<'EOF'\n", '\t\n', 'cd a && ']) {
      const cmd = `apply_patch <<'EOF'\n${filling.repeat(65_536 / filling.length)}`;
      expect(findPatchCommand({ cmd })).toBeUndefined();
    }
  });
});
