/* SPDX-License-Identifier: MIT */
#include "tests/sandbox/beget/text.h"

#include "shared/base/utf8.h"

enum { REPLACEMENT = 0xfffd, ASCII_END = 0x80, PLANE_SIZE = 0x10000 };

/* The code point in the `len` bytes of one character. */
static unsigned decode(const char *bytes, size_t len)
{
    static const unsigned char LEAD_BITS[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    unsigned point;

    if (!utf8_valid(bytes, len) || len >= sizeof(LEAD_BITS)) {
        return REPLACEMENT;
    }
    point = (unsigned char)bytes[0] & LEAD_BITS[len];
    for (size_t i = 1; i < len; i++) {
        point = point << 6 | ((unsigned char)bytes[i] & 0x3fU);
    }
    return point;
}

static void add_point(struct buf *out, unsigned point)
{
    if (point < PLANE_SIZE) {
        buf_addf(out, "\\u%04x", point);
    } else {
        unsigned pair = point - PLANE_SIZE;

        buf_addf(out, "\\u%04x\\u%04x", 0xd800 + (pair >> 10), 0xdc00 + (pair & 0x3ff));
    }
}

void text_escape(const char *json, size_t len, struct buf *out)
{
    size_t at = 0;

    while (at < len) {
        size_t size = utf8_prefix_bytes(json + at, len - at, 1);

        if ((unsigned char)json[at] >= ASCII_END) {
            add_point(out, decode(json + at, size));
        } else if (json[at] == '/') {
            buf_add(out, "\\/", 2);
        } else {
            buf_add(out, json + at, size);
        }
        at += size;
    }
}
