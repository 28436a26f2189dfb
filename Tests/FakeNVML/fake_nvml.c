// A libnvidia-ml.so.1 that plays machines, for tests.
//
// FAKE_NVML names the cards and what they do, as words apart by blanks:
//   card=NAME;DEVICE;SUBSYSTEM;CC;MIB;BUS   one card ("_" in NAME is a blank; packed PCI words in hex; MIB of memory;
//                                           bits of bus); repeat for more
//   mig=INDEX:PROFILE:SMS:GI:CI:MIB         the MIG device at INDEX of card 0; MIG is then on. `mig` alone: on, no device
//   mode=N  virtual=N  compute=PIDS  mps=PIDS   compute mode, virtualization mode, processes (apart by commas)
//   rows=32                                 long process rows (early R535)
//   init=N                                  what nvmlInit_v2 answers
//   FUNCTION=N                              that function answers N; `hang`: never; `crash`: SIGSEGV; `garbage`: no text
//   lost=INDEX  denied=INDEX                the handle of that card answers 15 or 4
//   driver=VERSION                          `fds`: how many descriptors above 2 are open
// Built with -DOLD the functions of newer drivers are not exported.
#include "shim.h"

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define X __attribute__((visibility("default")))

struct stemma_nvml_device_s {
  char name[96], profile[32];
  unsigned device, subsystem, major, minor, bus, index;
  unsigned long mib;
  int is_mig;
  unsigned sms, gi, ci;
};

static struct stemma_nvml_device_s cards[16], parts[16];
static bool is_part[16], mig_on;
static unsigned count, up;

static const char *scenario(void) {
  const char *text = getenv("FAKE_NVML");
  return text ? text : "";
}

// The value of the nth word with that name; NULL when there is none.
static const char *word(const char *name, unsigned nth) {
  static char value[256];
  size_t length = strlen(name);
  for (const char *at = scenario(); *at;) {
    size_t word_length = strcspn(at, " ");
    if (word_length >= length && !memcmp(at, name, length) &&
        (word_length == length || at[length] == '=') && nth-- == 0) {
      size_t rest = word_length > length ? word_length - length - 1 : 0;
      snprintf(value, sizeof value, "%.*s", (int)rest, at + length + 1);
      if (!rest) value[0] = 0;
      return value;
    }
    at += word_length;
    at += strspn(at, " ");
  }
  return NULL;
}

static long number(const char *name, long otherwise) {
  const char *value = word(name, 0);
  return value ? strtol(value, NULL, 0) : otherwise;
}

// Every function begins here: what the scenario makes of it, 0 when nothing.
static int enter(const char *function) {
  const char *what = word(function, 0);
  if (what && !strcmp(what, "hang")) for (;;) pause();
  if (what && !strcmp(what, "crash")) raise(SIGSEGV);
  if (what && strcmp(what, "garbage")) return atoi(what);
  return up || !strcmp(function, "nvmlInit_v2") ? 0 : 1;
}
#define ENTER() do { int code_ = enter(__func__); if (code_) return code_; } while (0)

static int put(const char *function, char *out, unsigned capacity, const char *text) {
  const char *what = word(function, 0);
  if (what && !strcmp(what, "garbage")) {
    memset(out, 0xFF, capacity);
    return 0;
  }
  if (strlen(text) + 1 > capacity) return 7;
  strcpy(out, text);
  return 0;
}

