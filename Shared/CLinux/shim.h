#pragma once
// Linux calls that Swift's Glibc module does not export or that are variadic.
// _GNU_SOURCE stays undefined: it gives fd_set other members than Glibc's module has, and Swift refuses the difference.
// What needs it is declared here.
#include <fcntl.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
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

// Asks for a cache line that will be read soon; never faults, whatever the address.
static inline void weir_prefetch(const void *address) { __builtin_prefetch(address, 0, 1); }
