// Tells ThreadSanitizer of the standard library's Mutex (make test-tsan).
//
// A Mutex that is free is taken and given back by atomics that the compiler puts into our own code, which ThreadSanitizer
// sees. One that is held is waited for inside libswiftSynchronization, which is not built for it: the same lock would then
// order nothing, and what it guards would look like a race. So both slow paths say what they do. The program's own
// definition of a symbol comes before the library's, which is called from here.

#include "sanitizers.h"

#include <dlfcn.h>
#include <stdint.h>

void __tsan_acquire(void *address);
void __tsan_release(void *address);

#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context)) void *self

typedef SWIFT void (*Lock)(uint32_t thread, SELF);
typedef SWIFT void (*Unlock)(SELF);

// Synchronization._MutexHandle._lockSlow(Swift.UInt32) -> ()
SWIFT void weir_lock(uint32_t thread, SELF) __asm__("$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF");

// Synchronization._MutexHandle._unlockSlow() -> ()
SWIFT void weir_unlock(SELF) __asm__("$s15Synchronization12_MutexHandleV11_unlockSlowyyF");

SWIFT void weir_lock(uint32_t thread, SELF) {
  static Lock lock;
  Lock known = __atomic_load_n(&lock, __ATOMIC_RELAXED);
  if (!known) {
    known = (Lock)dlsym(RTLD_NEXT, "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF");
    __atomic_store_n(&lock, known, __ATOMIC_RELAXED);
  }
  known(thread, self);
  __tsan_acquire(self);
}

SWIFT void weir_unlock(SELF) {
  static Unlock unlock;
  Unlock known = __atomic_load_n(&unlock, __ATOMIC_RELAXED);
  if (!known) {
    known = (Unlock)dlsym(RTLD_NEXT, "$s15Synchronization12_MutexHandleV11_unlockSlowyyF");
    __atomic_store_n(&unlock, known, __ATOMIC_RELAXED);
  }
  __tsan_release(self);
  known(self);
}
