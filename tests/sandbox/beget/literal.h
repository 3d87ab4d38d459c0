/* SPDX-License-Identifier: MIT */
/* JSON written in the source: seeds and answers that never change. */
#ifndef TESTS_SANDBOX_BEGET_LITERAL_H
#define TESTS_SANDBOX_BEGET_LITERAL_H

struct json;

/* `text` is correct JSON, or the program ends at once. The caller owns the tree. */
struct json *literal(const char *text);

#endif
