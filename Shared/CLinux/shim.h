#pragma once
// Linux calls that Swift's Glibc module does not export or that are variadic.
// _GNU_SOURCE stays undefined: it gives fd_set other members than Glibc's module has, and Swift refuses the difference.
// What needs it is declared here.
#include <errno.h>
#include <signal.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <unistd.h>

extern int accept4(int, struct sockaddr *, socklen_t *, int);
extern int pthread_setname_np(pthread_t, const char *);
static inline int weir_accept(int listener, struct sockaddr *address, socklen_t *length) {
  return accept4(listener, address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

/// Sends `signal` to this process when its parent dies; 0 on success.
static inline int weir_end_with_parent(int signal) {
  return prctl(PR_SET_PDEATHSIG, signal);
}

// How many descriptors this process may have.
static inline uint64_t weir_descriptor_limit(void) {
  struct rlimit limit;
  return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 0;
}

// Takes as many descriptors as the system lets it.
static inline void weir_raise_descriptor_limit(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

// Says that this process's memory is never written to a file (prctl(2)); 0 on success.
static inline int weir_leave_no_core_image(void) { return prctl(PR_SET_DUMPABLE, 0); }

// Asks for a cache line that will be read soon; never faults, whatever the address.
static inline void weir_prefetch(const void *address) { __builtin_prefetch(address, 0, 1); }

// Signals that ask a process to end. Swift's main function may leave the main thread, whose mask then stays open, so blocking them
// and waiting in one thread is not enough; a handler that only writes the number into a pipe works whatever thread it runs on.
static int weir_stop_pipe_end = -1;

static void weir_on_stop(int signal) {
  int kept = errno;
  unsigned char number = (unsigned char)signal;
  ssize_t written = write(weir_stop_pipe_end, &number, 1);
  (void)written;
  errno = kept;
}

/// Sends SIGTERM and SIGINT of this process into a pipe from now on; its reading end, or -1. Call once.
static inline int weir_stop_pipe(void) {
  int ends[2];
  if (pipe(ends) != 0) return -1;
  for (int i = 0; i < 2; i++) fcntl(ends[i], F_SETFD, FD_CLOEXEC);
  weir_stop_pipe_end = ends[1];
  struct sigaction action = {0};
  action.sa_handler = weir_on_stop;
  action.sa_flags = SA_RESTART;
  if (sigaction(SIGTERM, &action, 0) != 0 || sigaction(SIGINT, &action, 0) != 0) return -1;
  return ends[0];
}