static void play(void) {
  count = 0;
  for (const char *text; count < 16 && (text = word("card", count)); count++) {
    struct stemma_nvml_device_s *card = &cards[count];
    memset(card, 0, sizeof *card);
    sscanf(text, "%95[^;];%x;%x;%u.%u;%lu;%u", card->name, &card->device, &card->subsystem,
           &card->major, &card->minor, &card->mib, &card->bus);
    for (char *c = card->name; *c; c++) if (*c == '_') *c = ' ';
    card->index = count;
  }
  mig_on = word("mig", 0) != NULL;
  const char *text;
  for (unsigned i = 0; (text = word("mig", i)); i++) {
    unsigned index;
    struct stemma_nvml_device_s part = cards[0];
    if (sscanf(text, "%u:%31[^:]:%u:%u:%u:%lu", &index, part.profile, &part.sms, &part.gi,
               &part.ci, &part.mib) != 6 || index >= 16) continue;
    part.is_mig = 1;
    snprintf(part.name, sizeof part.name, "%.50s MIG %.31s", cards[0].name, part.profile);
    parts[index] = part;
    is_part[index] = true;
  }
}

X int nvmlInit_v2(void) {
  ENTER();
  int code = number("init", 0);
  if (code) return code;
  play();
  printf("NVML prints where it likes\n");
  up++;
  return 0;
}

X int nvmlSystemGetDriverVersion(char *out, unsigned n) {
  ENTER();
  const char *version = word("driver", 0);
  char open_count[16];
  if (version && !strcmp(version, "fds")) {
    int open = 0;
    for (int fd = 3; fd < 256; fd++) open += fcntl(fd, F_GETFD) >= 0;
    snprintf(open_count, sizeof open_count, "%d", open);
    version = open_count;
  }
  return put(__func__, out, n, version ? version : "570.124.06");
}
X int nvmlSystemGetNVMLVersion(char *out, unsigned n) { ENTER(); return put(__func__, out, n, "12.570.124.06"); }
X int nvmlSystemGetCudaDriverVersion_v2(int *out) { ENTER(); *out = 12080; return 0; }
X int nvmlDeviceGetCount_v2(unsigned *out) { ENTER(); *out = count; return 0; }
X int nvmlDeviceGetHandleByIndex_v2(unsigned index, stemma_nvml_device *out) {
  ENTER();
  if (index >= count) return 2;
  if (number("lost", -1) == index) return 15;
  if (number("denied", -1) == index) return 4;
  *out = &cards[index];
  return 0;
}
X int nvmlDeviceGetName(stemma_nvml_device d, char *out, unsigned n) { ENTER(); return put(__func__, out, n, d->name); }
X int nvmlDeviceGetUUID(stemma_nvml_device d, char *out, unsigned n) {
  ENTER();
  char text[96];
  snprintf(text, sizeof text, "%s-00000000-0000-0000-%04x-%012x", d->is_mig ? "MIG" : "GPU",
           d->index, d->is_mig ? d->gi : 0);
  return put(__func__, out, n, text);
}
X int nvmlDeviceGetVbiosVersion(stemma_nvml_device d, char *out, unsigned n) {
  ENTER();
  return d->is_mig ? 3 : put(__func__, out, n, "96.00.89.00.01");
}
X int nvmlDeviceGetPciInfo_v3(stemma_nvml_device d, stemma_nvml_pci *out) {
  ENTER();
  memset(out, 0, sizeof *out);
  out->bus = d->index + 1;
  out->pci_device_id = d->device;
  out->pci_subsystem_id = d->subsystem;
  snprintf(out->bus_id, sizeof out->bus_id, "%08X:%02X:00.0", 0, out->bus);
  return 0;
}
X int nvmlDeviceGetCudaComputeCapability(stemma_nvml_device d, int *major, int *minor) {
  ENTER();
  *major = d->major;
  *minor = d->minor;
  return 0;
}
X int nvmlDeviceGetMemoryInfo(stemma_nvml_device d, stemma_nvml_memory *out) {
  ENTER();
  if (mig_on && !d->is_mig) return 4;
  out->total = d->mib << 20;
  out->used = 1 << 28;
  out->free = out->total - out->used;
  return 0;
}
X int nvmlDeviceGetMemoryBusWidth(stemma_nvml_device d, unsigned *out) { ENTER(); *out = d->bus; return d->bus ? 0 : 3; }
X int nvmlDeviceGetArchitecture(stemma_nvml_device d, unsigned *out) { ENTER(); *out = d->major == 9 ? 9 : 7; return 0; }
X int nvmlDeviceGetNumGpuCores(stemma_nvml_device d, unsigned *out) { ENTER(); return (void)d, (void)out, 3; }
X int nvmlDeviceGetMinorNumber(stemma_nvml_device d, unsigned *out) { ENTER(); *out = d->index; return 0; }
X int nvmlDeviceGetComputeMode(stemma_nvml_device d, unsigned *out) { ENTER(); (void)d; *out = number("mode", 0); return 0; }
X int nvmlDeviceGetVirtualizationMode(stemma_nvml_device d, unsigned *out) { ENTER(); (void)d; *out = number("virtual", 0); return 0; }
X int nvmlDeviceGetMigMode(stemma_nvml_device d, unsigned *now, unsigned *pending) {
  ENTER();
  if (d->major < 8) return 3;
  *now = *pending = mig_on;
  return 0;
}

