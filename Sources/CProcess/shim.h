// What Swift's module of glibc leaves out: extensions of GNU's, and what is variadic.
#include <spawn.h>
#include <sys/prctl.h>

int pipe2(int ends[2], int flags);
int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);
int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *actions, const char *path);

// <spawn.h> has it only for _GNU_SOURCE.
enum { stemma_spawn_setsid = 0x80 };

// Orphans among what this process started become its children. 0, or -1 and errno.
static inline int stemma_adopt_orphans(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }
