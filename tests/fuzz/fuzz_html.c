/* SPDX-License-Identifier: MIT */
/*
 * The sandbox's reading of parse_mode HTML: no input makes it read outside its
 * bytes, and what it accepts has entities that lie within the text.
 */
#include "tests/sandbox/telegram/html.h"

#include "shared/base/mem.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The simulators are no library: the target brings the files it needs. */
#include "tests/sandbox/telegram/html.c"      /* NOLINT(bugprone-suspicious-include) */
#include "tests/sandbox/telegram/html_link.c" /* NOLINT(bugprone-suspicious-include) */
#include "tests/sandbox/telegram/html_scan.c" /* NOLINT(bugprone-suspicious-include) */

/* NOLINTNEXTLINE(readability-identifier-naming): the name libFuzzer calls */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static size_t utf16_units(const struct buf *text)
{
    size_t units = 0;

    for (size_t i = 0; i < text->len; i++) {
        unsigned char byte = (unsigned char)text->data[i];

        units += (byte & 0xc0u) != 0x80u ? (byte >= 0xf0 ? 2 : 1) : 0;
    }
    return units;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char *html = xcalloc(size + 1, 1); /* exact, so that one byte too far is seen */
    struct html_text text;
    struct err err = ERR_INIT;

    memcpy(html, bytes, size);
    if (html_parse(html, &text, &err)) {
        size_t units = utf16_units(&text.text);

        assert(text.text.len <= strlen(html)); /* parsing never makes a text longer */
        for (size_t i = 0; i < text.count; i++) {
            assert(text.entities[i].length_utf16 > 0);
            assert(text.entities[i].offset_utf16 + text.entities[i].length_utf16 <= units);
        }
    } else {
        assert(err.kind == ERR_REJECT && err.message[0] != '\0');
    }
    html_text_free(&text);
    free(html);
    return 0;
}
