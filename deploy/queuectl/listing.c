/* SPDX-License-Identifier: MIT */
#include "deploy/queuectl/listing.h"

#include "deploy/queuectl/cell.h"
#include "shared/base/mem.h"
#include "shared/io/json.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { CELL_MAX_BYTES = 1024 * 1024, LINE_MAX_BYTES = 4 * 1024 * 1024, GAP = 2 };

struct cell {
    bool given;
    bool is_number;
    int64_t number;
    char *text; /* owned; as it came, in a table as it is shown */
    enum tone tone;
};

struct listing {
    FILE *out;
    struct listing_style style;
    const char *schema;
    const struct column *columns;
    size_t column_count;
    struct cell *cells; /* of all rows that are not printed, then of the one that is filled */
    size_t full_rows;   /* that are not printed                                             */
    size_t rows;        /* of this list, printed or not                                     */
    size_t at;          /* the next cell of the row that is filled                          */
};

struct listing *listing_new(FILE *out, const struct listing_style *style)
{
    struct listing *listing = xcalloc(1, sizeof(*listing));

    listing->out = out;
    listing->style = *style;
    return listing;
}

static void forget(struct listing *listing)
{
    for (size_t i = 0; i < listing->full_rows * listing->column_count + listing->at; i++) {
        free(listing->cells[i].text);
    }
    free(listing->cells);
    listing->cells = NULL;
    listing->full_rows = 0;
    listing->at = 0;
}

void listing_free(struct listing *listing)
{
    if (listing) {
        forget(listing);
        free(listing);
    }
}

bool listing_is_json(const struct listing *listing)
{
    return listing->style.json;
}

size_t listing_rows(const struct listing *listing)
{
    return listing->rows;
}

void listing_begin(struct listing *listing, const char *schema, const struct column columns[],
                   size_t count)
{
    assert(count > 0 && count <= LISTING_COLUMNS_MAX);
    listing_end(listing);
    listing->schema = schema;
    listing->columns = columns;
    listing->column_count = count;
    listing->rows = 0;
}

/* ---- filling ---- */

static struct cell *next_cell(struct listing *listing)
{
    size_t used = listing->full_rows * listing->column_count;

    assert(listing->at < listing->column_count);
    if (listing->at == 0) {
        listing->cells =
            xreallocarray(listing->cells, used + listing->column_count, sizeof(*listing->cells));
        memset(listing->cells + used, 0, listing->column_count * sizeof(*listing->cells));
    }
    return &listing->cells[used + listing->at++];
}

void listing_text(struct listing *listing, const char *text)
{
    struct cell *cell = next_cell(listing);

    if (text) {
        *cell = (struct cell){.given = true, .text = xstrdup(text)};
    }
}

void listing_number(struct listing *listing, int64_t number)
{
    *next_cell(listing) = (struct cell){.given = true, .is_number = true, .number = number};
}

void listing_none(struct listing *listing)
{
    (void)next_cell(listing);
}

void listing_textf(struct listing *listing, const char *format, ...)
{
    char text[1024];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    listing_text(listing, text);
}

void listing_tone(struct listing *listing, enum tone tone)
{
    assert(listing->at > 0);
    listing->cells[listing->full_rows * listing->column_count + listing->at - 1].tone = tone;
}

/* ---- JSON ---- */

static struct json *json_of(const struct column *column, const struct cell *cell)
{
    struct json *json;
    struct buf text;

    if (!cell->given) {
        return json_new_null();
    }
    if (cell->is_number) {
        return column->kind == CELL_TRUTH ? json_new_bool(cell->number != 0)
                                          : json_new_int(cell->number);
    }
    buf_init(&text, CELL_MAX_BYTES);
    cell_utf8(&text, cell->text);
    json = json_new_text(buf_text(&text));
    buf_free(&text);
    return json;
}

static void print_json(struct listing *listing, const struct cell *cells)
{
    struct json *object = json_object();
    char schema[96];
    struct buf line;

    (void)snprintf(schema, sizeof(schema), "beget-manager/%s/1", listing->schema);
    json_set_text(object, "schema", schema);
    for (size_t i = 0; i < listing->column_count; i++) {
        json_set(object, listing->columns[i].name, json_of(&listing->columns[i], &cells[i]));
    }
    buf_init(&line, LINE_MAX_BYTES);
    json_print(object, &line);
    (void)fprintf(listing->out, "%s\n", buf_text(&line));
    (void)fflush(listing->out);
    buf_free(&line);
    json_free(object);
}

void listing_row(struct listing *listing)
{
    while (listing->at < listing->column_count) {
        listing_none(listing);
    }
    listing->at = 0;
    listing->full_rows++;
    listing->rows++;
    if (listing->style.json) {
        print_json(listing, listing->cells);
        forget(listing);
    }
}

/* ---- tables ---- */

void listing_write(const struct listing *listing, enum cell_kind kind, int64_t number,
                   struct buf *out)
{
    if (kind == CELL_AGE) {
        cell_age(out, number);
    } else if (kind == CELL_TIME) {
        cell_time(out, number, listing->style.utc);
    } else if (kind == CELL_BYTES) {
        cell_bytes(out, number);
    } else if (kind == CELL_TRUTH) {
        buf_addf(out, "%s", number != 0 ? "yes" : "no");
    } else {
        buf_addf(out, "%" PRId64, number);
    }
}

