/* SPDX-License-Identifier: MIT */
/*
 * Any two texts, parted by a line break, as states of a name from the log, and
 * the way from one to the other: what is planned leads there, keeps what it
 * says it keeps, and can be read when it is written.
 */
#include "worker/beget/dns_edit.h"
#include "worker/beget/dns_state.h"
#include "worker/beget/dns_warnings.h"

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check_change(const struct dns_change *change, const char *goal)
{
    struct err err = ERR_INIT;
    struct dns_zone after;
    struct json *records;
    struct buf text;

    buf_init(&text, 1 << 26);
    dns_change_state(change, &text);
    assert(dns_state_read(buf_text(&text), &after, &err));
    assert(dns_state_matches(&after, goal));
    assert(after.count == change->kept_count + change->added_count);
    assert(change->empties == (after.count == 0));
    dns_zone_free(&after);
    buf_free(&text);

    buf_init(&text, 1 << 26);
    dns_change_print(change, &text);
    records = json_parse(buf_text(&text), text.len, &err);
    assert(json_type(records) == JSON_OBJECT);
    json_free(records);
    buf_free(&text);
    (void)dns_warnings(change, "_dmarc.example.com");
}

static void check_digests(const struct dns_zone *zone, const char *other)
{
    char digest[DNS_DIGEST_SIZE];
    char key[DNS_KEY_SIZE];
    struct dns_zone goal;
    struct err err = ERR_INIT;

    dns_zone_digest(zone, digest);
    if (dns_state_read(other, &goal, &err)) {
        char goal_digest[DNS_DIGEST_SIZE];

        dns_zone_digest(&goal, goal_digest);
        assert((strcmp(digest, goal_digest) == 0) == dns_state_matches(zone, other));
        dns_zone_free(&goal);
    }
    for (size_t i = 0; i < zone->count; i++) {
        dns_record_key(&zone->records[i], key);
        assert(dns_record_same(dns_zone_find(zone, key), &zone->records[i]));
    }
}

/* Takes away each record and puts it back. */
static void check_records(const struct dns_zone *zone)
{
    for (size_t i = 0; i < zone->count && i < 8; i++) {
        struct dns_edit edit = {.kind = DNS_EDIT_DEL, .allow_conversion = true};
        struct dns_change change;

        if (!dns_wanted_of(&zone->records[i], &edit.old)) {
            continue;
        }
        dns_edit_plan(zone, "example.com", &edit, &change);
        assert(change.verdict != DNS_VERDICT_NOT_THERE);
        assert(change.verdict != DNS_VERDICT_AMBIGUOUS);
        dns_change_free(&change);
        edit = (struct dns_edit){.kind = DNS_EDIT_ADD, .wanted = edit.old};
        dns_edit_plan(zone, "example.com", &edit, &change);
        assert(change.count == 0 && change.verdict != DNS_VERDICT_READY);
        dns_change_free(&change);
    }
}

static void check(const char *from, const char *to)
{
    struct dns_zone zone;
    struct err err = ERR_INIT;
    struct dns_change change;

    if (!dns_state_read(from, &zone, &err)) {
        return;
    }
    assert(dns_state_matches(&zone, from));
    check_digests(&zone, to);
    check_records(&zone);
    zone.subdomain = true;
    dns_undo_plan(&zone, to, from, true, &change);
    if (change.verdict == DNS_VERDICT_READY) {
        check_change(&change, to);
    }
    dns_change_free(&change);
    dns_zone_free(&zone);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    char *text = malloc(size + 1); /* exact: one byte too far is seen */
    char *second;

    assert(text);
    (void)memcpy(text, bytes, size);
    text[size] = '\0';
    second = strchr(text, '\n');
    if (second) {
        *second = '\0';
        check(text, second + 1);
        check(second + 1, text);
    }
    free(text);
    return 0;
}
