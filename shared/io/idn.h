/* SPDX-License-Identifier: MIT */
/*
 * Internationalized domain names: what people type and what the DNS holds.
 *
 * The only module that includes <idn2.h> (IDNA 2008). Results are lower case,
 * without a trailing dot, at most 253 bytes.
 */
#ifndef SHARED_IO_IDN_H
#define SHARED_IO_IDN_H

#include "shared/base/err.h"

#include <stddef.h>

enum {
    IDN_ASCII_SIZE = 254,    /* 253 bytes and the NUL                                        */
    IDN_UNICODE_SIZE = 1024, /* the same name in UTF-8                                       */
};

/*
 * "Пример.РФ" and "xn--e1afmkfd.xn--p1ai" both give "xn--e1afmkfd.xn--p1ai".
 * Accepts what DNS names need and IDNA alone refuses: "_" anywhere in a label
 * (_dmarc) and a single leading label "*".
 * Fails: ERR_REJECT empty, too long, an empty label, a label over 63, a
 *        character that no name may hold; the message says which
 */
MUST_CHECK bool idn_to_ascii(const char *name, char out[IDN_ASCII_SIZE], struct err *err);

/* For showing: "xn--e1afmkfd.xn--p1ai" gives "пример.рф"; what cannot be decoded stays as it is. */
void idn_to_unicode(const char *ascii, char out[IDN_UNICODE_SIZE]);

#endif
