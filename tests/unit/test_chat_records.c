/* SPDX-License-Identifier: MIT */
/*
 * Changing the records of a name: what is asked, what is refused and why, what
 * is written, and what is said of what can be read back.
 */
#include "shared/base/log.h"
#include "tests/unit/chat/brings.h"
#include "tests/unit/chat/fake_world.h"
#include "tests/unit/chat/page_lines.h"
#include "worker/beget/dns_state.h"
#include "worker/chat/change_outcome.h"
#include "worker/chat/changes.h"
#include "worker/chat/dns_words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define DOMAINS "[{\"id\":1,\"fqdn\":\"shop.ru\"}]"
#define ZONE(is, set, records) \
    "{\"is_beget_dns\":" is ",\"is_subdomain\":true,\"set_type\":" set ",\"records\":{" records "}}"
#define A1       "{\"ttl\":600,\"address\":\"203.0.113.1\"}"
#define A2       "{\"ttl\":600,\"address\":\"203.0.113.2\"}"
#define MX       "\"MX\":[{\"ttl\":300,\"exchange\":\"mx.shop.ru.\",\"preference\":1}]"
#define AAAA     "\"AAAA\":[{\"ttl\":600,\"address\":\"2001:db8::1\"}]"
#define OLD      "\"A\":[" A1 "]," AAAA "," MX
#define BOTH     "\"A\":[" A1 "," A2 "]," AAAA "," MX
#define IS_OLD   ZONE("true", "1", OLD)
#define IS_BOTH  ZONE("true", "1", BOTH)
#define IS_ALIAS ZONE("true", "3", "\"CNAME\":[{\"ttl\":600,\"cname\":\"other.net.\"}]")
#define IS_NS    ZONE("true", "2", "\"NS\":[{\"ttl\":600,\"nsdname\":\"ns1.other.net.\"}]")
#define WITH_CAA \
    ZONE("true", "1", OLD ",\"CAA\":[{\"flags\":0,\"tag\":\"issue\",\"value\":\"ca.org\"}]")
#define ELSEWHERE ZONE("false", "1", OLD)
#define WAYS      "[‹ Back] [🏠 Menu]\n"
#define NAME      "blog.shop.ru"

static int set_world(void **state)
{
    (void)state;
    log_init("test", LOG_LEVEL_ERROR, LOG_FORMAT_LOGFMT); /* warnings are expected here */
    fake_world_free();
    fake_world.answers[BEGET_DOMAINS].result = DOMAINS;
    fake_world.answers[BEGET_DNS_READ].result = IS_OLD;
    fake_world.answers[BEGET_DNS_WRITE].result = "true";
    return 0;
}

/* What a change rests on is never from the cache. */
static void assert_brings(const struct act *act, const char *expected)
{
    assert_answer(act, expected);
    assert_false(fake_world.cached);
}

/* ---- the question ---- */

struct question_row {
    const char *name;
    const char *typed;
    const char *zone;   /* NULL: IS_OLD                          */
    const char *grants; /* NULL: an admin asks                   */
    int beget_calls;
    const char *lines;
};

/* clang-format off */
#define NOT_DONE(why)  "send u9: ⚠️ " why "\n" WAYS
#define STAYS_3        "\nThe other records stay as they are: 3\nA 203.0.113.1\nAAAA 2001:db8::1\nMX 1 mx.shop.ru\n"
#define STAYS_2        "\nThe other records stay as they are: 2\nAAAA 2001:db8::1\nMX 1 mx.shop.ru\n"
#define ADDS(record)   "send u9: Add a record to blog.shop.ru?\n\n+ " record "\n" STAYS_3
#define ASKS_TO_ADD    "[✅ Add] [✖ Cancel]\n"

