/* SPDX-License-Identifier: MIT */
#include "shared/ops/stuck_text.h"

#include "shared/base/compiler.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* clang-format off */
static const char *const TEXTS[][STUCK_LANGUAGE_COUNT] = {
#define TEXT(cause, en, ru) [cause] = {[STUCK_EN] = (en), [STUCK_RU] = (ru)},
#include "shared/ops/stuck_texts.def"
#undef TEXT
};

enum row {
#define TEXT(cause, en, ru) ROW_OF_##cause,
#include "shared/ops/stuck_texts.def"
#undef TEXT
    ROW_COUNT,
};

_Static_assert((int)ROW_COUNT == (int)STUCK_CAUSE_COUNT, "a cause has no row in stuck_texts.def, or two");

static const struct unit {
    int64_t s;
    const char *names[STUCK_LANGUAGE_COUNT];
} UNITS[] = {
    {86400, {"d",   "дн."}},
    {3600,  {"h",   "ч"  }},
    {60,    {"min", "мин"}},
    {1,     {"s",   "с"  }},
};
/* clang-format on */

enum { MINUTE_S = 60 };

const char *stuck_text_template(enum stuck_language language, enum stuck_cause cause)
{
    return TEXTS[cause][language];
}

void stuck_text(struct buf *out, enum stuck_language language, enum stuck_cause cause,
                int64_t count)
{
    static const char COUNT[] = "{count}";
    const char *text = stuck_text_template(language, cause);
    const char *at = strstr(text, COUNT);

    if (!at) {
        buf_addf(out, "%s", text);
        return;
    }
    buf_addf(out, "%.*s%" PRId64 "%s", (int)(at - text), text, count, at + sizeof(COUNT) - 1);
}

const char *stuck_span(enum stuck_language language, int64_t ms, char out[STUCK_SPAN_SIZE])
{
    int64_t s = ms > 0 ? ms / 1000 : 0;
    size_t i = 0;
    int64_t rest;

    while (i + 1 < ARRAY_LEN(UNITS) && s < UNITS[i].s) {
        i++;
    }
    (void)snprintf(out, STUCK_SPAN_SIZE, "%" PRId64 " %s", s / UNITS[i].s,
                   UNITS[i].names[language]);
    rest = s % UNITS[i].s;
    if (i + 1 < ARRAY_LEN(UNITS) && UNITS[i].s > MINUTE_S && rest >= UNITS[i + 1].s) {
        size_t len = strlen(out);

        (void)snprintf(out + len, STUCK_SPAN_SIZE - len, " %" PRId64 " %s", rest / UNITS[i + 1].s,
                       UNITS[i + 1].names[language]);
    }
    return out;
}
