// The part of NVML's and libcuda's binary interface that the probe calls, written afresh from sizes, offsets and
// values; nothing is linked, every symbol is looked up in what dlopen(3) gives. Linux, 64 bit, little-endian.
//
// The versioned names are the exported ones: an unversioned symbol may exist with an older struct behind it.
#ifndef STEMMA_NVML_H
#define STEMMA_NVML_H
#include <dlfcn.h>
#include <stddef.h>
#include <stdint.h>

// Opaque: a physical GPU or a MIG device.
typedef struct stemma_nvml_device_s *stemma_nvml_device;

enum {
  STEMMA_NVML_SUCCESS = 0,
  STEMMA_NVML_INVALID_ARGUMENT = 2,
  STEMMA_NVML_NOT_SUPPORTED = 3,
  STEMMA_NVML_NO_PERMISSION = 4,
  STEMMA_NVML_NOT_FOUND = 6,
  STEMMA_NVML_INSUFFICIENT_SIZE = 7,
};

typedef struct { uint64_t total, free, used; } stemma_nvml_memory;
typedef struct {
  uint32_t version, padding;
  uint64_t total, reserved, free, used;
} stemma_nvml_memory2;
// What nvmlDeviceGetMemoryInfo_v2 wants as version; the library answers 25 to any other word.
enum { STEMMA_NVML_MEMORY2_VERSION = sizeof(stemma_nvml_memory2) | 2 << 24 };

typedef struct {
  char bus_id_legacy[16];
  uint32_t domain, bus, device;
  uint32_t pci_device_id;     // device << 16 | vendor
  uint32_t pci_subsystem_id;  // the same way round
  char bus_id[32];
} stemma_nvml_pci;

// A MIG device's share.
typedef struct {
  uint32_t multiprocessors, copy_engines, decoders, encoders, jpeg, ofa, gi_slices, ci_slices;
  uint64_t memory_mb;
} stemma_nvml_attributes;

// One row of a process list. Early R535 drivers wrote the long row under the name of the short one.
typedef struct {
  uint32_t pid, padding;
  uint64_t used_bytes;
  uint32_t gpu_instance, compute_instance;
} stemma_nvml_process;
typedef struct {
  uint32_t pid, padding;
  uint64_t used_bytes;
  uint32_t gpu_instance, compute_instance;
  uint64_t used_protected;
} stemma_nvml_long_process;

_Static_assert(sizeof(stemma_nvml_memory) == 24, "memory");
_Static_assert(sizeof(stemma_nvml_memory2) == 40, "memory, version 2");
_Static_assert(STEMMA_NVML_MEMORY2_VERSION == 0x02000028, "memory's version word");
_Static_assert(sizeof(stemma_nvml_pci) == 68, "PCI");
_Static_assert(sizeof(stemma_nvml_attributes) == 40, "MIG attributes");
_Static_assert(sizeof(stemma_nvml_process) == 24, "process");
_Static_assert(sizeof(stemma_nvml_long_process) == 32, "long process");

// The shapes of the functions; which symbol has which is in Swift, beside its use.
typedef int32_t (*stemma_nvml_plain)(void);
typedef int32_t (*stemma_nvml_system_text)(char *, uint32_t);
typedef int32_t (*stemma_nvml_system_int)(int32_t *);
typedef int32_t (*stemma_nvml_system_number)(uint32_t *);
typedef int32_t (*stemma_nvml_handle)(uint32_t, stemma_nvml_device *);
typedef int32_t (*stemma_nvml_text)(stemma_nvml_device, char *, uint32_t);
typedef int32_t (*stemma_nvml_number)(stemma_nvml_device, uint32_t *);
typedef int32_t (*stemma_nvml_pair)(stemma_nvml_device, uint32_t *, uint32_t *);
typedef int32_t (*stemma_nvml_signed_pair)(stemma_nvml_device, int32_t *, int32_t *);
typedef int32_t (*stemma_nvml_child)(stemma_nvml_device, uint32_t, stemma_nvml_device *);
typedef int32_t (*stemma_nvml_get_pci)(stemma_nvml_device, stemma_nvml_pci *);
typedef int32_t (*stemma_nvml_get_memory)(stemma_nvml_device, stemma_nvml_memory *);
typedef int32_t (*stemma_nvml_get_memory2)(stemma_nvml_device, stemma_nvml_memory2 *);
typedef int32_t (*stemma_nvml_get_attributes)(stemma_nvml_device, stemma_nvml_attributes *);
// Rows as bytes: how long a row is shows only in what came.
typedef int32_t (*stemma_nvml_processes)(stemma_nvml_device, uint32_t *, uint8_t *);

// libcuda: no context is made.
typedef int32_t (*stemma_cuda_init)(uint32_t);
typedef int32_t (*stemma_cuda_int)(int32_t *);
typedef int32_t (*stemma_cuda_device)(int32_t *, int32_t);
typedef int32_t (*stemma_cuda_text)(char *, int32_t, int32_t);
typedef int32_t (*stemma_cuda_size)(size_t *, int32_t);
typedef int32_t (*stemma_cuda_attribute)(int32_t *, int32_t, int32_t);
enum {
  STEMMA_CUDA_MULTIPROCESSORS = 16,
  STEMMA_CUDA_PCI_BUS = 33,
  STEMMA_CUDA_PCI_DEVICE = 34,
  STEMMA_CUDA_BUS_WIDTH = 37,
  STEMMA_CUDA_L2_BYTES = 38,
  STEMMA_CUDA_PCI_DOMAIN = 50,
  STEMMA_CUDA_CAPABILITY_MAJOR = 75,
  STEMMA_CUDA_CAPABILITY_MINOR = 76,
};

// glibc declares it for _GNU_SOURCE only.
typedef struct {
  const char *file;
  void *base;
  const char *symbol;
  void *address;
} stemma_dl_info;
int dladdr(const void *address, void *information);

// The file that a symbol was loaded from; NULL if that is not known.
static inline const char *stemma_library_file(const void *symbol) {
  stemma_dl_info information = {0};
  return dladdr(symbol, &information) ? information.file : NULL;
}
#endif
