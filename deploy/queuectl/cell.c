/* SPDX-License-Identifier: MIT */
#include "deploy/queuectl/cell.h"

#include "shared/base/compiler.h"
#include "shared/base/utf8.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

struct range {
    uint32_t first;
    uint32_t last;
};

/* What a terminal would act upon: C0, DEL, C1, marks and overrides of direction, line separators.
 */
static const struct range ACTING[] = {
    {0x00, 0x1f},     {0x7f, 0x9f},     {0x061c, 0x061c}, {0x200b, 0x200f},
    {0x2028, 0x202e}, {0x2060, 0x2069}, {0xfeff, 0xfeff}, {0xfff9, 0xfffb},
};

/* Takes no column of its own. */
static const struct range ABOVE[] = {
    {0x0300, 0x036f}, {0x0483, 0x0489}, {0x0591, 0x05bd}, {0x064b, 0x065f}, {0x1ab0, 0x1aff},
    {0x1dc0, 0x1dff}, {0x200d, 0x200d}, {0x20d0, 0x20ff}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f},
};

/* Takes two columns: East Asian wide and full-width, and emoji. */
static const struct range WIDE[] = {
    {0x1100, 0x115f},   {0x231a, 0x231b},   {0x23e9, 0x23ec},   {0x23f0, 0x23f3},
    {0x25fd, 0x25fe},   {0x2614, 0x2615},   {0x2648, 0x2653},   {0x26a1, 0x26a1},
    {0x26c4, 0x26c5},   {0x26d4, 0x26d4},   {0x2705, 0x2705},   {0x270a, 0x270b},
    {0x2728, 0x2728},   {0x274c, 0x274c},   {0x274e, 0x274e},   {0x2753, 0x2757},
    {0x2795, 0x2797},   {0x2b1b, 0x2b1c},   {0x2b50, 0x2b50},   {0x2e80, 0x303e},
    {0x3041, 0x33ff},   {0x3400, 0x4dbf},   {0x4e00, 0x9fff},   {0xa000, 0xa4cf},
    {0xac00, 0xd7a3},   {0xf900, 0xfaff},   {0xfe30, 0xfe4f},   {0xff00, 0xff60},
    {0xffe0, 0xffe6},   {0x1f300, 0x1f64f}, {0x1f680, 0x1f6ff}, {0x1f900, 0x1f9ff},
    {0x1fa70, 0x1faff}, {0x20000, 0x3fffd},
};

#define IS_IN(code, ranges) is_in((code), (ranges), ARRAY_LEN(ranges))

static bool is_in(uint32_t code, const struct range ranges[], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (code >= ranges[i].first && code <= ranges[i].last) {
            return true;
        }
    }
    return false;
}

/* The first character of `text`, which is not empty; *out_bytes of it. U+FFFD for what is none. */
static uint32_t first_of(const char *text, size_t len, size_t *out_bytes)
{
    static const unsigned char LEAD_BITS[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    size_t bytes = utf8_prefix_bytes(text, len, 1);
    uint32_t code;

    *out_bytes = bytes;
    if (!utf8_valid(text, bytes) || bytes >= ARRAY_LEN(LEAD_BITS)) {
        return 0xfffd;
    }
    code = (unsigned char)text[0] & LEAD_BITS[bytes];
    for (size_t i = 1; i < bytes; i++) {
        code = code << 6 | ((unsigned char)text[i] & 0x3f);
    }
    return code;
}

static void copy(struct buf *out, const char *text, bool harmless)
{
    size_t len = strlen(text);
    size_t bytes;

    for (size_t at = 0; at < len; at += bytes) {
        uint32_t code = first_of(text + at, len - at, &bytes);

        if (harmless && IS_IN(code, ACTING)) {
            buf_addf(out, "\\u{%" PRIx32 "}", code);
        } else if (code == 0xfffd) {
            buf_addf(out, "\xef\xbf\xbd");
        } else {
            buf_add(out, text + at, bytes);
        }
    }
}

void cell_harmless(struct buf *out, const char *text)
{
    copy(out, text, true);
}

void cell_utf8(struct buf *out, const char *text)
{
    copy(out, text, false);
}

static size_t width_of(uint32_t code)
{
    return IS_IN(code, ABOVE) ? 0 : IS_IN(code, WIDE) ? 2 : 1;
}

size_t cell_width(const char *text)
{
    size_t len = strlen(text);
    size_t width = 0;
    size_t bytes;

    for (size_t at = 0; at < len; at += bytes) {
        width += width_of(first_of(text + at, len - at, &bytes));
    }
    return width;
}

size_t cell_fit_bytes(const char *text, size_t width)
{
    size_t len = strlen(text);
    size_t taken = 0;
    size_t at = 0;

    while (at < len) {
        size_t bytes;

        taken += width_of(first_of(text + at, len - at, &bytes));
        if (taken > width) {
            return at;
        }
        at += bytes;
    }
    return at;
}

/* ---- figures ---- */

void cell_age(struct buf *out, int64_t ms)
{
    static const struct {
        int64_t below_ms;
        int64_t unit_ms;
        const char *unit;
    } STEPS[] = {{1000, 1, "ms"},
                 {120 * INT64_C(1000), 1000, "s"},
                 {120 * INT64_C(60000), 60000, "min"},
                 {48 * INT64_C(3600000), 3600000, "h"},
                 {INT64_MAX, 86400000, "d"}};
    size_t i = 0;

    while (i + 1 < ARRAY_LEN(STEPS) && ms >= STEPS[i].below_ms) {
        i++;
    }
    buf_addf(out, "%" PRId64 " %s", ms / STEPS[i].unit_ms, STEPS[i].unit);
}

void cell_time(struct buf *out, int64_t unix_ms, bool utc)
{
    time_t seconds = (time_t)(unix_ms / 1000);
    struct tm parts;
    char text[32];

    if (unix_ms == 0 || !(utc ? gmtime_r(&seconds, &parts) : localtime_r(&seconds, &parts)) ||
        strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &parts) == 0) {
        buf_addf(out, "-");
        return;
    }
    buf_addf(out, "%s", text);
}

void cell_bytes(struct buf *out, int64_t bytes)
{
    static const char *const UNITS[] = {"KiB", "MiB", "GiB", "TiB"};
    int64_t unit = 1024;
    size_t i = 0;

    if (bytes < 1024) {
        buf_addf(out, "%" PRId64 " B", bytes);
        return;
    }
    while (i + 1 < ARRAY_LEN(UNITS) && bytes / unit >= 1024) {
        unit *= 1024;
        i++;
    }
    buf_addf(out, "%" PRId64 ".%d %s", bytes / unit, (int)(bytes % unit * 10 / unit), UNITS[i]);
}