static struct question_row question_rows[] = {
    {.name = "adding shows what comes and what stays", .typed = "/dns " NAME " add A 203.0.113.2", .beget_calls = 2,
     .lines = ADDS("A 203.0.113.2") ASKS_TO_ADD},
    {.name = "deleting shows what goes", .typed = "/dns " NAME " del a 203.0.113.1", .beget_calls = 2,
     .lines = "send u9: Delete a record of blog.shop.ru?\n\n− A 203.0.113.1\n" STAYS_2 "[✅ Delete] [✖ Cancel]\n"},
    {.name = "changing shows both", .typed = "/dns " NAME " set A 203.0.113.1 203.0.113.2", .beget_calls = 2,
     .lines = "send u9: Change a record of blog.shop.ru?\n\n− A 203.0.113.1\n+ A 203.0.113.2\n" STAYS_2 "[✅ Change] [✖ Cancel]\n"},
    {.name = "the last record of a name", .typed = "/dns " NAME " del A 203.0.113.1", .zone = ZONE("true", "1", "\"A\":[" A1 "]"), .beget_calls = 2,
     .lines = "send u9: Delete a record of blog.shop.ru?\n\n− A 203.0.113.1\n\n⚠️ blog.shop.ru will have no records at all.\n[✅ Delete] [✖ Cancel]\n"},
    {.name = "a text that looks like SPF is warned of", .typed = "/dns " NAME " add TXT v=spf1 +all", .beget_calls = 2,
     .lines = ADDS("TXT v=spf1 +all") "\n⚠️ With +all anybody may send mail in this name.\n" ASKS_TO_ADD},
    {.name = "an alias becomes something else with another button", .typed = "/dns " NAME " add A 203.0.113.2", .zone = IS_ALIAS, .beget_calls = 2,
     .lines = "send u9: Add a record to blog.shop.ru?\n\n+ A 203.0.113.2\n− CNAME other.net\n\n"
     "⚠️ blog.shop.ru is an alias (CNAME) now. It will not be one any more: the alias is removed.\n[✅ Replace the alias] [✖ Cancel]\n"},
    {.name = "so does a delegated name", .typed = "/dns " NAME " add A 203.0.113.2", .zone = IS_NS, .beget_calls = 2,
     .lines = "send u9: Add a record to blog.shop.ru?\n\n+ A 203.0.113.2\n− NS ns1.other.net\n\n"
     "⚠️ blog.shop.ru is delegated to name servers of its own now. It will not be any more: the delegation is removed.\n[✅ Replace the delegation] [✖ Cancel]\n"},
    {.name = "so do all records of a name", .typed = "/dns " NAME " add CNAME other.net", .beget_calls = 2,
     .lines = "send u9: Add a record to blog.shop.ru?\n\n− A 203.0.113.1\n− AAAA 2001:db8::1\n− MX 1 mx.shop.ru\n+ CNAME other.net\n\n"
     "⚠️ This replaces all records of blog.shop.ru: those that are listed above with − are removed.\n[✅ Replace all records] [✖ Cancel]\n"},

    {.name = "what makes no sense is told before Beget is asked", .typed = "/dns " NAME " add A 203.0.113.999", .beget_calls = 0,
     .lines = NOT_DONE("That is not an IPv4 address: four numbers from 0 to 255 with dots between, like 192.0.2.10.")},
    {.name = "a kind that cannot be changed", .typed = "/dns " NAME " add SRV x", .beget_calls = 0,
     .lines = NOT_DONE("I can change records of the kinds A, AAAA, MX, TXT, CNAME and NS.")},
    {.name = "a change without the new value", .typed = "/dns " NAME " set A 203.0.113.1", .beget_calls = 0,
     .lines = NOT_DONE("To change a record I need its old and its new value. Put values with blanks in quotes: TXT \"old text\" \"new text\"")},
    {.name = "there already", .typed = "/dns " NAME " add A 203.0.113.1", .beget_calls = 2,
     .lines = NOT_DONE("Not done: blog.shop.ru has this record already.")},
    {.name = "not there", .typed = "/dns " NAME " del A 203.0.113.2", .beget_calls = 2,
     .lines = NOT_DONE("Not done: blog.shop.ru has no such record.")},
    {.name = "CAA would be lost", .typed = "/dns " NAME " add A 203.0.113.2", .zone = WITH_CAA, .beget_calls = 2,
     .lines = NOT_DONE("Not done: blog.shop.ru has CAA records, and Beget's API cannot write them: any change through it would delete them. Please use Beget's panel for this name.")},
    {.name = "the domain's DNS is elsewhere", .typed = "/dns " NAME " add A 203.0.113.2", .zone = ELSEWHERE, .beget_calls = 2,
     .lines = NOT_DONE("Not done: the domain of blog.shop.ru is delegated to other name servers. A change at Beget would have no effect; please make it where the domain's DNS is.")},
    {.name = "an answer without records is not an empty name", .typed = "/dns " NAME " add A 203.0.113.2", .zone = "{\"is_beget_dns\":true}", .beget_calls = 2,
     .lines = NOT_DONE("Not done: blog.shop.ru has records that I cannot read in full, and a change would damage or delete them. Please use Beget's panel for this name.")},
    {.name = "no answer is not an empty name", .typed = "/dns " NAME " add A 203.0.113.2", .zone = "null", .beget_calls = 2,
     .lines = "send u9: ⚠️ The records of blog.shop.ru were not changed.\n"
     "Beget sent an answer that I cannot read. Usually this is maintenance on their side: please try again later.\n[↻ Try again]\n" WAYS},
    {.name = "a name of others", .typed = "/dns blog.other.ru add A 203.0.113.2", .beget_calls = 2,
     .lines = "send u9: ⚠️ blog.other.ru does not belong to a domain of this account.\n[🏠 Menu]\nevent dns_add blog.other.ru refused\n"},

