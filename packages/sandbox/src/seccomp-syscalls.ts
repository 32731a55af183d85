/**
 * System calls that any program may make, by what they are for. Whatever is not here is refused: what only an
 * administrator needs, what reaches into another process or another namespace, and what is mostly known from exploits.
 * Names of one architecture only are skipped on the others. Why some common ones are missing: docs/adr/0011.
 */
export const ALLOWED_SYSCALLS = {
  files: `
    access chdir chmod chown close close_range copy_file_range creat dup dup2 dup3 faccessat faccessat2 fadvise64
    fallocate fchdir fchmod fchmodat fchmodat2 fchown fchownat fcntl fdatasync flock fstat fstatfs fsync ftruncate
    futimesat getcwd getdents getdents64 lchown link linkat lseek lstat mkdir mkdirat newfstatat open openat openat2
    pread64 preadv preadv2 pwrite64 pwritev pwritev2 read readahead readlink readlinkat readv rename renameat renameat2
    rmdir sendfile stat statfs statx symlink symlinkat sync sync_file_range sync_file_range2 syncfs truncate umask
    unlink unlinkat utime utimensat utimes write writev`,
  attributes: `
    fgetxattr flistxattr fremovexattr fsetxattr getxattr getxattrat lgetxattr listxattr listxattrat llistxattr
    lremovexattr lsetxattr removexattr removexattrat setxattr setxattrat`,
  waiting: `
    epoll_create epoll_create1 epoll_ctl epoll_pwait epoll_pwait2 epoll_wait eventfd eventfd2 inotify_add_watch
    inotify_init inotify_init1 inotify_rm_watch pipe pipe2 poll ppoll pselect6 select signalfd signalfd4 splice tee`,
  memory: `
    brk cachestat madvise map_shadow_stack membarrier mincore mlock mlock2 mlockall mmap mprotect mremap mseal msync
    munlock munlockall munmap pkey_alloc pkey_free pkey_mprotect shmat shmctl shmdt shmget`,
  processes: `
    arch_prctl capget capset execve execveat exit exit_group fork getpgid getpgrp getpid getppid getpriority getrlimit
    getrusage getsid gettid ioprio_get ioprio_set kill landlock_add_rule landlock_create_ruleset landlock_restrict_self
    pidfd_open pidfd_send_signal prctl prlimit64 rseq sched_get_priority_max sched_get_priority_min sched_getaffinity
    sched_getattr sched_getparam sched_getscheduler sched_rr_get_interval sched_setaffinity sched_setattr
    sched_setparam sched_setscheduler sched_yield seccomp setpgid setpriority setrlimit setsid set_tid_address tgkill
    tkill vfork wait4 waitid`,
  users: `
    getegid geteuid getgid getgroups getresgid getresuid getuid setfsgid setfsuid setgid setgroups setregid setresgid
    setresuid setreuid setuid`,
  signals: `
    pause restart_syscall rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend
    rt_sigtimedwait rt_tgsigqueueinfo sigaltstack`,
  synchronisation: `
    futex futex_requeue futex_wait futex_waitv futex_wake get_robust_list semctl semget semop semtimedop
    set_robust_list`,
  time: `
    alarm clock_getres clock_gettime clock_nanosleep getitimer gettimeofday nanosleep setitimer time timer_create
    timer_delete timer_getoverrun timer_gettime timer_settime timerfd_create timerfd_gettime timerfd_settime times`,
  connections: `
    accept accept4 bind connect getpeername getsockname getsockopt listen recvfrom recvmmsg recvmsg sendmmsg sendmsg
    sendto setsockopt shutdown`,
  machine: `getcpu getrandom sysinfo uname`,
} as const;

/**
 * Refused as if the kernel did not have them: programs ask, and have another way. `clone3` takes its flags from memory,
 * where no filter sees them; contexts of `io_setup` are counted for the whole host.
 */
export const ABSENT_SYSCALLS = 'clone3 io_setup io_uring_enter io_uring_register io_uring_setup';
