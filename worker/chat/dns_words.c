/* SPDX-License-Identifier: MIT */
#include "worker/chat/dns_words.h"

#include "shared/base/utf8.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    LITERAL_MAX_BYTES = 512, /* a longer old value is named by its key                       */
    TYPE_SIZE = 8,
    VALUES_MAX = 4,     /* "10 a.example.com 20 b.example.com"                          */
    SHOWN_POINTS = 200, /* of a value in a sentence                                     */
    RECORD_MAX_BYTES = 1 << 20,
};

static const char BLANKS[] = " \t\r\n";

/* clang-format off */
static const enum text_id FAULTS[DNS_FAULT_COUNT] = {
    [DNS_FAULT_IPV4_BAD]          = TEXT_DNS_IPV4_BAD,
    [DNS_FAULT_IPV4_LEADING_ZERO] = TEXT_DNS_IPV4_LEADING_ZERO,
    [DNS_FAULT_IPV4_UNUSABLE]     = TEXT_DNS_IPV4_UNUSABLE,
    [DNS_FAULT_IPV4_IS_IPV6]      = TEXT_DNS_IPV4_IS_IPV6,
    [DNS_FAULT_IPV6_BAD]          = TEXT_DNS_IPV6_BAD,
    [DNS_FAULT_IPV6_UNUSABLE]     = TEXT_DNS_IPV6_UNUSABLE,
    [DNS_FAULT_IPV6_IS_IPV4]      = TEXT_DNS_IPV6_IS_IPV4,
    [DNS_FAULT_HOST_BAD]          = TEXT_DNS_HOST_BAD,
    [DNS_FAULT_HOST_IS_ADDRESS]   = TEXT_DNS_HOST_IS_ADDRESS,
    [DNS_FAULT_HOST_ONE_LABEL]    = TEXT_DNS_HOST_ONE_LABEL,
    [DNS_FAULT_MX_FORM]           = TEXT_DNS_MX_FORM,
    [DNS_FAULT_MX_PREFERENCE]     = TEXT_DNS_MX_PREFERENCE,
    [DNS_FAULT_MX_NULL]           = TEXT_DNS_MX_NULL,
    [DNS_FAULT_TXT_EMPTY]         = TEXT_DNS_TXT_EMPTY,
    [DNS_FAULT_TXT_TOO_LONG]      = TEXT_DNS_TXT_TOO_LONG,
    [DNS_FAULT_TXT_CONTROL]       = TEXT_DNS_TXT_CONTROL,
    [DNS_FAULT_TXT_NOT_UTF8]      = TEXT_DNS_TXT_NOT_UTF8,
};
/* clang-format on */

static bool is_good(enum dns_fault fault, enum text_id *out_why)
{
    if (fault != DNS_FAULT_NONE) {
        *out_why = FAULTS[fault];
    }
    return fault == DNS_FAULT_NONE;
}

static const char *skip_blanks(const char *text)
{
    return text + strspn(text, BLANKS);
}

/* ---- the parts of a text ---- */

/* Reads the type; *out_behind is what follows, without blanks before it. */
static bool cut_type(const char *text, enum dns_type *out, const char **out_behind)
{
    char word[TYPE_SIZE];
    size_t len;

    text = skip_blanks(text);
    len = strcspn(text, BLANKS);
    if (len >= sizeof(word)) {
        return false;
    }
    memcpy(word, text, len);
    word[len] = '\0';
    *out_behind = skip_blanks(text + len);
    return dns_type_parse(word, out);
}

bool dns_words_type(const char *text, enum dns_type *out)
{
    const char *behind;

    return cut_type(text, out, &behind);
}

/* "#" and sixteen hex digits, and nothing else. */
static bool read_key(const char *text, char out[DNS_KEY_SIZE])
{
    if (text[0] != '#' || strlen(text) != DNS_KEY_SIZE ||
        strspn(text + 1, "0123456789abcdef") != DNS_KEY_SIZE - 1) {
        return false;
    }
    (void)snprintf(out, DNS_KEY_SIZE, "%s", text + 1);
    return true;
}

/* One value of a change: a word, or what stands in quotes. */
struct value {
    char text[DNS_VALUE_SIZE];
    bool quoted;
};