    {.name = "E may add", .typed = "/dns " NAME " add A 203.0.113.2", .grants = "shop.ru=E", .beget_calls = 2, .lines = ADDS("A 203.0.113.2") ASKS_TO_ADD},
    {.name = "D may not add", .typed = "/dns " NAME " add A 203.0.113.2", .grants = "shop.ru=D", .beget_calls = 0,
     .lines = "send u9: ⚠️ You may not change the records of blog.shop.ru. The administrator can grant it (E on the domain or the subdomain); your chat id is 77.\n"
     "[🏠 Menu]\nevent dns_add blog.shop.ru refused\n"},
    {.name = "E may not delete", .typed = "/dns " NAME " del A 203.0.113.1", .grants = "shop.ru=E", .beget_calls = 0,
     .lines = "send u9: ⚠️ You may not delete records of blog.shop.ru. The administrator can grant it (D on the domain or the subdomain); your chat id is 77.\n"
     "[🏠 Menu]\nevent dns_del blog.shop.ru refused\n"},
    {.name = "who may not see a name learns nothing of it", .typed = "/dns " NAME " set A 203.0.113.1 x", .grants = "other.ru=EDCX", .beget_calls = 0,
     .lines = "send u9: ⚠️ You have no access to blog.shop.ru. The administrator can grant it; your chat id is 77.\n[🏠 Menu]\nevent dns_set blog.shop.ru refused\n"},
};
/* clang-format on */

static void asks(void **state)
{
    const struct question_row *row = *state;
    const struct act act = {.chat_id = row->grants ? COLLEAGUE : ADMIN, .text = row->typed};

    fake_world.grants = row->grants;
    if (row->zone) {
        fake_world.answers[BEGET_DNS_READ].result = row->zone;
    }
    assert_brings(&act, row->lines);
    assert_int_equal(fake_world.beget_calls, row->beget_calls);
    assert_int_equal(fake_world.change_calls, 0);
}

/* ---- the answer ---- */

struct run_row {
    const char *name;
    const char *change; /* "dns_add"                                         */
    const char *text;   /* of the target                                     */
    const char *zone;   /* at the answer; NULL: IS_OLD, as at the question   */
    struct fake_answer call;
    struct fake_answer later; /* the records after it                              */
    const char *intent;       /* what an earlier attempt has left                  */
    enum queue_may may;
    enum queue_hold hold;
    int calls; /* that change something */
    const char *lines;
};

/* clang-format off */
#define SAYS        "answerCallbackQuery cb9\nedit 55: "
#define STATE_OLD   "{\"A\":[\"203.0.113.1\"],\"AAAA\":[\"2001:db8::1\"],\"MX\":[\"1 mx.shop.ru\"]}"
#define STATE_BOTH  "{\"A\":[\"203.0.113.1\",\"203.0.113.2\"],\"AAAA\":[\"2001:db8::1\"],\"MX\":[\"1 mx.shop.ru\"]}"
#define AND_WWW     "[DNS records] [↩ Undo]\n[The same for www.blog.shop.ru]\n" WAYS
#define EVENT_DONE  "event dns_add blog.shop.ru ok, " STATE_OLD " -> " STATE_BOTH "\n"
#define LOOK        "Look what is there before you go on: /dns blog.shop.ru\n"
#define NOTES_UNKNOWN \
    "HSET unknown 9 {\"ms\":0000000000000,\"chat_id\":42,\"what\":\"dns/changeRecords blog.shop.ru\",\"before\":" \
    "\"{\\\"A\\\":[\\\"203.0.113.1\\\"],\\\"AAAA\\\":[\\\"2001:db8::1\\\"],\\\"MX\\\":[\\\"1 mx.shop.ru\\\"]}\"}\n" \
    "EXPIRE hold:blog.shop.ru 120\n"
#define IS_UNKNOWN \
    SAYS "❓ Nobody can say whether the records of blog.shop.ru are changed: there was no clear answer from Beget. Asked:\n+ A 203.0.113.2\n\n" \
    "It may yet happen. Before you ask again, look: /dns blog.shop.ru\n" WAYS \
    "event dns_add blog.shop.ru unknown, " STATE_OLD " -> \n" NOTES_UNKNOWN
#define IS_CHECKED \
    SAYS "✅ The records of blog.shop.ru are changed; Beget's answer got lost, but they show it:\n+ A 203.0.113.2\n" AND_WWW EVENT_DONE
#define NO_ANSWER   {.failure = BEGET_NO_ANSWER}

