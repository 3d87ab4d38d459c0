/* SPDX-License-Identifier: MIT */
/* A line of the log, with any bytes in its values: one line of valid UTF-8 with an end, and nothing
 * that acts. */
#include "shared/base/log_line.h"
#include "shared/base/mem.h"
#include "shared/base/utf8.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* NOLINTNEXTLINE(readability-identifier-naming): the name libFuzzer calls */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* Outside of its escapes a line has as many quotes as open and close its texts. */
static void check(const char *line, size_t len, enum log_format format)
{
    size_t quotes = 0;

    assert(len > 0 && len <= LOG_LINE_SIZE && line[len - 1] == '\n');
    assert(format != LOG_FORMAT_JSON || line[len - 2] == '}');
    assert(utf8_valid(line, len));
    for (size_t i = 0; i + 1 < len; i++) {
        assert((unsigned char)line[i] >= ' ' && line[i] != 0x7f);
        assert(i + 3 > len || memcmp(line + i, "\xe2\x80\xae", 3) != 0); /* U+202E */
        if (line[i] == '\\') {
            i++;
        } else if (line[i] == '"') {
            quotes++;
        }
    }
    assert(quotes % 2 == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const struct log_head head = {.service = "fuzz", .event = "some.event", .update_id = 7};
    char *text = xcalloc(size + 1, 1); /* exact, so that one byte too far is seen */
    const struct log_field fields[] = {LOG_TEXT("a", text), LOG_INT("n", -1), LOG_TEXT("b", text),
                                       LOG_TEXT("c", text + size / 2), LOG_END};
    char line[LOG_LINE_SIZE] = "";

    memcpy(text, bytes, size);
    check(line, log_line_write(LOG_FORMAT_LOGFMT, &head, fields, line), LOG_FORMAT_LOGFMT);
    check(line, log_line_write(LOG_FORMAT_JSON, &head, fields, line), LOG_FORMAT_JSON);
    free(text);
    return 0;
}
