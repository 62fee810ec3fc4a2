// Preloaded into the program under test: as if the system gave it no more threads. After
// MIGLEDGER_THREADS of them pthread_create fails with EAGAIN.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

typedef int (*Create)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);

int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*start)(void*),
                   void* argument) {
  static atomic_int created;
  const char* most = getenv("MIGLEDGER_THREADS");
  if (most && atomic_fetch_add(&created, 1) >= atoi(most)) return EAGAIN;
  return ((Create)dlsym(RTLD_NEXT, "pthread_create"))(thread, attributes, start, argument);
}
