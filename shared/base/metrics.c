/* SPDX-License-Identifier: MIT */
#include "shared/base/metrics.h"

#include "shared/base/mem.h"
#include "shared/base/process_use.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

/*
 * A series has one cell; of a histogram one for each bucket, one for what is
 * above them, and the sum.
 */
static const struct metric_row *table;
static size_t table_count;
static const char *service_name;
static const char *service_version;
static size_t *first_cells;             /* of each row */
static _Atomic int64_t *cells;          /* of all series */
static const int64_t UNSET = INT64_MIN; /* a gauge that nobody has set */

static size_t label_count(const struct metric_label *label)
{
    return label->name ? label->count : 1;
}

static size_t cells_per_series(const struct metric_row *row)
{
    return row->type == METRIC_HISTOGRAM ? row->bound_count + 2 : 1;
}

static size_t series_count(const struct metric_row *row)
{
    return label_count(&row->labels[0]) * label_count(&row->labels[1]);
}

void metrics_init(const char *service, const char *version, const struct metric_row rows[],
                  size_t count)
{
    size_t total = 0;

    free(first_cells);
    free(cells);
    table = rows;
    table_count = count;
    service_name = service;
    service_version = version;
    first_cells = xcalloc(count + 1, sizeof(*first_cells));
    for (size_t i = 0; i < count; i++) {
        first_cells[i] = total;
        total += series_count(&rows[i]) * cells_per_series(&rows[i]);
    }
    first_cells[count] = total;
    cells = xcalloc(total + 1, sizeof(*cells));
    for (size_t i = 0; i < count; i++) {
        for (size_t at = first_cells[i]; at < first_cells[i + 1]; at++) {
            atomic_init(&cells[at], rows[i].type == METRIC_GAUGE ? UNSET : 0);
        }
    }
}

/* The first cell of a series; NULL when there is no such series of this type. */
static _Atomic int64_t *find(size_t metric, enum metric_type type, size_t first, size_t second)
{
    const struct metric_row *row;

    if (metric >= table_count) {
        return NULL;
    }
    row = &table[metric];
    if (row->type != type || first >= label_count(&row->labels[0]) ||
        second >= label_count(&row->labels[1])) {
        return NULL;
    }
    return &cells[first_cells[metric] +
                  (first * label_count(&row->labels[1]) + second) * cells_per_series(row)];
}

static void add(_Atomic int64_t *cell, int64_t amount)
{
    (void)atomic_fetch_add_explicit(cell, amount, memory_order_relaxed);
}

void metrics_add(size_t metric, size_t first, size_t second, int64_t amount)
{
    _Atomic int64_t *cell = find(metric, METRIC_COUNTER, first, second);

    if (!cell) {
        cell = find(metric, METRIC_GAUGE, first, second);
    }
    if (cell) {
        add(cell, amount);
    }
}

void metrics_set(size_t metric, size_t first, size_t second, int64_t value)
{
    _Atomic int64_t *cell = find(metric, METRIC_GAUGE, first, second);

    if (cell) {
        atomic_store_explicit(cell, value, memory_order_relaxed);
    }
}

void metrics_observe(size_t metric, size_t first, size_t second, int64_t value)
{
    _Atomic int64_t *cell = find(metric, METRIC_HISTOGRAM, first, second);
    size_t bucket = 0;

    if (!cell) {
        return;
    }
    while (bucket < table[metric].bound_count && value > table[metric].bounds[bucket]) {
        bucket++;
    }
    add(&cell[bucket], 1);
    add(&cell[table[metric].bound_count + 1], value);
}

/* ---- printing ---- */

static int64_t load(const _Atomic int64_t *cell)
{
    return atomic_load_explicit(cell, memory_order_relaxed);
}

static struct metric_pair pair_of(const struct metric_label *label, size_t index)
{
    return (struct metric_pair){label->name, label->name ? label->value(index) : NULL};
}

/* `pairs` has room for one more, the bucket's end. */
static void print_histogram(struct buf *out, const struct metric_row *row,
                            const _Atomic int64_t *cell,
                            struct metric_pair pairs[METRIC_LABELS_MAX + 1])
{
    int64_t count = 0;

