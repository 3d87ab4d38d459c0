/* SPDX-License-Identifier: MIT */
/* An edit of a name's records as it is typed, as a target holds it, and as people see it. */
#include "worker/chat/dns_words.h"

#include "shared/base/compiler.h"
#include "worker/chat/target.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct read_row {
    const char *name;
    enum dns_edit_kind kind;
    const char *text;
    const char *shown; /* NULL: refused */
    enum text_id why;
};

#define LETTERS_64 "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijkl"

/* clang-format off */
static struct read_row read_rows[] = {
    /* what it shows                      kind          text                                        shown                            why */
    {"an address to add",                 DNS_EDIT_ADD, "A 192.0.2.1",                              "+ A 192.0.2.1",                 0},
    {"the kind in any case, blanks",      DNS_EDIT_ADD, "  aaaa   2001:DB8::0001 ",                 "+ AAAA 2001:db8::1",            0},
    {"a mail server",                     DNS_EDIT_ADD, "MX 0 Mail.Example.com.",                   "+ MX 0 mail.example.com",       0},
    {"a text with blanks",                DNS_EDIT_ADD, "TXT v=spf1  -all",                         "+ TXT v=spf1  -all",            0},
    {"a text in quotes",                  DNS_EDIT_ADD, "TXT \"v=spf1 -all\"",                      "+ TXT v=spf1 -all",             0},
    {"to delete",                         DNS_EDIT_DEL, "NS ns1.example.com",                       "− NS ns1.example.com",          0},
    {"a mail server, any preference",     DNS_EDIT_DEL, "MX mail.example.com",                      "− MX mail.example.com",         0},
    {"an old address nobody could add",   DNS_EDIT_DEL, "A 0.0.0.0",                                "− A 0.0.0.0",                   0},
    {"two addresses",                     DNS_EDIT_SET, "A 192.0.2.1 192.0.2.2",                    "− A 192.0.2.1\n+ A 192.0.2.2",  0},
    {"two texts in quotes",               DNS_EDIT_SET, "TXT \"a b\" \"c d\"",                      "− TXT a b\n+ TXT c d",          0},
    {"quotes and backslashes in them",    DNS_EDIT_SET, "TXT \"a\\\"b\" \"c\\\\d\"",                "− TXT a\"b\n+ TXT c\\d",        0},
    {"a text of one word",                DNS_EDIT_SET, "TXT old new",                              "− TXT old\n+ TXT new",          0},
    {"two mail servers",                  DNS_EDIT_SET, "MX 10 a.ru 20 b.ru",                       "− MX 10 a.ru\n+ MX 20 b.ru",    0},
    {"an old one without a preference",   DNS_EDIT_SET, "MX a.ru 20 b.ru",                          "− MX a.ru\n+ MX 20 b.ru",       0},
    {"two mail servers in quotes",        DNS_EDIT_SET, "MX \"10 a.ru\" \"20 b.ru\"",               "− MX 10 a.ru\n+ MX 20 b.ru",    0},

    {"nothing",                           DNS_EDIT_ADD, "",                                         NULL, TEXT_DNS_TYPE_WRONG},
    {"a kind that cannot be written",     DNS_EDIT_DEL, "SRV 1",                                    NULL, TEXT_DNS_TYPE_WRONG},
    {"a very long kind",                  DNS_EDIT_ADD, LETTERS_64 " x",                            NULL, TEXT_DNS_TYPE_WRONG},
    {"no value",                          DNS_EDIT_ADD, "A",                                        NULL, TEXT_DNS_IPV4_BAD},
    {"no text",                           DNS_EDIT_ADD, "TXT",                                      NULL, TEXT_DNS_TXT_EMPTY},
    {"only the old value",                DNS_EDIT_SET, "A 192.0.2.1",                              NULL, TEXT_DNS_SET_FORM},
    {"three values",                      DNS_EDIT_SET, "A 192.0.2.1 192.0.2.2 192.0.2.3",          NULL, TEXT_DNS_SET_FORM},
    {"texts without quotes",              DNS_EDIT_SET, "TXT v=spf1 -all v=spf1 ~all",              NULL, TEXT_DNS_SET_FORM},
    {"a quote that is not closed",        DNS_EDIT_SET, "TXT \"a b\" \"c d",                        NULL, TEXT_DNS_SET_FORM},
    {"a quote that goes on",              DNS_EDIT_SET, "TXT \"a\"b \"c\"",                         NULL, TEXT_DNS_SET_FORM},
    {"a backslash at the end",            DNS_EDIT_SET, "TXT \"a\" \"b\\",                          NULL, TEXT_DNS_SET_FORM},
    {"a new mail server, no preference",  DNS_EDIT_SET, "MX 10 a.ru b.ru",                          NULL, TEXT_DNS_MX_FORM},
    {"a bad new value",                   DNS_EDIT_SET, "A 192.0.2.1 192.0.2.256",                  NULL, TEXT_DNS_IPV4_BAD},
    {"what is no key",                    DNS_EDIT_DEL, "A #0123",                                  NULL, TEXT_DNS_IPV4_BAD},
};
/* clang-format on */

