/* The door to liblz4. Only the target Frames imports it. */
#ifndef STEMMA_CLZ4_SHIM_H
#define STEMMA_CLZ4_SHIM_H

#include <lz4.h>

#endif
