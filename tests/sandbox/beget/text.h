/* SPDX-License-Identifier: MIT */
/* JSON text in the spelling of the hosting API: PHP's json_encode with its default flags. */
#ifndef TESTS_SANDBOX_BEGET_TEXT_H
#define TESTS_SANDBOX_BEGET_TEXT_H

#include "shared/base/buf.h"

#include <stddef.h>

/*
 * Appends the `len` bytes of compact JSON in `json` to `out` with "/" as "\/"
 * and everything outside ASCII as \uXXXX (lower case, surrogate pairs).
 */
void text_escape(const char *json, size_t len, struct buf *out);

#endif