/* The cell's text becomes what is shown of it. */
static void make_visible(const struct listing *listing, const struct column *column,
                         struct cell *cell)
{
    struct buf text;

    buf_init(&text, CELL_MAX_BYTES);
    if (!cell->given) {
        buf_addf(&text, "-");
    } else if (cell->is_number) {
        listing_write(listing, column->kind, cell->number, &text);
    } else {
        cell_harmless(&text, cell->text);
    }
    free(cell->text);
    cell->text = xstrdup(buf_text(&text));
    buf_free(&text);
}

static const char *tone_code(enum tone tone)
{
    static const char *const CODES[] = {
        [TONE_PLAIN] = "",       [TONE_GOOD] = "\x1b[32m", [TONE_WARN] = "\x1b[33m",
        [TONE_BAD] = "\x1b[31m", [TONE_DIM] = "\x1b[2m",
    };

    return CODES[tone];
}

static bool is_right(const struct column *column)
{
    return column->kind == CELL_NUMBER || column->kind == CELL_AGE || column->kind == CELL_BYTES;
}

/* One cell of a line; the last one of it is not padded, and is cut to what is left. */
static void print_cell(const struct listing *listing, const char *text, size_t width, bool right,
                       bool last, enum tone tone, size_t *at)
{
    size_t own = cell_width(text);
    size_t bytes = strlen(text);
    size_t left = listing->style.width > *at ? listing->style.width - *at : 0;
    bool cut = last && listing->style.width > 0 && own > left && left > 1;
    bool colored = listing->style.color && tone != TONE_PLAIN;
    int padding = (int)(width > own ? width - own : 0);

    if (cut) {
        bytes = cell_fit_bytes(text, left - 1);
    }
    (void)fprintf(listing->out, "%*s%s%.*s%s%s%*s%*s", right ? padding : 0, "",
                  colored ? tone_code(tone) : "", (int)bytes, text, cut ? "\xe2\x80\xa6" : "",
                  colored ? "\x1b[0m" : "", right || last ? 0 : padding, "", last ? 0 : GAP, "");
    *at += (own > width ? own : width) + GAP;
}

/* The position of the last column with a heading, or the number of columns. */
static size_t last_shown(const struct listing *listing)
{
    for (size_t i = listing->column_count; i > 0; i--) {
        if (listing->columns[i - 1].head) {
            return i - 1;
        }
    }
    return listing->column_count;
}

static void print_line(const struct listing *listing, const struct cell *cells,
                       const size_t widths[])
{
    size_t last = last_shown(listing);
    size_t at = 0;

    for (size_t i = 0; i <= last; i++) {
        const struct column *column = &listing->columns[i];

        if (column->head) {
            print_cell(listing, cells ? cells[i].text : column->head, widths[i], is_right(column),
                       i == last, cells ? cells[i].tone : TONE_DIM, &at);
        }
    }
    (void)fprintf(listing->out, "\n");
}

/* Without any heading there are no columns to align: each row is its last cell. */
static void print_sentences(const struct listing *listing)
{
    for (size_t row = 0; row < listing->full_rows; row++) {
        const struct cell *cells = listing->cells + row * listing->column_count;
        size_t at = 0;

        print_cell(listing, cells[listing->column_count - 1].text, 0, false, true,
                   cells[listing->column_count - 1].tone, &at);
        (void)fprintf(listing->out, "\n");
    }
}

static void print_table(const struct listing *listing)
{
    size_t widths[LISTING_COLUMNS_MAX] = {0};
    bool headed = false;

    for (size_t i = 0; i < listing->column_count; i++) {
        const char *head = listing->columns[i].head;

        widths[i] = head ? cell_width(head) : 0;
        headed = headed || (head && *head != '\0');
        for (size_t row = 0; row < listing->full_rows; row++) {
            size_t width = cell_width(listing->cells[row * listing->column_count + i].text);

            widths[i] = width > widths[i] ? width : widths[i];
        }
    }
    if (headed) {
        print_line(listing, NULL, widths);
    }
    for (size_t row = 0; row < listing->full_rows; row++) {
        print_line(listing, listing->cells + row * listing->column_count, widths);
    }
}

void listing_end(struct listing *listing)
{
    if (listing->full_rows == 0) {
        return;
    }
    for (size_t i = 0; i < listing->full_rows * listing->column_count; i++) {
        make_visible(listing, &listing->columns[i % listing->column_count], &listing->cells[i]);
    }
    if (last_shown(listing) == listing->column_count) {
        print_sentences(listing);
    } else {
        print_table(listing);
    }
    (void)fflush(listing->out);
    forget(listing);
}

void listing_program_text(struct listing *listing, const char *schema, const char *text)
{
    static const struct column COLUMN = {"text", NULL, CELL_TEXT};

    listing_begin(listing, schema, &COLUMN, 1);
    if (listing->style.json) {
        listing_text(listing, text);
        listing_row(listing);
        return;
    }
    (void)fputs(text, listing->out);
    (void)fflush(listing->out);
}

void listing_note(struct listing *listing, const char *format, ...)
{
    char text[2048];
    struct buf visible;
    va_list args;

    listing_end(listing);
    if (listing->style.json) {
        return;
    }
    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    buf_init(&visible, CELL_MAX_BYTES);
    cell_harmless(&visible, text);
    (void)fprintf(listing->out, "%s\n", buf_text(&visible));
    (void)fflush(listing->out);
    buf_free(&visible);
}
