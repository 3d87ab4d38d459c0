/* SPDX-License-Identifier: MIT */
#include "shared/base/utf8.h"

/* Bytes of the well-formed character at `text`, or 0. Ranges: Unicode 15, table 3-7. */
static size_t char_bytes(const unsigned char *text, size_t len)
{
    unsigned char lead = text[0];
    unsigned char low = 0x80;
    unsigned char high = 0xbf;
    size_t size;

    if (lead < 0x80) {
        return 1;
    }
    if (lead < 0xc2 || lead > 0xf4) {
        return 0;
    }
    size = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (lead == 0xe0) {
        low = 0xa0; /* no overlong forms */
    } else if (lead == 0xed) {
        high = 0x9f; /* no surrogates */
    } else if (lead == 0xf0) {
        low = 0x90;
    } else if (lead == 0xf4) {
        high = 0x8f; /* nothing above U+10FFFF */
    }
    if (size > len || text[1] < low || text[1] > high) {
        return 0;
    }
    for (size_t i = 2; i < size; i++) {
        if (text[i] < 0x80 || text[i] > 0xbf) {
            return 0;
        }
    }
    return size;
}

static size_t step_bytes(const char *text, size_t len)
{
    size_t size = char_bytes((const unsigned char *)text, len);

    return size > 0 ? size : 1;
}

size_t utf8_count(const char *text, size_t len)
{
    size_t points = 0;

    for (size_t at = 0; at < len; at += step_bytes(text + at, len - at)) {
        points++;
    }
    return points;
}

size_t utf8_prefix_bytes(const char *text, size_t len, size_t max_points)
{
    size_t at = 0;

    for (size_t points = 0; at < len && points < max_points; points++) {
        at += step_bytes(text + at, len - at);
    }
    return at;
}

size_t utf8_fit_bytes(const char *text, size_t len, size_t max_bytes)
{
    size_t at = 0;

    while (at < len) {
        size_t size = step_bytes(text + at, len - at);

        if (at + size > max_bytes) {
            break;
        }
        at += size;
    }
    return at;
}

size_t utf8_whole_bytes(const char *text, size_t len)
{
    size_t behind = 0; /* continuation bytes at the end */
    unsigned char lead;
    size_t size;

    while (behind < len && behind < 3 && ((unsigned char)text[len - 1 - behind] & 0xc0u) == 0x80) {
        behind++;
    }
    if (behind == len) {
        return len;
    }
    lead = (unsigned char)text[len - 1 - behind];
    size = lead < 0xc2 || lead > 0xf4 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    return behind + 1 < size ? len - 1 - behind : len;
}

/* U+0410 to U+042F lie 0x20, U+0400 to U+040F lie 0x50 below their small letters. */
static void lower_cyrillic(unsigned char pair[2])
{
    unsigned point = (pair[0] & 0x1fu) << 6 | (pair[1] & 0x3fu);

    point += point < 0x410 ? 0x50 : 0x20;
    pair[0] = (unsigned char)(0xc0u | point >> 6);
    pair[1] = (unsigned char)(0x80u | (point & 0x3fu));
}

void utf8_lower(char *text)
{
    for (unsigned char *c = (unsigned char *)text; *c != '\0'; c++) {
        if (*c >= 'A' && *c <= 'Z') {
            *c = (unsigned char)(*c - 'A' + 'a');
        } else if (c[0] == 0xd0 && c[1] >= 0x80 && c[1] <= 0xaf) {
            lower_cyrillic(c);
            c++;
        }
    }
}

bool utf8_valid(const char *text, size_t len)
{
    for (size_t at = 0; at < len;) {
        size_t size = char_bytes((const unsigned char *)text + at, len - at);

        if (size == 0) {
            return false;
        }
        at += size;
    }
    return true;
}
