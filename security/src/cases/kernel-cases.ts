import type { SecurityCase } from '../security-case.ts';
import { asRoot, asRootWithDevice, withBind, withHost, withoutFilter } from '../weaken.ts';

const X64_ONLY = 'if platform.machine() == "x86_64":';

/** What the kernel offers to those who may. */
export const KERNEL_CASES: readonly SecurityCase[] = [
  {
    class: 'kernel interfaces',
    claim: 'settings of the kernel cannot be opened for writing',
    probe: `
for path in ["kernel/core_pattern", "kernel/modprobe", "kernel/hostname", "vm/drop_caches", "fs/file-max"]:
    attempt(path, lambda: write_only("/proc/sys/" + path))
attempt("sysrq", lambda: write_only("/proc/sysrq-trigger"))
attempt("uevent", lambda: write_only("/sys/kernel/uevent_helper"))`,
    weaken: asRootWithDevice,
  },
  {
    class: 'kernel interfaces',
    claim: 'memory, keys, firmware and symbols of the kernel cannot be read',
    probe: `
attempt("kcore", lambda: os.read(os.open("/proc/kcore", os.O_RDONLY), 16) or refused("empty"))
attempt("keys", lambda: text_of("/proc/keys") or refused("empty"))
attempt("timers", lambda: text_of("/proc/timer_list") or refused("empty"))
attempt("firmware", lambda: none_of(os.listdir("/sys/firmware")))
attempt("symbols", lambda: none_of(l for l in text_of("/proc/kallsyms").splitlines()[:50] if not l.startswith("0000000000000000")))
attempt("kmsg", lambda: os.open("/dev/kmsg", os.O_RDONLY))`,
    weaken: asRootWithDevice,
  },
  {
    class: 'kernel interfaces',
    claim: 'a cgroup cannot be made, joined or given a release agent',
    probe: `
root = "/sys/fs/cgroup"
for name in [""] + (os.listdir(root) if os.path.isdir(root) else []):
    path = os.path.join(root, name, "probe")
    attempt("mkdir " + path, lambda: os.mkdir(path) or os.rmdir(path) or path)
    attempt("join " + path, lambda: write_only(os.path.join(root, name, "cgroup.procs")))
attempt("agent", lambda: write_only(root + "/memory/release_agent"))`,
    weaken: withBind('dir', '/sys/fs/cgroup'),
  },
  {
    class: 'namespaces and mounts',
    claim: 'no namespace of any kind can be made or entered',
    probe: `
for name, flag in [("user", 0x10000000), ("mount", 0x20000), ("pid", 0x20000000), ("net", 0x40000000), ("ipc", 0x8000000), ("uts", 0x4000000), ("cgroup", 0x2000000)]:
    attempt("unshare " + name, lambda: c("unshare", flag))
    attempt("clone " + name, lambda: call(56 if platform.machine() == "x86_64" else 220, flag | 17, 0, 0, 0, 0) or os._exit(0))
attempt("setns", lambda: c("setns", os.open("/proc/1/ns/net", os.O_RDONLY), 0))
attempt("clone3", lambda: call(435, 0, 0))`,
    weaken: asRoot,
    boundaries: ['runc'],
  },
  {
    class: 'namespaces and mounts',
    claim: 'nothing can be mounted, unmounted, pivoted or chrooted',
    probe: `
os.makedirs("/tmp/probe", exist_ok=True)
attempt("chroot", lambda: os.chroot("/"))
attempt("mount tmpfs", lambda: c("mount", b"x", b"/tmp/probe", b"tmpfs", 0, None))
attempt("mount proc", lambda: c("mount", b"x", b"/tmp/probe", b"proc", 0, None))
attempt("remount /", lambda: c("mount", b"x", b"/", None, 0x20 | 0x1000, None))
attempt("umount /job/work", lambda: c("umount2", b"/job/work", 2))
attempt("fsopen", lambda: call(430, ctypes.c_char_p(b"tmpfs"), 0))
attempt("open_tree", lambda: call(428, ctypes.c_ulong(2**64 - 100), ctypes.c_char_p(b"/"), 1))`,
    weaken: asRoot,
  },
  {
    class: 'privileges',
    claim: 'no process holds or may gain a capability',
    probe: `
for line in text_of("/proc/self/status").splitlines():
    if line.startswith("Cap"):
        attempt(line.split(":")[0], lambda: refused("zero") if int(line.split()[1], 16) == 0 else line)
attempt("no_new_privs", lambda: refused("set") if libc.prctl(39, 0, 0, 0, 0) == 1 else "not set")`,
    weaken: asRoot,
  },
  {
    class: 'privileges',
    claim: 'a filter of system calls is in force',
    probe: `attempt("mode", lambda: refused("filtered") if "Seccomp:\\t2" in text_of("/proc/self/status") else "none")`,
    weaken: withoutFilter,
    boundaries: ['runc'],
  },
  {
    class: 'privileges',
    claim: 'nobody becomes another user, and no program is set to',
    probe: `
for uid in [0, 1, os.getuid() - 1]:
    attempt("setuid %d" % uid, lambda: os.setuid(uid))
    attempt("chown to %d" % uid, lambda: (open("/tmp/owned", "w").close(), os.chown("/tmp/owned", uid, uid)))
def setuid_files():
    for top in ["/bin", "/sbin", "/usr", "/opt", "/lib"]:
        for folder, _, names in os.walk(top):
            for name in names:
                if os.lstat(os.path.join(folder, name)).st_mode & 0o6000:
                    yield os.path.join(folder, name)
attempt("setuid files", lambda: none_of(setuid_files()))`,
    weaken: asRoot,
  },
  {
    class: 'system calls',
    claim: 'sockets are of local, internet and routing families only',
    probe: `
for name, family, protocol in [("packet", 17, 3), ("alg", 38, 0), ("vsock", 40, 0), ("xdp", 44, 0), ("key", 15, 2), ("netfilter", 16, 12), ("audit", 16, 9), ("uevent", 16, 15)]:
    attempt(name, lambda: call(41 if platform.machine() == "x86_64" else 198, family, 3, protocol))`,
    weaken: asRoot,
    boundaries: ['runc'],
  },
  {
    class: 'system calls',
    claim: 'calls that exploits are made of do not exist for the guest',
    probe: `
attempt("io_uring", lambda: call(425, 1, ctypes.create_string_buffer(120)))
attempt("userfaultfd", lambda: call(323 if platform.machine() == "x86_64" else 282, 1))
attempt("bpf", lambda: call(321 if platform.machine() == "x86_64" else 280, 0, ctypes.create_string_buffer(b"\\x02\\0\\0\\0\\x04\\0\\0\\0\\x04\\0\\0\\0\\x01", 72), 72))
attempt("keyctl", lambda: call(250 if platform.machine() == "x86_64" else 219, 0, 2**64 - 3, 1))
attempt("perf", lambda: call(298 if platform.machine() == "x86_64" else 241, ctypes.create_string_buffer(b"\\x01\\0\\0\\0\\x70", 112), 0, 2**64 - 1, 2**64 - 1, 0))
attempt("name_to_handle_at", lambda: call(303 if platform.machine() == "x86_64" else 264, 2**64 - 100, ctypes.c_char_p(b"/tmp"), ctypes.create_string_buffer(b"\\x80", 144), ctypes.create_string_buffer(8), 0))`,
    weaken: asRoot,
    boundaries: ['runc'],
  },
  {
    class: 'system calls',
    claim: 'calls of another bit width end the process that makes them',
    probe: `
${X64_ONLY}
    def survives(act):
        child = os.fork()
        if child == 0:
            act()
            os._exit(0)
        status = os.waitpid(child, 0)[1]
        return "it went on" if os.WIFEXITED(status) and os.WEXITSTATUS(status) == 0 else refused("signal %d" % (status & 127))
    def interrupt_80():
        import mmap
        page = mmap.mmap(-1, 4096, prot=7)
        page.write(b"\\xb8\\x14\\x00\\x00\\x00\\xcd\\x80\\xc3")
        ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))()
    attempt("int 0x80", lambda: survives(interrupt_80))
else:
    attempt("none here", lambda: refused("another processor"))`,
    weaken: withoutFilter,
    boundaries: ['runc'],
  },
  {
    class: 'devices',
    claim: 'devices are the harmless ones',
    probe: `
HARMLESS = {"console", "core", "fd", "full", "mqueue", "net", "null", "ptmx", "pts", "random", "shm", "stderr", "stdin", "stdout", "tty", "urandom", "zero"}
attempt("listed", lambda: none_of(set(os.listdir("/dev")) - HARMLESS))`,
    weaken: asRootWithDevice,
    boundaries: ['runc'],
  },
  {
    class: 'devices',
    claim: 'a device can neither be made to work nor be opened',
    probe: `
def make(path, mode, device):
    os.mknod(path, mode, device)
    os.close(os.open(path, os.O_RDONLY))
attempt("block device", lambda: make("/dev/shm/block", 0o60600, os.makedev(7, 0)))
attempt("character device", lambda: make("/dev/shm/mem", 0o20600, os.makedev(1, 1)))
for path in ["/dev/mem", "/dev/kmsg", "/dev/kvm", "/dev/loop-control"]:
    attempt(path, lambda: os.open(path, os.O_RDONLY))`,
    weaken: asRootWithDevice,
  },
  {
    class: 'tampering',
    claim: 'processes of the host are not to be seen',
    probe: `attempt("pids", lambda: none_of(p for p in processes() if "docker" in said_by("/proc/%d/comm" % p) and "init" not in said_by("/proc/%d/comm" % p)))`,
    weaken: withHost({ PidMode: 'host' }),
    boundaries: ['runc'],
  },
];
