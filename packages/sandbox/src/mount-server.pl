#!/usr/bin/perl
# Mounts what the lines of its stdin ask for, one after another, and answers each with a line: `ok`, or what went wrong.
# It ends with its stdin. Fields are separated by tabs:
#   mount SOURCE TARGET TYPE FLAGS DATA    mount(2); flags are a number
#   loop  IMAGE TARGET FLAGS               an ext4 image through a loop device that goes with the mount
#   bind  SOURCE TARGET ATTRIBUTES         attributes as of mount_setattr(2): set before anybody can see the mount, here
#                                          or where it propagates to
#   idmap SOURCE TARGET ATTRIBUTES FROM TO the same; files of uid and gid FROM appear as TO's (kernel 5.19 for overlays)
# Why not mount(8): five processes cost more than a warm sandbox may, and Debian 12's knows no idmapped mounts. Why Perl:
# perl-base is essential in Debian, and Node has no system calls.
use strict;
use warnings;
use Fcntl qw(O_RDONLY O_RDWR);
use POSIX qw(EBUSY);

my ($MS_RDONLY, $CLONE_NEWUSER, $AT_FDCWD, $AT_EMPTY_PATH) = (0x1, 0x10000000, -100, 0x1000);
my ($OPEN_TREE_CLONE, $OPEN_TREE_CLOEXEC, $MOVE_MOUNT_F_EMPTY_PATH) = (0x1, 0x80000, 0x4);
my ($MOUNT_ATTR_IDMAP) = (0x00100000);
my ($LOOP_CONFIGURE, $LOOP_CTL_GET_FREE, $LO_READ_ONLY, $LO_AUTOCLEAR) = (0x4C0A, 0x4C82, 0x1, 0x4);
my $LOOP_ATTEMPTS = 20;

my %numbers = (x86_64 => [165, 272], aarch64 => [40, 97]);
my $machine = (POSIX::uname())[4];
my ($SYS_MOUNT, $SYS_UNSHARE) = @{ $numbers{$machine} or die "system calls are not known for $machine\n" };
# From open_tree on, every architecture has the same numbers.
my ($SYS_OPEN_TREE, $SYS_MOVE_MOUNT, $SYS_MOUNT_SETATTR) = (428, 429, 442);

my %actions = (mount => \&do_mount, loop => \&do_loop, bind => \&do_bind, idmap => \&do_idmap);
$| = 1;
while (my $line = <STDIN>) {
    chomp $line;
    my ($action, @fields) = split /\t/, $line, -1;
    my $do = $actions{$action} or die "unknown request\n";
    print eval { $do->(@fields); 1 } ? "ok\n" : "error $@";
}

sub do_mount {
    my ($source, $target, $type, $flags, $data) = @_;
    syscall($SYS_MOUNT, $source, $target, $type, $flags + 0, $data) == 0 or die "mount $type on $target: $!\n";
}

sub do_loop {
    my ($image, $target, $flags) = @_;
    my $read_only = $flags & $MS_RDONLY;
    # The device is held until it is mounted: it frees itself when nobody does any more.
    my ($path, $device) = attach_loop($image, $read_only);
    do_mount($path, $target, 'ext4', $flags, '');
}

sub attach_loop {
    my ($image, $read_only) = @_;
    my $mode = $read_only ? O_RDONLY : O_RDWR;
    sysopen(my $file, $image, $mode) or die "$image: $!\n";
    sysopen(my $control, '/dev/loop-control', O_RDWR) or die "loop-control: $!\n";
    for (1 .. $LOOP_ATTEMPTS) {
        my $number = ioctl($control, $LOOP_CTL_GET_FREE, 0) // die "no free loop device: $!\n";
        my $path = '/dev/loop' . ($number + 0);
        sysopen(my $device, $path, $mode) or die "$path: $!\n";
        my $config = pack_loop_config(fileno($file), $image, $LO_AUTOCLEAR | ($read_only ? $LO_READ_ONLY : 0));
        return ($path, $device) if ioctl($device, $LOOP_CONFIGURE, $config);
        # Somebody else took it in between.
        die "$path: $!\n" if $! != EBUSY;
    }
    die "loop devices are taken as fast as they are found: busy\n";
}

# struct loop_config: fd, block size, loop_info64 (numbers, flags, names, key), reserved.
sub pack_loop_config {
    my ($fd, $image, $flags) = @_;
    return pack('LL Q5 L4 a64 x64 x32 x16 x64', $fd, 0, (0) x 5, 0, 0, 0, $flags, substr($image, 0, 63));
}

sub do_bind {
    my ($source, $target, $attributes) = @_;
    bind_tree($source, $target, pack('QQQQ', $attributes, 0, 0, 0));
}

sub do_idmap {
    my ($source, $target, $attributes, $from, $to) = @_;
    my $namespace = make_namespace($from, $to);
    bind_tree($source, $target, pack('QQQQ', $attributes | $MOUNT_ATTR_IDMAP, 0, 0, fileno($namespace)));
}

sub bind_tree {
    my ($source, $target, $attributes) = @_;
    my $empty = '';
    my $fd = syscall($SYS_OPEN_TREE, $AT_FDCWD, $source, $OPEN_TREE_CLONE | $OPEN_TREE_CLOEXEC);
    $fd >= 0 or die "open_tree $source: $!\n";
    # Closes it when this sub is left, whatever way.
    open(my $tree, '<&=', $fd) or die "$source: $!\n";
    syscall($SYS_MOUNT_SETATTR, $fd, $empty, $AT_EMPTY_PATH, $attributes, length $attributes) == 0
        or die "mount_setattr $source: $!\n";
    syscall($SYS_MOVE_MOUNT, $fd, $empty, $AT_FDCWD, $target, $MOVE_MOUNT_F_EMPTY_PATH) == 0
        or die "move_mount on $target: $!\n";
}

# A user namespace is made by a child that lives until its map is written; our handle keeps the namespace.
sub make_namespace {
    my ($from, $to) = @_;
    pipe(my $ready_read, my $ready_write) or die "pipe: $!\n";
    pipe(my $hold_read, my $hold_write) or die "pipe: $!\n";
    my $child = fork() // die "fork: $!\n";
    if ($child == 0) {
        close $ready_read;
        close $hold_write;
        syscall($SYS_UNSHARE, $CLONE_NEWUSER) == 0 or POSIX::_exit(1);
        syswrite $ready_write, 'x';
        sysread $hold_read, my $end, 1;
        POSIX::_exit(0);
    }
    close $ready_write;
    close $hold_read;
    my $namespace = eval { map_namespace($ready_read, $child, "$from $to 1\n") };
    my $problem = $@;
    close $hold_write;
    waitpid $child, 0;
    return $namespace // die $problem;
}

sub map_namespace {
    my ($ready, $child, $map) = @_;
    sysread($ready, my $byte, 1) or die "no user namespace\n";
    for my $kind ('uid', 'gid') {
        open(my $file, '>', "/proc/$child/${kind}_map") or die "${kind}_map: $!\n";
        syswrite($file, $map) or die "${kind}_map: $!\n";
        close $file;
    }
    open(my $namespace, '<', "/proc/$child/ns/user") or die "namespace: $!\n";
    return $namespace;
}