#ifndef OLD
// How many process ids a word names, and their rows where there is room.
static int processes(const char *name, stemma_nvml_device d, unsigned *n, unsigned char *out) {
  if (mig_on && !d->is_mig) return 4;
  unsigned pids[64], found = 0;
  const char *text = word(name, 0);
  for (char *end; text && *text && found < 64; text = *end ? end + 1 : end)
    pids[found++] = strtoul(text, &end, 10);
  unsigned capacity = *n;
  *n = found;
  if (capacity < found) return 7;
  size_t length = number("rows", sizeof(stemma_nvml_process));
  for (unsigned i = 0; i < found; i++) {
    stemma_nvml_long_process row = {pids[i], 0, 1 << 28, ~0u, ~0u, 0};
    memcpy(out + i * length, &row, length);
  }
  return 0;
}

X int nvmlDeviceGetMemoryInfo_v2(stemma_nvml_device d, stemma_nvml_memory2 *out) {
  ENTER();
  if (out->version != 0x02000028) return 25;
  if (mig_on && !d->is_mig) return 4;
  out->total = d->mib << 20;
  out->reserved = 1 << 20;
  out->used = 1 << 28;
  out->free = out->total - out->used;
  return 0;
}
X int nvmlDeviceGetComputeRunningProcesses_v3(stemma_nvml_device d, unsigned *n, unsigned char *out) {
  ENTER();
  return processes("compute", d, n, out);
}
X int nvmlDeviceGetMPSComputeRunningProcesses_v3(stemma_nvml_device d, unsigned *n, unsigned char *out) {
  ENTER();
  return processes("mps", d, n, out);
}
X int nvmlDeviceGetMaxMigDeviceCount(stemma_nvml_device d, unsigned *out) { ENTER(); (void)d; *out = mig_on ? 7 : 0; return 0; }
X int nvmlDeviceGetMigDeviceHandleByIndex(stemma_nvml_device d, unsigned i, stemma_nvml_device *out) {
  ENTER();
  if (d->index || i >= 16 || !is_part[i]) return 6;
  *out = &parts[i];
  return 0;
}
X int nvmlDeviceGetGpuInstanceId(stemma_nvml_device d, unsigned *out) { ENTER(); *out = d->gi; return d->is_mig ? 0 : 2; }
X int nvmlDeviceGetComputeInstanceId(stemma_nvml_device d, unsigned *out) { ENTER(); *out = d->ci; return d->is_mig ? 0 : 2; }
X int nvmlDeviceGetAttributes_v2(stemma_nvml_device d, stemma_nvml_attributes *out) {
  ENTER();
  if (!d->is_mig) return 2;
  *out = (stemma_nvml_attributes){
      .multiprocessors = d->sms, .gi_slices = d->profile[0] - '0', .ci_slices = d->profile[0] - '0',
      .memory_mb = d->mib};
  return 0;
}
#endif
