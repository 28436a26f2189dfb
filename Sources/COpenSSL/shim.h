/* The door to libcrypto (OpenSSL 3). Only the target Crypto imports it. */
#ifndef STEMMA_COPENSSL_SHIM_H
#define STEMMA_COPENSSL_SHIM_H

/* The SHA-256 functions that keep their state on the stack have been called deprecated since 3.0;
   SHA256+Prefix.swift says why it uses them. */
#define OPENSSL_SUPPRESS_DEPRECATED

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#endif