static struct run_row run_rows[] = {
    {"written and read back", "dns_add", "A 203.0.113.2", .later = {.result = IS_BOTH}, .calls = 1,
     .lines = SAYS "✅ The records of blog.shop.ru are changed:\n+ A 203.0.113.2\n" AND_WWW EVENT_DONE},
    {"read back in another order", "dns_add", "A 203.0.113.2", .later = {.result = ZONE("true", "1", MX "," AAAA ",\"A\":[" A2 "," A1 "]")}, .calls = 1,
     .lines = SAYS "✅ The records of blog.shop.ru are changed:\n+ A 203.0.113.2\n" AND_WWW
     "event dns_add blog.shop.ru ok, " STATE_OLD " -> {\"A\":[\"203.0.113.2\",\"203.0.113.1\"],\"AAAA\":[\"2001:db8::1\"],\"MX\":[\"1 mx.shop.ru\"]}\n"},
    {"written, and not there", "dns_add", "A 203.0.113.2", .later = {.result = IS_OLD}, .calls = 1,
     .lines = SAYS "❓ Beget says that it has changed blog.shop.ru, but its records are not as they should be now. Asked:\n+ A 203.0.113.2\n\n" LOOK
     "[DNS records]\n" WAYS "event dns_add blog.shop.ru unknown, " STATE_OLD " -> " STATE_OLD "\n" NOTES_UNKNOWN},
    {"written, and another record is gone", "dns_add", "A 203.0.113.2", .later = {.result = ZONE("true", "1", "\"A\":[" A1 "," A2 "]," MX)}, .calls = 1,
     .lines = SAYS "❓ Beget says that it has changed blog.shop.ru, but its records are not as they should be now. Asked:\n+ A 203.0.113.2\n\n" LOOK
     "[DNS records]\n" WAYS
     "event dns_add blog.shop.ru unknown, " STATE_OLD " -> {\"A\":[\"203.0.113.1\",\"203.0.113.2\"],\"MX\":[\"1 mx.shop.ru\"]}\n" NOTES_UNKNOWN},
    {"written, and not readable", "dns_add", "A 203.0.113.2", .later = NO_ANSWER, .calls = 1,
     .lines = SAYS "✅ Beget has changed the records of blog.shop.ru:\n+ A 203.0.113.2\n\nI could not read them again to make sure. Please look.\n" AND_WWW EVENT_DONE},
    {"deleted", "dns_del", "AAAA 2001:db8::1", .later = {.result = ZONE("true", "1", "\"A\":[" A1 "]," MX)}, .calls = 1,
     .lines = SAYS "✅ The records of blog.shop.ru are changed:\n− AAAA 2001:db8::1\n" AND_WWW
     "event dns_del blog.shop.ru ok, " STATE_OLD " -> {\"A\":[\"203.0.113.1\"],\"MX\":[\"1 mx.shop.ru\"]}\n"},
    {"changed", "dns_set", "A 203.0.113.1 203.0.113.2", .later = {.result = ZONE("true", "1", "\"A\":[" A2 "]," AAAA "," MX)}, .calls = 1,
     .lines = SAYS "✅ The records of blog.shop.ru are changed:\n− A 203.0.113.1\n+ A 203.0.113.2\n" AND_WWW
     "event dns_set blog.shop.ru ok, " STATE_OLD " -> {\"A\":[\"203.0.113.2\"],\"AAAA\":[\"2001:db8::1\"],\"MX\":[\"1 mx.shop.ru\"]}\n"},
    {"refused by Beget", "dns_add", "A 203.0.113.2", .call = {.failure = BEGET_INVALID, .text = "No"}, .calls = 1,
     .lines = SAYS "⚠️ The records of blog.shop.ru were not changed.\nBeget refuses the request: No\n[↻ Try again]\n" WAYS
     "event dns_add blog.shop.ru error, " STATE_OLD " -> {\"failure\":\"invalid\",\"text\":\"No\"}\n"},

    /* doubt: looked at, never repeated */
    {"no answer, and it is there", "dns_add", "A 203.0.113.2", .call = NO_ANSWER, .later = {.result = IS_BOTH}, .calls = 1, .lines = IS_CHECKED},
    {"no answer, and it is not there", "dns_add", "A 203.0.113.2", .call = NO_ANSWER, .later = {.result = IS_OLD}, .calls = 1, .lines = IS_UNKNOWN},
    {"no answer, and there is more than that", "dns_add", "A 203.0.113.2", .call = NO_ANSWER,
     .later = {.result = ZONE("true", "1", BOTH ",\"TXT\":[{\"txtdata\":\"x\"}]")}, .calls = 1, .lines = IS_UNKNOWN},
    {"no answer, and no records", "dns_add", "A 203.0.113.2", .call = NO_ANSWER, .later = NO_ANSWER, .calls = 1, .lines = IS_UNKNOWN},
    {"success without true, and it is there", "dns_add", "A 203.0.113.2", .call = {.result = "null"}, .later = {.result = IS_BOTH}, .calls = 1, .lines = IS_CHECKED},
    {"begun by another worker, and it is there", "dns_add", "A 203.0.113.2", .later = {.result = IS_BOTH}, .intent = "{}", .may = QUEUE_MAY_DOUBT, .calls = 0, .lines = IS_CHECKED},
    {"begun by another worker, and it is not there", "dns_add", "A 203.0.113.2", .later = {.result = IS_OLD}, .intent = "{}", .may = QUEUE_MAY_DOUBT, .calls = 0, .lines = IS_UNKNOWN},

