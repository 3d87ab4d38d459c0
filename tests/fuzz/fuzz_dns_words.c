/* SPDX-License-Identifier: MIT */
/* Any text as an edit of records: shown within bounds, and as the value of a change it stays
 * itself. */
#include "worker/chat/dns_words.h"

#include "worker/chat/target.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void read_as(enum dns_edit_kind kind, const char *text)
{
    const struct dns_zone nothing = {0};
    struct dns_words words;
    enum text_id why = TEXT_COUNT;
    struct buf shown;

    assert(dns_words_read(kind, text, &words, &why) == (why == TEXT_COUNT));
    buf_init(&shown, 4096);
    dns_words_show(kind, text, &nothing, &shown);
    assert(buf_ok(&shown));
    buf_free(&shown);
    assert(!dns_words_find(&nothing, text));
}

/* What is typed as a new text is that text, however many quotes are in it. */
static void assert_quoted(const char *text)
{
    struct dns_wanted typed;
    struct dns_words words;
    enum text_id why;
    struct buf change;

    if (dns_check_new(DNS_TXT, text, &typed) != DNS_FAULT_NONE) {
        return;
    }
    buf_init(&change, TARGET_TEXT_SIZE - 1);
    dns_words_changing("TXT old", text, &change);
    if (buf_ok(&change)) {
        assert(dns_words_read(DNS_EDIT_SET, buf_text(&change), &words, &why));
        assert(strcmp(words.edit.wanted.value, typed.value) == 0);
    }
    buf_free(&change);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char *text = malloc(size + 1); /* exact: one byte too far is seen */

    assert(text);
    (void)memcpy(text, bytes, size);
    text[size] = '\0';
    read_as(DNS_EDIT_ADD, text);
    read_as(DNS_EDIT_DEL, text);
    read_as(DNS_EDIT_SET, text);
    assert_quoted(text);
    free(text);
    return 0;
}