    for (size_t i = 0; i <= row->bound_count; i++) {
        struct buf bound;

        buf_init(&bound, 32);
        if (i < row->bound_count) {
            metric_text_number(&bound, row->bounds[i], row->scale);
        } else {
            buf_addf(&bound, "+Inf");
        }
        count += load(&cell[i]);
        pairs[METRIC_LABELS_MAX] = (struct metric_pair){"le", buf_text(&bound)};
        metric_text_sample(out, row->name, "_bucket", pairs, METRIC_LABELS_MAX + 1, count,
                           METRIC_ONE);
        buf_free(&bound);
    }
    metric_text_sample(out, row->name, "_sum", pairs, METRIC_LABELS_MAX,
                       load(&cell[row->bound_count + 1]), row->scale);
    metric_text_sample(out, row->name, "_count", pairs, METRIC_LABELS_MAX, count, METRIC_ONE);
}

static bool has_samples(size_t metric)
{
    for (size_t at = first_cells[metric]; at < first_cells[metric + 1]; at++) {
        if (load(&cells[at]) != UNSET) {
            return true;
        }
    }
    return false;
}

static void print_row(struct buf *out, size_t metric)
{
    const struct metric_row *row = &table[metric];
    size_t seconds = label_count(&row->labels[1]);

    if (!has_samples(metric)) {
        return;
    }
    metric_text_family(out, row->name, row->type, row->help);
    for (size_t i = 0; i < series_count(row); i++) {
        const _Atomic int64_t *cell = &cells[first_cells[metric] + i * cells_per_series(row)];
        struct metric_pair pairs[METRIC_LABELS_MAX + 1] = {pair_of(&row->labels[0], i / seconds),
                                                           pair_of(&row->labels[1], i % seconds)};

        if (row->type == METRIC_HISTOGRAM) {
            print_histogram(out, row, cell, pairs);
        } else if (load(cell) != UNSET) {
            metric_text_sample(out, row->name, "", pairs, METRIC_LABELS_MAX, load(cell),
                               row->scale);
        }
    }
}

static void print_build(struct buf *out)
{
    static const char NAME[] = "beget_manager_build_info";
    const struct metric_pair pairs[] = {{"service", service_name}, {"version", service_version}};

    metric_text_family(out, NAME, METRIC_GAUGE, "Which program this is; always 1.");
    metric_text_sample(out, NAME, "", pairs, ARRAY_LEN(pairs), 1, METRIC_ONE);
}

/* Under the names that every Prometheus client library uses. */
static void print_process(struct buf *out)
{
    struct process_use use = process_use_now();
    const struct {
        const char *name;
        enum metric_type type;
        enum metric_scale scale;
        const char *help;
        int64_t value; /* -1: not known */
    } rows[] = {
        {"process_cpu_seconds_total", METRIC_COUNTER, METRIC_MS, "User and system CPU time spent.",
         use.cpu_ms},
        {"process_resident_memory_bytes", METRIC_GAUGE, METRIC_ONE, "Memory of the process in RAM.",
         use.resident_bytes},
        {"process_start_time_seconds", METRIC_GAUGE, METRIC_MS,
         "When the process was started, Unix time.", use.started_unix_ms},
        {"process_open_fds", METRIC_GAUGE, METRIC_ONE, "Open file descriptors.", use.open_fds},
        {"process_max_fds", METRIC_GAUGE, METRIC_ONE, "How many may be open.", use.max_fds},
    };

    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (rows[i].value >= 0) {
            metric_text_family(out, rows[i].name, rows[i].type, rows[i].help);
            metric_text_sample(out, rows[i].name, "", NULL, 0, rows[i].value, rows[i].scale);
        }
    }
}

void metrics_print(struct buf *out)
{
    if (!table) {
        return;
    }
    for (size_t i = 0; i < table_count; i++) {
        print_row(out, i);
    }
    print_build(out);
    print_process(out);
}