    /* it has become another matter since the question */
    {"changed by others meanwhile: asked again", "dns_add", "A 203.0.113.9", .zone = IS_BOTH, .calls = 0,
     .lines = SAYS "⚠️ Not done: blog.shop.ru is no longer what the question was about. Once more:\n\nAdd a record to blog.shop.ru?\n\n+ A 203.0.113.9\n\n"
     "The other records stay as they are: 4\nA 203.0.113.1\nA 203.0.113.2\nAAAA 2001:db8::1\nMX 1 mx.shop.ru\n[✅ Add] [✖ Cancel]\n"},
    {"an alias by now: asked again, and said", "dns_add", "A 203.0.113.9", .zone = IS_ALIAS, .calls = 0,
     .lines = SAYS "⚠️ Not done: blog.shop.ru is no longer what the question was about. Once more:\n\nAdd a record to blog.shop.ru?\n\n+ A 203.0.113.9\n− CNAME other.net\n\n"
     "⚠️ blog.shop.ru is an alias (CNAME) now. It will not be one any more: the alias is removed.\n[✅ Replace the alias] [✖ Cancel]\n"},
    {"added by others meanwhile", "dns_add", "A 203.0.113.2", .zone = IS_BOTH, .calls = 0,
     .lines = SAYS "⚠️ Not done: blog.shop.ru has this record already.\n" WAYS
     "event dns_add blog.shop.ru error, " STATE_BOTH " -> {\"failure\":\"not_needed\"}\n"},
    {"another worker has the update", "dns_add", "A 203.0.113.2", .hold = QUEUE_HOLD_LOST, .calls = 0, .lines = NULL},
};
/* clang-format on */

static const struct act PRESS = {.kind = UPDATE_CALLBACK, .chat_id = ADMIN, .text = TOKEN ".0"};

/* The button that says yes to a question which was drawn from IS_OLD. */
static const char *yes_to(const char *change, const char *text)
{
    static char button[1024];
    struct json *result = json_parse(IS_OLD, strlen(IS_OLD), &(struct err){0});
    char digest[DNS_DIGEST_SIZE];
    struct err err = ERR_INIT;
    struct dns_zone zone;

    assert_true(dns_zone_read(result, &zone, &err));
    dns_zone_digest(&zone, digest);
    dns_zone_free(&zone);
    json_free(result);
    (void)snprintf(button, sizeof(button), "chat=42|user=7|0=do %s %s %s %s", change, NAME, digest,
                   text);
    return button;
}

static void set_run(const struct run_row *row)
{
    fake_world.button = yes_to(row->change, row->text);
    fake_world.intent = row->intent;
    fake_world.may = row->may;
    fake_world.told = row->may == QUEUE_MAY_DOUBT ? STATE_OLD : NULL;
    fake_world.hold = row->hold;
    if (row->zone) {
        fake_world.answers[BEGET_DNS_READ].result = row->zone;
    }
    if (row->call.failure != BEGET_OK || row->call.result) {
        fake_world.answers[BEGET_DNS_WRITE] = row->call;
    }
    if (row->later.failure != BEGET_OK || row->later.result) {
        fake_world.changes = true;
        fake_world.effects = row->intent ? 1 : 0;
        fake_world.later[BEGET_DOMAINS].result = DOMAINS;
        fake_world.later[BEGET_DNS_READ] = row->later;
    }
}

static void ends(void **state)
{
    const struct run_row *row = *state;

    set_run(row);
    if (row->lines) {
        assert_brings(&PRESS, row->lines);
    } else {
        struct queue_outcome *outcome = queue_outcome_new();
        struct err err = ERR_INIT;

        assert_false(act_answer(&PRESS, outcome, &err));
        assert_int_equal(err.kind, ERR_STOPPED);
        queue_outcome_free(outcome);
    }
    assert_int_equal(fake_world.change_calls, row->calls);
}

