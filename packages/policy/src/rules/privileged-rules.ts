import type { CommandRule } from './command-rule.ts';

const NO_RIGHTS = 'A sandbox has no privileges, and none can be had.';

const privileged = (rule: Omit<CommandRule, 'class' | 'domain'>): CommandRule => ({
  ...rule,
  class: 'privileged',
  domain: 'privileged',
});

/** Asking a program for its version or its help needs no rights. */
const ASKS_ONLY = /^ (?:--?version|-V|--help|-h|help|version) $/;

/** What wants more rights than any sandbox has. */
export const PRIVILEGED_RULES: readonly CommandRule[] = [
  privileged({
    id: 'become_other_user',
    programs: 'sudo su doas pkexec sudoedit visudo runuser gosu su-exec sg newgrp sudo-rs run0 please',
    unless: ASKS_ONLY,
    reason: `The command asks for another user's rights. ${NO_RIGHTS}`,
    alternative: 'Run the command without it; the workspace, HOME and /tmp are writable as they are.',
    match: [
      'sudo id',
      '/usr/bin/sudo -n true',
      'su - root',
      'env X=1 doas id',
      's\\udo id',
      '$(echo sudo) id',
    ],
    notMatch: ['sudo --version', 'echo sudo', 'grep -r sudo .', 'git commit -m "sudo"'],
  }),
  privileged({
    id: 'mount_file_system',
    programs:
      'mount umount fusermount fusermount3 losetup swapon swapoff mkfs mkfs.ext4 mkswap cryptsetup pivot_root switch_root mount.nfs kpartx dmsetup lvcreate vgcreate pvcreate parted fdisk sfdisk blkdiscard wipefs',
    args: /\S/,
    unless: /^ (?:-l|-V|--version|--help|-h|-t \w+) $/,
    reason: `The command changes file systems. ${NO_RIGHTS}`,
    alternative: 'Use a directory below the workspace or /tmp.',
    match: ['mount -t proc proc /mnt', 'umount /job/work', 'mount --bind / /mnt'],
    notMatch: ['mount', 'mount | grep work', 'mount -l', 'echo mount /mnt'],
  }),
  privileged({
    id: 'enter_namespace',
    programs:
      'unshare nsenter chroot setns capsh setpriv bwrap firejail newuidmap newgidmap lxc-attach systemd-nspawn proot',
    unless: ASKS_ONLY,
    reason: `The command makes or enters a namespace. ${NO_RIGHTS}`,
    alternative: 'Run the program directly: the sandbox is the isolation.',
    match: ['unshare -r sh', 'nsenter -t 1 -m sh', 'chroot /mnt sh'],
    notMatch: ['echo chroot', 'unshare --help'],
  }),
  privileged({
    id: 'change_rights',
    programs:
      'setcap setfacl chattr chown chgrp usermod useradd groupadd adduser passwd chpasswd gpasswd deluser userdel',
    unless: /^ (?:--?version|--help|-h|-S|--status) $|^ (?:-\w+ )*(?:"?\$?\{?(?:USER|UID)|\d{4,5}:|…)/,
    reason: `The command changes owners or accounts. ${NO_RIGHTS}`,
    alternative: 'Files that you make are yours; use chmod for their modes.',
    match: ['setcap cap_net_raw+ep ./x', 'chown root:root x', 'useradd evil', 'chattr +i x'],
    notMatch: ['chmod +x run.sh', 'chown "$USER" file', 'chown -R $(id -u):$(id -g) dist'],
  }),
  privileged({
    id: 'set_user_id',
    programs: 'chmod install',
    args: / (?:-m ?|--mode=?)?(?:[ugoa]*[+=][rwxXt]*s[rwxXt]*|0?[4267]\d{3}|\S*,?[ug]\+s\S*) /,
    reason: 'The command makes a program that runs with the rights of its owner.',
    alternative: 'Use a mode without set-user-id, such as 755.',
    match: [
      'chmod u+s x',
      'chmod 4755 x',
      'chmod 06755 x',
      'chmod g+s d',
      'install -m 4755 a b',
      'chmod a=rxs x',
    ],
    notMatch: [
      'chmod 755 x',
      'chmod +x s',
      'chmod -R u+rwX .',
      'chmod 1777 tmp',
      'chmod 0644 x',
      'install -m 0755 a b',
    ],
  }),
  privileged({
    id: 'kernel_module',
    programs: 'insmod rmmod modprobe depmod kexec dkms bpftool bpftrace kmod',
    unless: ASKS_ONLY,
    reason: `The command changes the kernel. ${NO_RIGHTS}`,
    alternative: 'Test kernel code in user space or with a simulator.',
    match: ['insmod x.ko', 'modprobe overlay', 'bpftool prog list'],
    notMatch: ['echo modprobe', 'make modules'],
  }),
  privileged({
    id: 'change_network',
    programs:
      'iptables ip6tables iptables-save iptables-restore nft ipset arptables ebtables ufw firewall-cmd ifconfig brctl ethtool route wg wg-quick openvpn tc conntrack ifup ifdown dhclient tcpdump tshark arpspoof ettercap hping3 nmap masscan',
    args: /\S/,
    unless: ASKS_ONLY,
    reason: `The command changes or watches the network. ${NO_RIGHTS}`,
    alternative: 'Servers on 127.0.0.1 work without it.',
    match: ['iptables -L', 'nft list ruleset', 'ifconfig eth0 up', 'tcpdump -i lo'],
    notMatch: ['ifconfig', 'npm run route', 'echo iptables -L'],
  }),
  privileged({
    id: 'change_network_ip',
    programs: 'ip bridge devlink',
    args: / (?:add|del|delete|set|change|replace|flush|exec|attach|up|down|netns) /,
    reason: `The command changes the network. ${NO_RIGHTS}`,
    alternative: 'Servers on 127.0.0.1 work without it; `ip addr` shows what there is.',
    match: ['ip link set lo up', 'ip addr add 10.0.0.1/8 dev lo', 'ip netns exec x sh'],
    notMatch: ['ip addr', 'ip -br link', 'ip route show'],
  }),
  privileged({
    id: 'kernel_setting',
    programs: 'sysctl',
    args: / (?:-w|--write|-p|--load|--system)|\S=/,
    reason: `The command changes kernel settings. ${NO_RIGHTS}`,
    alternative: 'Read settings with `sysctl name`.',
    match: ['sysctl -w vm.max_map_count=1', 'sysctl kernel.core_pattern=x'],
    notMatch: ['sysctl -a', 'sysctl kernel.hostname'],
  }),
  privileged({
    id: 'container_engine',
    programs:
      'docker podman nerdctl ctr crictl runc crun runsc kata-runtime kubectl helm minikube kind k3s lxc lxd incus docker-compose podman-compose buildah buildctl vagrant virsh qemu-nbd dockerd containerd',
    unless: ASKS_ONLY,
    reason: 'The command needs a container engine. A sandbox has none.',
    alternative: 'Run the programs directly; write Dockerfiles without building them.',
    match: ['docker run -v /:/h x', 'podman ps', 'kubectl get pods', 'docker compose up -d'],
    notMatch: ['docker --version', 'echo docker', 'cat docker-compose.yml', 'hadolint Dockerfile'],
  }),
  privileged({
    id: 'system_service',
    programs:
      'systemctl service initctl shutdown reboot halt poweroff telinit init hostnamectl timedatectl loginctl machinectl hwclock update-rc.d rc-service swupd',
    args: /\S/,
    unless: /^ (?:--?version|--help|-h|-y|-w) $|^ (?:-y|--yes)? /,
    reason: 'The command controls the machine. A sandbox is not one.',
    alternative: 'Start servers as background processes of your command.',
    match: ['systemctl stop docker', 'service ssh start', 'shutdown -h now'],
    notMatch: ['echo reboot', 'npm run service'],
  }),
  privileged({
    id: 'make_device',
    programs: 'mknod',
    args: /\S/,
    unless: / p (?:-m|$)| p $/,
    reason: `The command makes a device. ${NO_RIGHTS}`,
    alternative: 'Use a plain file, or mkfifo.',
    match: ['mknod d b 8 0', 'mknod /tmp/sda b 8 1'],
    notMatch: ['mkfifo p', 'mknod pipe p'],
  }),
  privileged({
    id: 'write_device',
    programs: 'dd tee cp mv shred truncate',
    args: / (?:of=)?\/dev\/(?!null |zero |stdout |stderr |stdin |tty |shm\/|fd\/)\w/,
    unless: / if=\/dev\/u?random (?!.*of=\/dev)/,
    reason: `The command writes to a device. ${NO_RIGHTS}`,
    alternative: 'Write to a file in the workspace or /tmp.',
    match: ['dd if=x of=/dev/sda', 'cp x /dev/mem'],
    notMatch: ['dd if=/dev/zero of=x bs=1M count=1', 'cp x /dev/null', 'tee /dev/stderr', 'cp x /dev/shm/y'],
  }),
  privileged({
    id: 'trace_process',
    programs: 'gdb strace ltrace lldb gcore perf dlv reptyr frida',
    args: / (?:-\w*p ?\d|-p \S|--pid|attach )/,
    reason: `The command attaches to a running process. ${NO_RIGHTS}`,
    alternative: 'Start the program under the debugger instead.',
    match: ['gdb -p 1', 'strace -f -p 1', 'gdb --pid=1'],
    notMatch: ['gdb ./a.out', 'strace ls', 'gdb --args ./a.out -x'],
  }),
  privileged({
    id: 'write_kernel_file',
    redirect:
      /^\/(?:proc\/(?:sys|sysrq|\d+\/|self\/(?:mem|oom|uid_map|gid_map|setgroups|attr))|sys\/|dev\/(?:sd|nvme|vd|mem|kmem|kmsg|loop|port|dm-)|etc\/(?:passwd|shadow|sudoers|cron|ld\.so|group|profile|hosts|pam))/,
    reason: `The command writes to the kernel or to the system's accounts. ${NO_RIGHTS}`,
    alternative: 'Write to the workspace or /tmp.',
    match: [
      'echo 1 > /proc/sys/kernel/core_pattern',
      'echo x >> /etc/sudoers',
      'cat x > /sys/kernel/uevent_helper',
    ],
    notMatch: ['cat /proc/sys/kernel/hostname', 'echo x > /tmp/y', 'cat < /etc/passwd', 'ls 2> /dev/null'],
  }),
  privileged({
    id: 'write_kernel_file_by_tee',
    programs: 'tee cp mv dd ln install rsync sed',
    args: / (?:-i\S* .*|of=|--suffix=\S+ )?\/(?:proc\/(?:sys|sysrq|\d+\/)|sys\/(?:fs|kernel|module|class|devices)|etc\/(?:shadow|sudoers|cron|ld\.so\.preload|pam)\S*)\S* $/,
    reason: `The command writes to the kernel or to the system's accounts. ${NO_RIGHTS}`,
    alternative: 'Write to the workspace or /tmp.',
    match: [
      'echo 0 | tee /proc/sys/kernel/randomize_va_space',
      'cp x /etc/sudoers.d/y',
      'dd if=x of=/proc/sys/vm/x',
    ],
    notMatch: ['cp /proc/cpuinfo x', 'tee log.txt', 'sed -n 1p /etc/os-release'],
  }),
  privileged({
    id: 'engine_socket',
    programs: 'curl nc ncat netcat socat wget python3 node',
    args: /(?:docker|containerd|podman|crio|dockershim)\.sock/,
    reason: 'The command talks to a container engine. A sandbox has none.',
    alternative: 'Run the programs directly.',
    match: [
      'curl --unix-socket /var/run/docker.sock http://localhost/info',
      'socat - UNIX:/run/containerd/containerd.sock',
    ],
    notMatch: ['curl --unix-socket /tmp/app.sock http://localhost/'],
  }),
];
