/*
 * sk_tool.h: security keys made in software, for tests; what they sign, the real ssh-keygen -Y verify accepts. Nothing here
 * is safe for real use. rw_crypto_init() comes first. Errors are RW_E_INTERNAL.
 */
#ifndef REFWALL_TESTS_SK_TOOL_H
#define REFWALL_TESTS_SK_TOOL_H

#include "refwall/buf.h"

#define SK_TOUCHED 0x01
#define SK_VERIFIED 0x04

/* A new key: FILE (its private half) and FILE.pub. ecdsa: sk-ecdsa-sha2-nistp256, else sk-ssh-ed25519. */
bool sk_generate(const char *file, bool ecdsa, struct rw_error *err);

/*
 * An armoured signature by the key in FILE. pub is the line that stands in it as the public key: of FILE.pub, or of a
 * certificate of that key.
 */
bool sk_sign(const char *file, struct rw_str pub, const char *ns, uint8_t flags, uint32_t counter, struct rw_str payload,
    struct rw_buf *ret, struct rw_error *err);

/* Raw Ed25519 with a key made by sk_generate(): r and s, 64 bytes. */
bool sk_sign_raw(const char *file, struct rw_str data, uint8_t ret[64], struct rw_error *err);

#endif
