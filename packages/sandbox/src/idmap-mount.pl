#!/usr/bin/perl
# idmap-mount.pl SOURCE TARGET FROM_ID TO_ID
# Binds SOURCE on TARGET so that files of uid and gid FROM_ID appear as TO_ID's (kernel 5.19 or later for overlays).
# mount(8) learned this in 2.39; Debian 12 has 2.38, and its perl-base is essential: so system calls it is.
use strict;
use warnings;
use POSIX ();

my ($source, $target, $from, $to) = @ARGV;
my $machine = (POSIX::uname())[4];
my %unshare_number = (x86_64 => 272, aarch64 => 97);
my $SYS_UNSHARE = $unshare_number{$machine} or die "idmapped mounts are not known for $machine\n";
# From open_tree on, every architecture has the same numbers.
my ($SYS_OPEN_TREE, $SYS_MOVE_MOUNT, $SYS_MOUNT_SETATTR) = (428, 429, 442);
my ($CLONE_NEWUSER, $AT_FDCWD, $AT_EMPTY_PATH) = (0x10000000, -100, 0x1000);
my ($OPEN_TREE_CLONE, $OPEN_TREE_CLOEXEC, $MOVE_MOUNT_F_EMPTY_PATH) = (0x1, 0x80000, 0x4);
my $MOUNT_ATTR_IDMAP = 0x00100000;

# A child holds the user namespace that carries the map; it ends when our end of the pipe does.
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
sysread($ready_read, my $byte, 1) or die "no user namespace\n";

for my $kind ('uid', 'gid') {
    open(my $map, '>', "/proc/$child/${kind}_map") or die "${kind}_map: $!\n";
    syswrite($map, "$from $to 1\n") or die "${kind}_map: $!\n";
    close $map;
}
open(my $namespace, '<', "/proc/$child/ns/user") or die "namespace: $!\n";

my ($source_path, $target_path, $empty) = ("$source\0", "$target\0", "\0");
my $tree = syscall($SYS_OPEN_TREE, $AT_FDCWD, $source_path, $OPEN_TREE_CLONE | $OPEN_TREE_CLOEXEC);
$tree >= 0 or die "open_tree: $!\n";
my $attributes = pack('QQQQ', $MOUNT_ATTR_IDMAP, 0, 0, fileno($namespace));
syscall($SYS_MOUNT_SETATTR, $tree, $empty, $AT_EMPTY_PATH, $attributes, length $attributes) == 0
    or die "mount_setattr: $!\n";
syscall($SYS_MOVE_MOUNT, $tree, $empty, $AT_FDCWD, $target_path, $MOVE_MOUNT_F_EMPTY_PATH) == 0
    or die "move_mount: $!\n";

close $hold_write;
waitpid $child, 0;