/* The name is ours before it is looked at, and still when the call is begun. */
static void the_name_is_held_around_it_all(void **state)
{
    const struct run_row row = {
        .change = "dns_add", .text = "A 203.0.113.2", .later = {.result = IS_BOTH}};
    struct queue_outcome *outcome = queue_outcome_new();
    struct err err = ERR_INIT;
    char *begun;
    char *recorded;

    (void)state;
    set_run(&row);
    fake_world_again();
    assert_true(act_answer(&PRESS, outcome, &err));
    begun = strstr(fake_world.log.data, "hget intents");
    recorded = strstr(fake_world.log.data, "record 1");
    assert_true(begun && recorded);
    *recorded = '\0';
    assert_string_equal(begun,
                        "hget intents 9/1\n"
                        "hold " NAME
                        "\n"
                        "beget domain/getList - for 9\n"
                        "beget dns/getData " NAME
                        " for 9\n"
                        "emit worker-1 1-9\n"
                        "turn of beget dns/changeRecords\n"
                        "hold " NAME
                        "\n"
                        "begin 1 I dns/changeRecords " NAME " " STATE_OLD
                        "\n"
                        "beget dns/changeRecords " NAME
                        " {\"A\":[{\"priority\":10,\"value\":\"203.0.113.1\"},"
                        "{\"priority\":20,\"value\":\"203.0.113.2\"}],"
                        "\"AAAA\":[{\"priority\":10,\"value\":\"2001:db8::1\"}],"
                        "\"MX\":[{\"priority\":1,\"value\":\"mx.shop.ru\"}]} for 9\n"
                        "beget dns/getData " NAME " for 9\n");
    queue_outcome_free(outcome);
}

/* What is there is bound to its question: a conversion is not confirmed by a plain yes. */
static void a_plain_yes_does_not_convert(void **state)
{
    const struct act act = {.chat_id = ADMIN, .text = "/dns " NAME " add A 203.0.113.2"};
    struct queue_outcome *outcome = queue_outcome_new();
    struct err err = ERR_INIT;

    (void)state;
    fake_world.answers[BEGET_DNS_READ].result = IS_ALIAS;
    assert_true(act_answer(&act, outcome, &err));
    assert_true(outcome_holds(outcome, "-converts A 203.0.113.2"));
    queue_outcome_free(outcome);
}

/* ---- each outside call fails in turn ---- */

struct torture_row {
    const char *name;
    bool fail_after;
    enum err_kind kind;
    enum beget_failure call;
};

static struct torture_row torture_rows[] = {
    {"each call fails before its work", false, ERR_RETRY, BEGET_OK},
    {"each call fails after its work", true, ERR_RETRY, BEGET_OK},
    {"shutdown at each call", false, ERR_STOPPED, BEGET_OK},
    {"shutdown after each call", true, ERR_STOPPED, BEGET_OK},
    {"unanswered, each call fails before", false, ERR_RETRY, BEGET_NO_ANSWER},
    {"unanswered, each call fails after", true, ERR_RETRY, BEGET_NO_ANSWER},
};

static void set_torture(const struct torture_row *row)
{
    const struct run_row run = {.change = "dns_add",
                                .text = "A 203.0.113.2",
                                .call = {.failure = row->call, .result = "true"},
                                .later = {.result = IS_BOTH}};

    (void)free_world(NULL);
    (void)set_world(NULL);
    set_run(&run);
    fake_world.remembers = true;
}

/* What the repetition says is true, and the records are written once: by either of the two. */
static void assert_repetition(void)
{
    bool begun = fake_world.intent != NULL;
    bool done = fake_world.effects > 0;
    struct queue_outcome *outcome = queue_outcome_new();
    struct err err = ERR_INIT;
    struct buf lines;

    buf_init(&lines, 1 << 20);
    assert_true(act_answer(&PRESS, outcome, &err));
    outcome_lines(outcome, &lines);
    assert_int_equal(fake_world.effects, begun && !done ? 0 : 1);
    assert_int_equal(strstr(buf_text(&lines), "edit 55: ✅") != NULL, done || !begun);
    assert_int_equal(strstr(buf_text(&lines), "edit 55: ❓") != NULL, begun && !done);
    buf_free(&lines);
    queue_outcome_free(outcome);
}

static void any_call_may_fail(void **state)
{
    const struct torture_row *row = *state;
    bool broken = true;
    int n = 0;

    while (broken) {
        struct queue_outcome *outcome = queue_outcome_new();
        struct err err = ERR_INIT;
        bool ok;

        set_torture(row);
        fake_world.fail_at = ++n;
        fake_world.fail_after = row->fail_after;
        fake_world.kind = row->kind;
        ok = act_answer(&PRESS, outcome, &err);
        fake_world.fail_at = 0;
        broken = fake_world.broken;
        assert_in_range(fake_world.change_calls, 0, 1);
        if (ok) { /* nothing broke, or only the note of what is known did */
            assert_int_equal(fake_world.effects, 1);
        } else {
            assert_int_equal(err.kind, row->kind);
            assert_repetition();
        }
        queue_outcome_free(outcome);
    }
    assert_in_range(n, 12, 20); /* as many calls as there are, and the attempt without a failure */
}

