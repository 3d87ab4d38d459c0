/* SPDX-License-Identifier: MIT */
#include "shared/base/metric_text.h"

#include <inttypes.h>
#include <stdbool.h>

static const char *const TYPE_NAMES[] = {"counter", "gauge", "histogram"};

/* A quote ends the value of a label; in a help text it is a character like others. */
static void add_escaped(struct buf *out, const char *text, bool quoted)
{
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '\n') {
            buf_addf(out, "\\n");
        } else if (*c == '\\' || (quoted && *c == '"')) {
            buf_addf(out, "\\%c", *c);
        } else {
            buf_add(out, c, 1);
        }
    }
}

void metric_text_family(struct buf *out, const char *name, enum metric_type type, const char *help)
{
    buf_addf(out, "# HELP %s ", name);
    add_escaped(out, help, false);
    buf_addf(out, "\n# TYPE %s %s\n", name, TYPE_NAMES[type]);
}

void metric_text_number(struct buf *out, int64_t value, enum metric_scale scale)
{
    uint64_t size = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    unsigned thousandths = (unsigned)(size % METRIC_MS);

    if (scale == METRIC_ONE) {
        buf_addf(out, "%" PRId64, value);
        return;
    }
    buf_addf(out, "%s%" PRIu64, value < 0 ? "-" : "", size / METRIC_MS);
    if (thousandths % 10 != 0) {
        buf_addf(out, ".%03u", thousandths);
    } else if (thousandths % 100 != 0) {
        buf_addf(out, ".%02u", thousandths / 10);
    } else if (thousandths != 0) {
        buf_addf(out, ".%u", thousandths / 100);
    }
}

void metric_text_sample(struct buf *out, const char *name, const char *suffix,
                        const struct metric_pair pairs[], size_t count, int64_t value,
                        enum metric_scale scale)
{
    const char *before = "{";

    buf_addf(out, "%s%s", name, suffix);
    for (size_t i = 0; i < count; i++) {
        if (pairs[i].name && pairs[i].value) {
            buf_addf(out, "%s%s=\"", before, pairs[i].name);
            add_escaped(out, pairs[i].value, true);
            buf_addf(out, "\"");
            before = ",";
        }
    }
    buf_addf(out, "%s ", before[0] == ',' ? "}" : "");
    metric_text_number(out, value, scale);
    buf_addf(out, "\n");
}
