import type { SecurityCase } from '../security-case.ts';
import { asRoot, onHostNetwork, withBind, withHost } from '../weaken.ts';

/** What is around the sandbox: sockets, networks, files, processes. */
export const REACH_CASES: readonly SecurityCase[] = [
  {
    class: 'sockets',
    claim: 'no socket of an engine, a database or a key agent answers',
    probe: `
def connect(path):
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(path)
    return path
for path in ["/run/docker.sock", "/var/run/docker.sock", "/run/containerd/containerd.sock", "/run/podman/podman.sock", "/var/run/redis/redis-server.sock", "/run/dbus/system_bus_socket"]:
    attempt(path, lambda: connect(path))`,
    weaken: withBind('canary.sock', '/run/docker.sock'),
  },
  {
    class: 'sockets',
    claim: 'the host’s abstract sockets are out of reach',
    probe: `
def connect(name):
    with socket.socket(socket.AF_UNIX) as s:
        s.connect("\\0" + name)
    return name
attempt("canary", lambda: connect(CANARY["abstractName"]))`,
    weaken: onHostNetwork,
  },
  {
    class: 'network',
    claim: 'there is lo, and no other interface or route',
    probe: `
attempt("interfaces", lambda: none_of(name for _, name in socket.if_nameindex() if name != "lo"))
attempt("routes", lambda: none_of(text_of("/proc/net/route").splitlines()[1:]))`,
    weaken: onHostNetwork,
  },
  {
    class: 'network',
    claim: 'the loopback inside is not the host’s',
    probe: `
def connect(address):
    with socket.create_connection((address, CANARY["port"]), timeout=2):
        return address
attempt("127.0.0.1", lambda: connect("127.0.0.1"))`,
    weaken: onHostNetwork,
  },
  {
    class: 'file system',
    claim: 'the image and the injected runtime cannot be written',
    probe: `
for path in ["/probe", "/usr/bin/probe", "/etc/probe", "/opt/drydock/probe", "/opt/drydock/bin/probe", "/job/probe"]:
    attempt(path, lambda: os.close(os.open(path, os.O_CREAT | os.O_WRONLY)))
attempt("loader", lambda: write_only("/etc/ld.so.preload"))
attempt("agent", lambda: write_only("/opt/drydock/agent/agent.mjs"))`,
    weaken: (shape, canaries) => asRoot(withHost({ ReadonlyRootfs: false })(shape, canaries), canaries),
  },
  {
    class: 'file system',
    claim: 'nothing of the host is mounted but the runtime and the slot',
    probe: `
OURS = ("/opt/drydock", "/job", "/etc/ld.so.preload", "/etc/hosts", "/etc/hostname", "/etc/resolv.conf", "/sbin/docker-init", "/usr/sbin/docker-init")
KERNEL = {"proc", "sysfs", "tmpfs", "mqueue", "devpts", "cgroup", "cgroup2", "devtmpfs", "dev", "none"}
def foreign():
    for line in text_of("/proc/self/mounts").splitlines():
        source, target, kind = line.split()[:3]
        if target != "/" and kind not in KERNEL and not target.startswith(OURS):
            yield target
attempt("mounts", lambda: none_of(foreign()))`,
    weaken: withBind('dir', '/mnt'),
  },
  {
    class: 'file system',
    claim: 'other jobs’ slots are not to be seen',
    probe: `
attempt("state", lambda: os.listdir("/run/drydock"))
attempt("slot", lambda: none_of(set(os.listdir("/job")) - {"work", "home", "git", "upper", "base", "capture", "egress"}))`,
    weaken: withBind('dir', '/run/drydock'),
  },
  {
    class: 'tampering',
    claim: 'the agent process cannot be read, written, traced, signalled or stopped by the code under test',
    // `stop` before `trace`: the init of a namespace ignores it until somebody traces it, and the control must end.
    probe: `
OURS = "/opt/dry" + "dock/agent/"
targets = [1] + [p for p in processes() if p != 1 and p != os.getpid() and OURS + "agent" in said_by("/proc/%d/cmdline" % p)]
for p in targets:
    attempt("stdout", lambda: os.open("/proc/%d/fd/1" % p, os.O_WRONLY))
    attempt("memory", lambda: os.open("/proc/%d/mem" % p, os.O_RDWR))
    attempt("stop", lambda: os.kill(p, 19))
    attempt("trace", lambda: call(101 if platform.machine() == "x86_64" else 117, 0x4206, p, 0, 0))
    attempt("signal", lambda: os.kill(p, 0))`,
    weaken: asRoot,
  },
  {
    class: 'tampering',
    claim: 'the environment of other users’ processes cannot be read',
    probe: `attempt("environ", lambda: text_of("/proc/1/environ") or refused("empty"))`,
    weaken: asRoot,
    // Debian's gVisor of 2022 shows it to everybody; there is nothing in it that the code has not itself.
    boundaries: ['runc', 'gvisor'],
  },
  {
    class: 'tampering',
    claim: 'the tool host, of the same user, cannot be read or written',
    probe: `
OURS = "/opt/dry" + "dock/agent/"
targets = [p for p in processes() if OURS + "tool-host" in said_by("/proc/%d/cmdline" % p)] or [os.getppid()]
for p in targets:
    attempt("environ", lambda: text_of("/proc/%d/environ" % p))
    attempt("stdout", lambda: os.open("/proc/%d/fd/1" % p, os.O_WRONLY))
    attempt("memory", lambda: os.open("/proc/%d/mem" % p, os.O_RDWR))
    attempt("trace", lambda: call(101 if platform.machine() == "x86_64" else 117, 0x4206, p, 0, 0))`,
    weaken: withHost({}),
    boundaries: ['runc'],
  },
  {
    class: 'persistence',
    claim: 'a daemon does not outlive the command that started it',
    before: `setsid -f sleep 4242`,
    probe: `attempt("daemon", lambda: none_of(p for p in processes() if "sleep\\0004242" in said_by("/proc/%d/cmdline" % p)))`,
    weaken: withHost({}),
  },
];
