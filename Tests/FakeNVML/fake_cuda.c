// A libcuda.so.1 for tests: FAKE_CUDA is "NAME;CC;SMS;BUS;L2;MIB;PCIBUS" ("_" in NAME is a blank) for one card, or a
// number that cuInit answers, or `hang`.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define X __attribute__((visibility("default")))

static char name[96];
static unsigned major, minor, sms, bus, l2, pci;
static unsigned long mib;

X int cuInit(unsigned flags) {
  const char *text = getenv("FAKE_CUDA");
  if (!text || flags) return 100;
  if (!strcmp(text, "hang")) for (;;) pause();
  if (sscanf(text, "%95[^;];%u.%u;%u;%u;%u;%lu;%u", name, &major, &minor, &sms, &bus, &l2, &mib,
             &pci) != 8) return atoi(text);
  for (char *c = name; *c; c++) if (*c == '_') *c = ' ';
  return 0;
}
X int cuDeviceGetCount(int *out) { *out = 1; return 0; }
X int cuDeviceGet(int *out, int index) { *out = index; return 0; }
X int cuDeviceGetName(char *out, int n, int d) { (void)d; snprintf(out, n, "%s", name); return 0; }
X int cuDeviceTotalMem_v2(size_t *out, int d) { (void)d; *out = mib << 20; return 0; }
X int cuDeviceGetAttribute(int *out, int attribute, int d) {
  (void)d;
  switch (attribute) {
    case 16: *out = sms; return 0;
    case 33: *out = pci; return 0;
    case 34: case 50: *out = 0; return 0;
    case 37: *out = bus; return 0;
    case 38: *out = l2; return 0;
    case 75: *out = major; return 0;
    case 76: *out = minor; return 0;
    default: return 1;
  }
}
