import { text } from 'node:stream/consumers';
import { applyPatch } from './apply-patch/apply-patch.ts';
import { formatChanges } from './apply-patch/format-changes.ts';
import { describeFailure } from './tool-host/describe-failure.ts';
import { WorkspacePatchFiles } from './workspace/workspace-patch-files.ts';

const USAGE = "Usage: apply_patch 'PATCH', or apply_patch <<'EOF' with the patch as its lines.\n";

/** The command `apply_patch` of every sandbox: the same engine as the tool, in the directory where it is run. */
async function run([argument, ...rest]: readonly string[]): Promise<number> {
  const patch = argument ?? (process.stdin.isTTY ? '' : await text(process.stdin));
  if (patch.trim() === '' || rest.length > 0) {
    process.stderr.write(USAGE);
    return 2;
  }
  try {
    process.stdout.write(formatChanges(applyPatch(patch, new WorkspacePatchFiles(process.cwd()))));
    return 0;
  } catch (cause) {
    process.stderr.write(`${describeFailure(cause).message}\n`);
    return 1;
  }
}

process.exitCode = await run(process.argv.slice(2));