static void reads(void **state)
{
    const struct read_row *row = *state;
    const struct dns_zone nothing = {0};
    struct dns_words words;
    enum text_id why = TEXT_COUNT;
    struct buf shown;
    bool ok = dns_words_read(row->kind, row->text, &words, &why);

    assert_int_equal(ok, row->shown != NULL);
    if (!ok) {
        assert_int_equal(why, row->why);
        return;
    }
    buf_init(&shown, 4096);
    dns_words_show(row->kind, row->text, &nothing, &shown);
    assert_string_equal(buf_text(&shown), row->shown);
    buf_free(&shown);
}

/* Records as they may be at the account, however odd. */
struct record_row {
    const char *name;
    enum dns_type type;
    const char *value;
    int64_t preference;
};

/* clang-format off */
static struct record_row record_rows[] = {
    {"an address",                   DNS_A,     "192.0.2.1",            0 },
    {"a mail server",                DNS_MX,    "mx.example.com",       10},
    {"a mail server of a dot",       DNS_MX,    ".",                    0 },
    {"a name of one label",          DNS_CNAME, "localhost",            0 },
    {"a text",                       DNS_TXT,   "v=spf1 -all",          0 },
    {"a text in quotes of its own",  DNS_TXT,   "\"v=spf1 -all\"",      0 },
    {"a text with blanks around",    DNS_TXT,   "  a  ",                0 },
    {"a text that is empty",         DNS_TXT,   "",                     0 },
    {"a text like a key",            DNS_TXT,   "#0123456789abcdef",    0 },
    {"a text with quotes, slashes",  DNS_TXT,   "a \"b\\\" \\",         0 },
    {"a text with a line break",     DNS_TXT,   "a\nb",                 0 },
    {"a very long text",             DNS_TXT,   NULL,                   0 },
};
/* clang-format on */

enum { LONG_BYTES = 2000 };

/* What a button holds is that record and no other, as it is deleted and as it is changed. */
static void means_itself(void **state)
{
    const struct record_row *row = *state;
    char value[LONG_BYTES + 1];
    char other[] = "something else";
    struct dns_record records[] = {
        {.type = row->type, .value = other, .preference = row->preference},
        {.type = row->type, .value = value, .preference = row->preference}};
    const struct dns_zone zone = {.records = records, .count = ARRAY_LEN(records)};
    struct dns_words words;
    enum text_id why;
    struct buf text;
    struct buf change;

    memset(value, 'x', LONG_BYTES);
    value[LONG_BYTES] = '\0';
    if (row->value) {
        (void)snprintf(value, sizeof(value), "%s", row->value);
    }
    buf_init(&text, TARGET_TEXT_SIZE - 1);
    buf_init(&change, TARGET_TEXT_SIZE - 1);
    dns_words_of(&records[1], &text);
    assert_true(buf_ok(&text));
    assert_ptr_equal(dns_words_find(&zone, buf_text(&text)), &records[1]);
    assert_true(dns_words_read(DNS_EDIT_DEL, buf_text(&text), &words, &why));
    assert_true(dns_words_resolve(&words, &zone));
    assert_string_equal(words.edit.old.value, value);
    dns_words_changing(buf_text(&text), row->type == DNS_MX ? "5 new.ru" : "192.0.2.9", &change);
    if (row->type != DNS_CNAME) { /* there an address is none */
        assert_true(dns_words_read(DNS_EDIT_SET, buf_text(&change), &words, &why));
        assert_true(dns_words_resolve(&words, &zone));
        assert_string_equal(words.edit.old.value, value);
    }
    buf_free(&text);
    buf_free(&change);
}

static void a_record_that_is_gone_is_not_found(void **state)
{
    const struct dns_zone nothing = {0};
    struct dns_words words;
    enum text_id why;

    (void)state;
    assert_null(dns_words_find(&nothing, "A 192.0.2.1"));
    assert_null(dns_words_find(&nothing, "TXT #0123456789abcdef"));
    assert_null(dns_words_find(&nothing, "what is this"));
    assert_true(dns_words_read(DNS_EDIT_DEL, "TXT #0123456789abcdef", &words, &why));
    assert_false(dns_words_resolve(&words, &nothing));
}

static void what_makes_no_change_reads_as_none(void **state)
{
    struct dns_words words;
    enum text_id why;
    struct buf text;

    (void)state;
    buf_init(&text, 100);
    dns_words_changing("nothing of that kind", "x", &text);
    assert_false(dns_words_read(DNS_EDIT_SET, buf_text(&text), &words, &why));
    buf_free(&text);
}

int main(void)
{
    struct CMUnitTest tests[2 + ARRAY_LEN(read_rows) + ARRAY_LEN(record_rows)] = {
        cmocka_unit_test(a_record_that_is_gone_is_not_found),
        cmocka_unit_test(what_makes_no_change_reads_as_none),
    };
    size_t count = 2;

    for (size_t i = 0; i < ARRAY_LEN(read_rows); i++) {
        tests[count++] = (struct CMUnitTest){read_rows[i].name, reads, NULL, NULL, &read_rows[i]};
    }
    for (size_t i = 0; i < ARRAY_LEN(record_rows); i++) {
        tests[count++] =
            (struct CMUnitTest){record_rows[i].name, means_itself, NULL, NULL, &record_rows[i]};
    }
    return cmocka_run_group_tests_name("chat_dns_words", tests, NULL, NULL);
}