/* What stands behind the opening quote, up to the closing one. Returns what follows; NULL: none. */
static const char *cut_quoted(const char *text, struct value *out)
{
    size_t len = 0;

    for (; *text != '"'; text++) {
        text += text[0] == '\\' && (text[1] == '"' || text[1] == '\\') ? 1 : 0;
        if (*text == '\0' || len + 1 >= sizeof(out->text)) {
            return NULL;
        }
        out->text[len++] = *text;
    }
    out->text[len] = '\0';
    out->quoted = true;
    return text[1] == '\0' || strchr(BLANKS, text[1]) ? text + 1 : NULL;
}

static const char *cut_value(const char *text, struct value *out)
{
    size_t len = strcspn(text, BLANKS);

    if (*text == '"') {
        return cut_quoted(text + 1, out);
    }
    if (len >= sizeof(out->text)) {
        return NULL;
    }
    memcpy(out->text, text, len);
    out->text[len] = '\0';
    out->quoted = false;
    return text + len;
}

/* Reads all values. Returns how many; 0 when there are too many, or a quote is not closed. */
static size_t cut_values(const char *text, struct value out[VALUES_MAX])
{
    size_t count = 0;

    for (text = skip_blanks(text); *text != '\0'; text = skip_blanks(text)) {
        text = count < VALUES_MAX ? cut_value(text, &out[count]) : NULL;
        if (!text) {
            return 0;
        }
        count++;
    }
    return count;
}

static bool is_number(const struct value *value)
{
    return !value->quoted && value->text[0] != '\0' &&
           value->text[strspn(value->text, "0123456789")] == '\0';
}

/* "10" and "mx.example.com" are one value, "10 mx.example.com". False: they do not fit. */
static bool join_preference(struct value values[VALUES_MAX], size_t at, size_t *count)
{
    struct value joined = {.quoted = true};

    if (at + 1 >= *count || !is_number(&values[at])) {
        return true;
    }
    if (snprintf(joined.text, sizeof(joined.text), "%s %s", values[at].text, values[at + 1].text) >=
        (int)sizeof(joined.text)) {
        return false;
    }
    values[at] = joined;
    (*count)--;
    for (size_t i = at + 1; i < *count; i++) {
        values[i] = values[i + 1];
    }
    return true;
}

/* ---- reading ---- */

static bool read_old(enum dns_type type, const char *text, bool quoted, struct dns_words *out,
                     enum text_id *out_why)
{
    if (!quoted && read_key(text, out->old_key)) {
        out->edit.old.type = type;
        return true;
    }
    return is_good(dns_check_old(type, text, &out->edit.old), out_why);
}

static bool read_change(enum dns_type type, const char *text, struct dns_words *out,
                        enum text_id *out_why)
{
    struct value values[VALUES_MAX];
    size_t count = cut_values(text, values);

    if (count == 0 || (type == DNS_MX && (!join_preference(values, 0, &count) ||
                                          !join_preference(values, 1, &count)))) {
        count = 0;
    }
    if (count != 2) {
        *out_why = TEXT_DNS_SET_FORM;
        return false;
    }
    return read_old(type, values[0].text, values[0].quoted, out, out_why) &&
           is_good(dns_check_new(type, values[1].text, &out->edit.wanted), out_why);
}

bool dns_words_read(enum dns_edit_kind kind, const char *text, struct dns_words *out,
                    enum text_id *out_why)
{
    enum dns_type type;

    *out = (struct dns_words){.edit = {.kind = kind}};
    if (!cut_type(text, &type, &text)) {
        *out_why = TEXT_DNS_TYPE_WRONG;
        return false;
    }
    switch (kind) {
    case DNS_EDIT_ADD:
        return is_good(dns_check_new(type, text, &out->edit.wanted), out_why);
    case DNS_EDIT_DEL:
        return read_old(type, text, false, out, out_why);
    case DNS_EDIT_SET:
        break;
    }
    return read_change(type, text, out, out_why);
}

bool dns_words_resolve(struct dns_words *words, const struct dns_zone *zone)
{
    const struct dns_record *record;

    if (words->old_key[0] == '\0') {
        return true;
    }
    record = dns_zone_find(zone, words->old_key);
    return record && record->type == words->edit.old.type &&
           dns_wanted_of(record, &words->edit.old);
}

