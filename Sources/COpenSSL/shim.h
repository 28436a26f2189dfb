/* The door to libcrypto (OpenSSL 3). Only the target Crypto imports it. */
#ifndef STEMMA_COPENSSL_SHIM_H
#define STEMMA_COPENSSL_SHIM_H

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#endif
