import type { SecurityCase } from '../security-case.ts';
import { withBind, withHost, withTmpfs } from '../weaken.ts';

const MIB = 1_024 * 1_024;

/** What the guest may use up: its own share. Limits are those of the suite's sandboxes, see suite-host.ts. */
export const RESOURCE_CASES: readonly SecurityCase[] = [
  {
    class: 'resources',
    claim: 'a fork bomb ends at the limit of processes',
    probe: `
def bomb():
    children = []
    try:
        for _ in range(1200):
            children.append(os.posix_spawn("/bin/sleep", ["sleep", "60"], {}))
        return len(children)
    finally:
        for child in children:
            os.kill(child, 9)
        for child in children:
            os.waitpid(child, 0)
attempt("1,200 processes", bomb)`,
    weaken: withHost({ PidsLimit: 4_096, Memory: 4_096 * MIB, MemorySwap: 4_096 * MIB }),
    boundaries: ['runc'],
  },
  {
    class: 'resources',
    claim: 'memory ends at the limit, and only for who takes it',
    probe: `
def take():
    child = os.fork()
    if child == 0:
        held = bytearray(900 << 20)
        for at in range(0, len(held), 4096):
            held[at] = 1
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    return "it has it" if status == 0 else refused("killed by %d" % (status & 127))
attempt("900 MiB", take)`,
    weaken: withHost({ Memory: 2_048 * MIB, MemorySwap: 2_048 * MIB }),
    boundaries: ['runc'],
  },
  fillCase('/tmp', 300, withTmpfs('/tmp', `rw,mode=1777,size=${512 * MIB}`)),
  fillCase('/dev/shm', 80, withHost({ ShmSize: 256 * MIB })),
  fillCase('/job/work', 48, withBind('dir', '/job/work')),
  fillCase('/job/home', 48, withBind('dir', '/job/home')),
  {
    class: 'resources',
    claim: 'empty files end at the limit of inodes',
    probe: `
def fill():
    os.mkdir("/tmp/many")
    made = 0
    try:
        for made in range(70000):
            os.mknod("/tmp/many/%d" % made)
        return made
    finally:
        for name in range(made + 1):
            try:
                os.unlink("/tmp/many/%d" % name)
            except FileNotFoundError:
                pass
        os.rmdir("/tmp/many")
attempt("70,000 files", fill)`,
    weaken: withTmpfs('/tmp', 'rw,exec,nosuid,nodev,mode=1777,size=268435456'),
    boundaries: ['runc'],
  },
  {
    class: 'resources',
    claim: 'open files end at the limit of descriptors',
    probe: `
def open_many():
    import resource
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (5000, 5000))
        return "raised"
    except ValueError as error:
        refused(str(error))
attempt("5,000 descriptors", open_many)`,
    weaken: withHost({ Ulimits: [{ Name: 'nofile', Soft: 8_192, Hard: 8_192 }] }),
  },
];

function fillCase(place: string, mib: number, weaken: SecurityCase['weaken']): SecurityCase {
  return {
    class: 'resources',
    claim: `what is written to ${place} ends at its size`,
    probe: `
def fill():
    path = ${JSON.stringify(`${place}/.filler`)}
    block = os.urandom(1 << 20)
    try:
        with open(path, "wb", buffering=0) as file:
            for _ in range(${mib}):
                if file.write(block) != len(block):
                    refused("short write")
        return path
    finally:
        os.unlink(path)
attempt("${mib} MiB", fill)`,
    weaken,
    boundaries: ['runc'],
  };
}