const struct dns_record *dns_words_find(const struct dns_zone *zone, const char *text)
{
    struct dns_words words;
    enum text_id ignored;

    if (!dns_words_read(DNS_EDIT_DEL, text, &words, &ignored)) {
        return NULL;
    }
    if (words.old_key[0] != '\0') {
        return dns_zone_find(zone, words.old_key);
    }
    for (size_t i = 0; i < zone->count; i++) {
        struct dns_wanted there;

        if (zone->records[i].type == words.edit.old.type &&
            dns_wanted_of(&zone->records[i], &there) &&
            strcmp(there.value, words.edit.old.value) == 0 &&
            (there.type != DNS_MX || there.preference == words.edit.old.preference)) {
            return &zone->records[i];
        }
    }
    return NULL;
}

/* ---- writing ---- */

/* Whether the record as it is printed is read as just that record. */
static bool is_literal(const struct dns_record *record, const char *printed)
{
    struct dns_wanted meant;
    struct dns_wanted there;
    char key[DNS_KEY_SIZE];

    return strlen(printed) <= LITERAL_MAX_BYTES && !read_key(printed, key) &&
           dns_wanted_of(record, &there) &&
           dns_check_old(record->type, printed, &meant) == DNS_FAULT_NONE &&
           strcmp(meant.value, there.value) == 0;
}

void dns_words_of(const struct dns_record *record, struct buf *out)
{
    char key[DNS_KEY_SIZE];
    struct buf printed;

    buf_init(&printed, RECORD_MAX_BYTES);
    dns_record_print(record, &printed);
    buf_addf(out, "%s ", dns_type_name(record->type));
    if (is_literal(record, buf_text(&printed))) {
        buf_add(out, buf_text(&printed), printed.len);
    } else {
        dns_record_key(record, key);
        buf_addf(out, "#%s", key);
    }
    buf_free(&printed);
}

static void add_quoted(const char *value, struct buf *out)
{
    buf_addf(out, "\"");
    for (; *value != '\0'; value++) {
        buf_addf(out, "%s%c", *value == '"' || *value == '\\' ? "\\" : "", *value);
    }
    buf_addf(out, "\"");
}

void dns_words_changing(const char *of, const char *typed, struct buf *out)
{
    char key[DNS_KEY_SIZE];
    enum dns_type type;
    const char *old;

    if (!cut_type(of, &type, &old)) {
        return; /* what is left reads as no change at all */
    }
    buf_addf(out, "%s ", dns_type_name(type));
    if (read_key(old, key)) {
        buf_addf(out, "%s", old);
    } else {
        add_quoted(old, out);
    }
    buf_addf(out, " ");
    add_quoted(typed, out);
}

/* ---- showing ---- */

static void add_line(const char *sign, const struct dns_wanted *wanted, struct buf *out)
{
    size_t len = strlen(wanted->value);
    size_t fit = utf8_prefix_bytes(wanted->value, len, SHOWN_POINTS);

    buf_addf(out, "%s%s %s ", out->len > 0 ? "\n" : "", sign, dns_type_name(wanted->type));
    if (wanted->type == DNS_MX && wanted->preference != DNS_PREFERENCE_ANY) {
        buf_addf(out, "%" PRId64 " ", wanted->preference);
    }
    buf_addf(out, "%.*s%s", (int)fit, wanted->value, fit < len ? "…" : "");
}

void dns_words_show(enum dns_edit_kind kind, const char *text, const struct dns_zone *zone,
                    struct buf *out)
{
    struct dns_words words;
    enum text_id ignored;

    if (!dns_words_read(kind, text, &words, &ignored)) {
        buf_add(out, text, utf8_prefix_bytes(text, strlen(text), SHOWN_POINTS));
        return;
    }
    (void)dns_words_resolve(&words, zone); /* else its type is all that can be said */
    if (kind != DNS_EDIT_ADD) {
        add_line("−", &words.edit.old, out);
    }
    if (kind != DNS_EDIT_DEL) {
        add_line("+", &words.edit.wanted, out);
    }
}
