/* SPDX-License-Identifier: MIT */
/* Scalars as the documentation of the hosting API shows them, where captures differ. Pure. */
#ifndef TESTS_SANDBOX_BEGET_DOCS_TYPES_H
#define TESTS_SANDBOX_BEGET_DOCS_TYPES_H

struct json;

/* A copy of the result of `path` ("domain/getList") with other types; the caller owns it. */
struct json *docs_types(const char *path, const struct json *result);

#endif