/* ---- the way back ---- */

static void read_zone(const char *json, struct dns_zone *out)
{
    struct err err = ERR_INIT;
    struct json *result = json_parse(json, strlen(json), &err);

    assert_true(dns_zone_read(result, out, &err));
    json_free(result);
}

struct undo_row {
    const char *name;
    const char *zone;    /* what is there                                     */
    const char *before;  /* the last change in the log; NULL: there is none   */
    const char *trouble; /* with the log                                      */
    enum plan_kind kind;
    enum text_id why;
    const char *json; /* of PLAN_READY */
};

/* clang-format off */
static struct undo_row undo_rows[] = {
    {"what was added goes",         IS_BOTH,  STATE_OLD, "",        PLAN_READY,      0,
     "{\"A\":[{\"priority\":10,\"value\":\"203.0.113.1\"}],\"AAAA\":[{\"priority\":10,\"value\":\"2001:db8::1\"}],\"MX\":[{\"priority\":1,\"value\":\"mx.shop.ru\"}]}"},
    {"nothing in the log",          IS_BOTH,  NULL,      "",        PLAN_NOT_NEEDED, TEXT_DNS_NOTHING_TO_UNDO, NULL},
    {"no log",                      IS_BOTH,  NULL,      "no file", PLAN_NOT_NEEDED, TEXT_DNS_NO_LOG,          NULL},
    {"changed by others since",     IS_ALIAS, STATE_OLD, "",        PLAN_NOT_NEEDED, TEXT_DNS_CHANGED_SINCE,   NULL},
    {"it is as before",             IS_OLD,   STATE_OLD, "",        PLAN_NOT_NEEDED, TEXT_DNS_AS_BEFORE,       NULL},
    {"a state that cannot be read", IS_BOTH,  "x",       "",        PLAN_NOT_NEEDED, TEXT_DNS_CHANGED_SINCE,   NULL},
};
/* clang-format on */

static void plans_the_way_back(void **state)
{
    const struct undo_row *row = *state;
    struct err err = ERR_INIT;
    struct json *domains = json_parse(DOMAINS, strlen(DOMAINS), &err);
    struct log_row last = {.before = row->before, .after = STATE_BOTH};
    struct scene scene = {.target = target_of_change(TARGET_ASK, CHANGE_DNS_UNDO, NAME, ""),
                          .log = {.rows = &last, .count = row->before ? 1 : 0}};
    const struct change *undo = &CHANGES[CHANGE_DNS_UNDO];
    struct change_plan plan = {0};

    (void)snprintf(scene.log_trouble, sizeof(scene.log_trouble), "%s", row->trouble);
    assert_true(account_names_read(domains, false, &scene.domains, &err));
    read_zone(row->zone, &scene.zone);
    undo->plan(&scene, &plan);
    assert_int_equal(plan.kind, row->kind);
    if (row->json) {
        assert_string_equal(buf_text(&plan.json), row->json);
        assert_non_null(strchr(plan.seen, '.')); /* bound to what will be, too */
        assert_false(undo->is_done(&scene, STATE_BOTH));
        dns_zone_free(&scene.zone);
        read_zone(IS_OLD, &scene.zone);
        assert_true(undo->is_done(&scene, STATE_BOTH));
        assert_false(undo->is_done(&scene, ""));
    } else {
        assert_int_equal(plan.why, row->why);
    }
    change_plan_free(&plan);
    dns_zone_free(&scene.zone);
    account_names_free(&scene.domains);
    json_free(domains);
}

/* ---- limits ---- */

enum { EACH = 10, LONG_BYTES = 4096 };

/* As many records of a kind as there may be, each as long as it may be, all of it markup. */
static void fill(struct dns_zone *zone, enum dns_type type)
{
    for (int i = 0; i < EACH; i++) {
        char value[LONG_BYTES + 1];

        memset(value, '<', sizeof(value) - 1);
        value[sizeof(value) - 1] = '\0';
        value[0] = (char)('a' + i);
        dns_zone_add(zone, dns_record_copy(&(struct dns_record){.type = type, .value = value}));
    }
}

/* The longest that a question can be: everything is replaced, or one long text by another. */
static void the_longest_question_fits(void **state)
{
    static const struct {
        enum change_id change;
        const char *text;
    } QUESTIONS[] = {{CHANGE_DNS_ADD, "CNAME other.net"}, {CHANGE_DNS_SET, NULL}};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(QUESTIONS) * LANGUAGE_COUNT; i++) {
        enum change_id id = QUESTIONS[i / LANGUAGE_COUNT].change;
        struct scene scene = {.language = (enum language)(i % LANGUAGE_COUNT),
                              .zone = {.on_beget = true, .subdomain = true}};
        char value[DNS_TXT_MAX_BYTES + 1];
        struct change_plan plan = {.seen = "x"};
        struct page page;
        struct buf text;

        fill(&scene.zone, DNS_A);
        fill(&scene.zone, DNS_AAAA);
        fill(&scene.zone, DNS_MX);
        fill(&scene.zone, DNS_TXT);
        memset(value, '<', sizeof(value) - 1);
        value[sizeof(value) - 1] = '\0';
        buf_init(&text, TARGET_TEXT_SIZE - 1);
        if (QUESTIONS[i / LANGUAGE_COUNT].text) {
            buf_addf(&text, "%s", QUESTIONS[i / LANGUAGE_COUNT].text);
        } else {
            struct buf of;

            buf_init(&of, TARGET_TEXT_SIZE);
            dns_words_of(&scene.zone.records[3 * EACH], &of);
            dns_words_changing(buf_text(&of), value, &text);
            buf_free(&of);
        }
        scene.target =
            target_with_text(target_of_change(TARGET_ASK, id, NAME, ""), buf_text(&text));
        page_init(&page, scene.language);
        draw_change_question(id, &scene, &plan, &page);
        assert_non_null(strstr(buf_text(&page.text), "− "));
        page_assert_sendable(&page);
        page_free(&page);
        buf_free(&text);
        dns_zone_free(&scene.zone);
    }
}

/* Who created a name has rights on it, and none on the one with www. before it. */
static void a_creator_is_not_offered_another_name(void **state)
{
    const struct act press = {.kind = UPDATE_CALLBACK, .chat_id = COLLEAGUE, .text = TOKEN ".0"};
    const struct run_row row = {
        .change = "dns_add", .text = "A 203.0.113.2", .later = {.result = IS_BOTH}};
    char button[1024];

    (void)state;
    set_run(&row);
    (void)snprintf(button, sizeof(button), "chat=77|%s", fake_world.button + strlen("chat=42|"));
    fake_world.button = button;
    fake_world.grants = "shop.ru=C";
    fake_world.creator = "77";
    assert_brings(&press, SAYS
                  "✅ The records of blog.shop.ru are changed:\n+ A 203.0.113.2\n"
                  "[DNS records] [↩ Undo]\n" WAYS EVENT_DONE);
}

#define WORLD_TEST(test) cmocka_unit_test_setup_teardown(test, set_world, free_world)

static const struct CMUnitTest PLAIN_TESTS[] = {
    WORLD_TEST(the_name_is_held_around_it_all),
    WORLD_TEST(a_plain_yes_does_not_convert),
    WORLD_TEST(the_longest_question_fits),
    WORLD_TEST(a_creator_is_not_offered_another_name),
};

static struct CMUnitTest row_test(const char *name, CMUnitTestFunction test, void *row)
{
    return (struct CMUnitTest){.name = name,
                               .test_func = test,
                               .setup_func = set_world,
                               .teardown_func = free_world,
                               .initial_state = row};
}

int main(void)
{
    struct CMUnitTest tests[ARRAY_LEN(PLAIN_TESTS) + ARRAY_LEN(question_rows) +
                            ARRAY_LEN(run_rows) + ARRAY_LEN(undo_rows) + ARRAY_LEN(torture_rows)];
    size_t count = ARRAY_LEN(PLAIN_TESTS);

    memcpy(tests, PLAIN_TESTS, sizeof(PLAIN_TESTS));
    for (size_t i = 0; i < ARRAY_LEN(question_rows); i++) {
        tests[count++] = row_test(question_rows[i].name, asks, &question_rows[i]);
    }
    for (size_t i = 0; i < ARRAY_LEN(run_rows); i++) {
        tests[count++] = row_test(run_rows[i].name, ends, &run_rows[i]);
    }
    for (size_t i = 0; i < ARRAY_LEN(undo_rows); i++) {
        tests[count++] = row_test(undo_rows[i].name, plans_the_way_back, &undo_rows[i]);
    }
    for (size_t i = 0; i < ARRAY_LEN(torture_rows); i++) {
        tests[count++] = row_test(torture_rows[i].name, any_call_may_fail, &torture_rows[i]);
    }
    return cmocka_run_group_tests_name("chat_records", tests, NULL, NULL);
}
