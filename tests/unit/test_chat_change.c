/* SPDX-License-Identifier: MIT */
/*
 * A change from its question to its outcome: what is said, logged and written
 * for every answer of the hosting API and of the queue, and with every outside
 * call failing in turn.
 */
#include "worker/chat/change_outcome.h"

#include "shared/base/log.h"
#include "tests/unit/chat/brings.h"
#include "tests/unit/chat/fake_world.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define DOMAINS "[{\"id\":1,\"fqdn\":\"shop.ru\"},{\"id\":2,\"fqdn\":\"пример.рф\"}]"
#define BLOG    "{\"id\":3,\"domain_id\":1,\"fqdn\":\"blog.shop.ru\"}"
#define NEW     "{\"id\":9,\"domain_id\":1,\"fqdn\":\"new.shop.ru\"}"
#define OTHER   "{\"id\":4,\"domain_id\":1,\"fqdn\":\"other.shop.ru\"}"
#define MINE    "chat=42|user=7|"
#define ADD     MINE "0=do sub_add new.shop.ru 1"
#define DEL     MINE "0=do sub_del blog.shop.ru 3"
#define WAYS    "[‹ Back] [🏠 Menu]\n"

static int set_world(void **state)
{
    (void)state;
    log_init("test", LOG_LEVEL_ERROR, LOG_FORMAT_LOGFMT); /* warnings are expected here */
    fake_world_free();
    fake_world.answers[BEGET_DOMAINS].result = DOMAINS;
    fake_world.answers[BEGET_SUBDOMAINS].result = "[" BLOG "," OTHER "]";
    fake_world.answers[BEGET_SUBDOMAIN_ADD].result = "9";
    fake_world.answers[BEGET_SUBDOMAIN_DELETE].result = "true";
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
    struct act act;
    const char *grants; /* of a chat that is no admin's */
    const char *creator;
    enum beget_failure failure; /* of the list of subdomains */
    int beget_calls;
    const char *lines;
};

/* clang-format off */
#define ASKS_ADD \
     "send u9: Create new.shop.ru?\n" \
     "\n" \
     "Beget gives a new subdomain, and the same with www. before it, the records of its shared server.\n" \
     "[✅ Create] [✖ Cancel]\n"
#define ASKS_DEL \
     "send u9: Delete blog.shop.ru?\n" \
     "\n" \
     "This cannot be undone. A site linked to it no longer opens under this name; its DNS records may stay published. The same name with www. before it is separate and stays.\n" \
     "[✅ Delete] [✖ Cancel]\n"

static struct question_row question_rows[] = {
    {.name = "creating is asked first", .act = {.chat_id = ADMIN, .text = "/sub add new.shop.ru"}, .beget_calls = 2, .lines = ASKS_ADD},
    {.name = "deleting is asked first", .act = {.chat_id = ADMIN, .text = "/sub del blog.shop.ru"}, .beget_calls = 2, .lines = ASKS_DEL},
    {.name = "the word may be typed in any case", .act = {.chat_id = ADMIN, .text = "/sub ADD  New.Shop.ru"}, .beget_calls = 2, .lines = ASKS_ADD},
    {.name = "in Russian, in Cyrillic", .act = {.chat_id = ADMIN, .text = "/sub add магазин.пример.рф", .language = "ru"}, .beget_calls = 2,
     .lines =
     "send u9: Создать магазин.пример.рф?\n"
     "\n"
     "Beget даст новому поддомену и такому же с www. впереди записи своего общего сервера.\n"
     "[✅ Создать] [✖ Отмена]\n"},
    {.name = "C on the domain may create", .act = {.chat_id = COLLEAGUE, .text = "/sub add new.shop.ru"}, .grants = "shop.ru=C", .beget_calls = 2, .lines = ASKS_ADD},
    {.name = "X on the domain may delete", .act = {.chat_id = COLLEAGUE, .text = "/sub del blog.shop.ru"}, .grants = "shop.ru=X", .beget_calls = 2, .lines = ASKS_DEL},
    {.name = "X on the subdomain may delete", .act = {.chat_id = COLLEAGUE, .text = "/sub del blog.shop.ru"}, .grants = "blog.shop.ru=X", .beget_calls = 2, .lines = ASKS_DEL},
    {.name = "the creator may delete", .act = {.chat_id = COLLEAGUE, .text = "/sub del blog.shop.ru"}, .grants = "shop.ru=C", .creator = "77", .beget_calls = 2, .lines = ASKS_DEL},
    {.name = "another creator may not", .act = {.chat_id = COLLEAGUE, .text = "/sub del blog.shop.ru"}, .grants = "shop.ru=C", .creator = "7", .beget_calls = 0,
     .lines =
     "send u9: ⚠️ You may not delete blog.shop.ru. The administrator can grant it (X on the domain or the subdomain); your chat id is 77.\n"
     "[🏠 Menu]\n"
     "event sub_del blog.shop.ru refused\n"},
    {.name = "without C nothing is created", .act = {.chat_id = COLLEAGUE, .text = "/sub add new.shop.ru"}, .grants = "shop.ru=EDX", .beget_calls = 0,
     .lines =
     "send u9: ⚠️ You may not create new.shop.ru. The administrator can grant it (C on the domain); your chat id is 77.\n"
     "[🏠 Menu]\n"
     "event sub_add new.shop.ru refused\n"},
    {.name = "who may not see a name learns nothing of it", .act = {.chat_id = COLLEAGUE, .text = "/sub del blog.shop.ru"}, .grants = "other.ru=EDCX", .beget_calls = 0,
     .lines =
     "send u9: ⚠️ You have no access to blog.shop.ru. The administrator can grant it; your chat id is 77.\n"
     "[🏠 Menu]\n"
     "event sub_del blog.shop.ru refused\n"},
    {.name = "what is there already is not asked about", .act = {.chat_id = ADMIN, .text = "/sub add blog.shop.ru"}, .beget_calls = 2,
     .lines =
     "send u9: ⚠️ Not done: blog.shop.ru is there already.\n"
     WAYS},
    {.name = "what is not there is not asked about", .act = {.chat_id = ADMIN, .text = "/sub del new.shop.ru"}, .beget_calls = 2,
     .lines =
     "send u9: ⚠️ Not done: there is no subdomain new.shop.ru.\n"
     WAYS},
    {.name = "a domain is no subdomain to create", .act = {.chat_id = ADMIN, .text = "/sub add shop.ru"}, .beget_calls = 2,
     .lines =
     "send u9: ⚠️ Not done: shop.ru is a domain itself, not a subdomain.\n"
     WAYS},
    {.name = "a domain is no subdomain to delete", .act = {.chat_id = ADMIN, .text = "/sub del shop.ru"}, .beget_calls = 2,
     .lines =
     "send u9: ⚠️ Not done: shop.ru is a domain itself, not a subdomain.\n"
     WAYS},
    {.name = "a name of others", .act = {.chat_id = ADMIN, .text = "/sub add new.example.org"}, .beget_calls = 2,
     .lines =
     "send u9: ⚠️ new.example.org does not belong to a domain of this account.\n"
     "[🏠 Menu]\n"
     "event sub_add new.example.org refused\n"},
    {.name = "the lists cannot be had", .act = {.chat_id = ADMIN, .text = "/sub add new.shop.ru"}, .failure = BEGET_NO_ANSWER, .beget_calls = 2,
     .lines =
     "send u9: ⚠️ new.shop.ru was not created.\n"
     "Beget did not answer in time. Please try again in a minute.\n"
     "[↻ Try again]\n"
     WAYS},
    {.name = "no name", .act = {.chat_id = ADMIN, .text = "/sub add"}, .beget_calls = 0,
     .lines =
     "send u9: Please add a domain: /sub example.com lists its subdomains.\n"
     "/sub add shop.example.com creates one, /sub del shop.example.com deletes one.\n"
     "[🏠 Menu]\n"},
    {.name = "what is no name", .act = {.chat_id = ADMIN, .text = "/sub del a b"}, .beget_calls = 0,
     .lines =
     "send u9: ⚠️ «del a b» is not a domain name. A name looks like shop.example.com: letters, digits and hyphens, at most 63 between two dots and 253 in all.\n"
     "[🏠 Menu]\n"},
    {.name = "a press asks in the message that was pressed", .act = {.kind = UPDATE_CALLBACK, .chat_id = ADMIN, .text = TOKEN ".1"}, .beget_calls = 2,
     .lines =
     "answerCallbackQuery cb9\n"
     "edit 55: Delete blog.shop.ru?\n"
     "\n"
     "This cannot be undone. A site linked to it no longer opens under this name; its DNS records may stay published. The same name with www. before it is separate and stays.\n"
     "[✅ Delete] [✖ Cancel]\n"},
};
/* clang-format on */

static void asks(void **state)
{
    const struct question_row *row = *state;

    fake_world.grants = row->grants;
    fake_world.creator = row->creator;
    fake_world.button = MINE "1=ask sub_del blog.shop.ru";
    fake_world.answers[BEGET_SUBDOMAINS].failure = row->failure;
    assert_brings(&row->act, row->lines);
    assert_int_equal(fake_world.beget_calls, row->beget_calls);
    assert_int_equal(fake_world.change_calls, 0);
}

static void a_question_is_good_for_ten_minutes_and_holds_what_it_showed(void **state)
{
    struct queue_outcome *outcome = queue_outcome_new();
    const struct act act = {.chat_id = ADMIN, .text = "/sub del blog.shop.ru"};
    struct err err = ERR_INIT;

    (void)state;
    assert_true(act_answer(&act, outcome, &err));
    assert_true(outcome_holds(outcome, " 0 do sub_del blog.shop.ru 3"));
    assert_true(outcome_holds(outcome, " 1 drop sub_del blog.shop.ru"));
    assert_non_null(strstr(outcome_write(outcome, "EXPIRE button:"), " 600"));
    queue_outcome_free(outcome);
}

/* ---- the answer ---- */

struct run_row {
    const char *name;
    const char *button; /* ADD, DEL, ...                                      */
    struct fake_answer call;
    struct fake_answer list; /* of subdomains, after the call; zeroed: as before */
    const char *intent;      /* what an earlier attempt has left                   */
    enum queue_may may;
    const char *told;
    int calls; /* that change something */
    const char *lines;
};

/* clang-format off */
#define SAYS         "answerCallbackQuery cb9\nedit 55: "
#define FORGETS      "DEL cache:domain/getSubdomainList:{}\n"
#define ADD_DONE     SAYS "✅ new.shop.ru is created.\n[DNS records]\n" WAYS
#define ADD_CHECKED  SAYS "✅ new.shop.ru is created: Beget's answer got lost, but its list shows the name.\n[DNS records]\n" WAYS
#define ADD_NOTES    "event sub_add new.shop.ru ok, {} -> {\"id\":9,\"domain_id\":1}\n" FORGETS "HSET creators new.shop.ru 42\n"
#define ADD_NOT      SAYS "⚠️ new.shop.ru was not created.\n"
#define ADD_ERROR(failure, text) "event sub_add new.shop.ru error, {} -> {\"failure\":\"" failure "\"" text "}\n"
#define ADD_UNKNOWN \
    SAYS "❓ Nobody can say whether new.shop.ru is created: there was no clear answer from Beget.\n" \
    "\n" \
    "Asked: create new.shop.ru.\n" \
    "Before: there was no such subdomain.\n" \
    "It may yet appear. Before you ask again, look: /sub shop.ru\n" \
    WAYS \
    "event sub_add new.shop.ru unknown, {} -> \n" \
    FORGETS \
    "HSET unknown 9 {\"ms\":0000000000000,\"chat_id\":42,\"what\":\"domain/addSubdomainVirtual new.shop.ru\",\"before\":\"{}\"}\n"
#define DEL_BEFORE   "{\"id\":3,\"domain_id\":1}"
#define DEL_NOTES    "event sub_del blog.shop.ru ok, " DEL_BEFORE " -> {}\n" FORGETS "HDEL creators blog.shop.ru\nREVOKE blog.shop.ru\n"
#define DEL_CHECKED  SAYS "✅ blog.shop.ru is deleted: Beget's answer got lost, but its list no longer shows the name.\n" WAYS
#define DEL_UNKNOWN_TO(domain, ways) \
    SAYS "❓ Nobody can say whether blog.shop.ru is deleted: there was no clear answer from Beget.\n" \
    "\n" \
    "Asked: delete blog.shop.ru.\n" \
    "Before: the subdomain was there.\n" \
    "It may yet go. Before you ask again, look: /sub " domain "\n" \
    ways \
    "event sub_del blog.shop.ru unknown, " DEL_BEFORE " -> \n" \
    FORGETS \
    "HSET unknown 9 {\"ms\":0000000000000,\"chat_id\":42,\"what\":\"domain/deleteSubdomain blog.shop.ru\",\"before\":\"{\\\"id\\\":3,\\\"domain_id\\\":1}\"}\n"
#define DEL_UNKNOWN  DEL_UNKNOWN_TO("shop.ru", WAYS)
#define AGAIN        "[↻ Try again]\n" WAYS
#define WITH_NEW     {.result = "[" BLOG "," NEW "]"}
#define WITHOUT_BLOG {.result = "[" OTHER "]"}
#define BROKEN       {.failure = BEGET_NO_ANSWER}
#define STORED(end)  "{\"end\":\"" end "\",\"failure\":\"invalid\",\"text\":\"No <b>\",\"before\":\"{}\",\"after\":\"{\\\"id\\\":9,\\\"domain_id\\\":1}\"}"

static struct run_row run_rows[] = {
    /* answers that settle it */
    {"created", ADD, {.result = "9"}, WITH_NEW, .calls = 1, .lines = ADD_DONE ADD_NOTES},
    {"created, the id as a text", ADD, {.result = "\"9\""}, WITH_NEW, .calls = 1, .lines = ADD_DONE ADD_NOTES},
    {"created, whatever the list would say", ADD, {.result = "9"}, BROKEN, .calls = 1, .lines = ADD_DONE ADD_NOTES},
    {"deleted", DEL, {.result = "true"}, WITHOUT_BLOG, .calls = 1,
     .lines = SAYS "✅ blog.shop.ru is deleted.\n" WAYS DEL_NOTES},
    {"refused with a reason", ADD, {.failure = BEGET_INVALID, .text = "No <b>"}, .calls = 1,
     .lines = ADD_NOT "Beget refuses the request: No <b>\n" AGAIN ADD_ERROR("invalid", ",\"text\":\"No <b>\"")},
    {"failed without a reason", DEL, {.failure = BEGET_FAILED}, .calls = 1,
     .lines = SAYS "⚠️ blog.shop.ru was not deleted.\nBeget could not do it: no reason is given\n" AGAIN
     "event sub_del blog.shop.ru error, " DEL_BEFORE " -> {\"failure\":\"failed\",\"text\":\"\"}\n"},
    {"a limit that may be the tariff's", ADD, {.failure = BEGET_LIMIT, .text = "Enough"}, .calls = 1,
     .lines = ADD_NOT "A limit of Beget is used up, of requests a minute or of the tariff: Enough. Please try again in a minute.\n" AGAIN
     ADD_ERROR("limit", ",\"text\":\"Enough\"")},
    {"not found is a failure here", ADD, {.failure = BEGET_NOT_FOUND, .text = "Gone"}, .calls = 1,
     .lines = ADD_NOT "Beget could not do it: Gone\n" AGAIN ADD_ERROR("not_found", ",\"text\":\"Gone\"")},
    {"not sent is certain", ADD, {.failure = BEGET_NOT_SENT}, .calls = 1,
     .lines = ADD_NOT "Beget cannot be reached at the moment. Nothing was changed. Please try again in a minute.\n" AGAIN
     ADD_ERROR("not_sent", ",\"text\":\"\"")},
    {"the login is refused", ADD, {.failure = BEGET_DENIED}, .calls = 1,
     .lines = ADD_NOT "Beget refuses my login. The administrator should check that API access is switched on in Beget's panel and that the separate API password is set.\n" AGAIN
     ADD_ERROR("denied", ",\"text\":\"\"")},

    /* answers that leave a doubt */
    {"no answer, and the list shows it", ADD, {.failure = BEGET_NO_ANSWER}, WITH_NEW, .calls = 1, .lines = ADD_CHECKED ADD_NOTES},
    {"no answer, and the list does not show it", ADD, {.failure = BEGET_NO_ANSWER}, .calls = 1, .lines = ADD_UNKNOWN},
    {"no answer, and no list", ADD, {.failure = BEGET_NO_ANSWER}, BROKEN, .calls = 1, .lines = ADD_UNKNOWN},
    {"an unreadable answer, and the list shows it", ADD, {.failure = BEGET_UNREADABLE}, WITH_NEW, .calls = 1, .lines = ADD_CHECKED ADD_NOTES},
    {"an unreadable answer, and the list does not show it", ADD, {.failure = BEGET_UNREADABLE}, .calls = 1, .lines = ADD_UNKNOWN},
    {"success without an id, and the list shows it", ADD, {.result = "null"}, WITH_NEW, .calls = 1, .lines = ADD_CHECKED ADD_NOTES},
    {"success without an id, and the list does not show it", ADD, {.result = "[]"}, .calls = 1, .lines = ADD_UNKNOWN},
    {"success with the id 0", ADD, {.result = "0"}, .calls = 1, .lines = ADD_UNKNOWN},
    {"no answer, and the name is gone", DEL, {.failure = BEGET_NO_ANSWER}, WITHOUT_BLOG, .calls = 1, .lines = DEL_CHECKED DEL_NOTES},
    {"no answer, and the name is still there", DEL, {.failure = BEGET_NO_ANSWER}, .calls = 1, .lines = DEL_UNKNOWN},
    {"no answer, and a list that cannot be had", DEL, {.failure = BEGET_NO_ANSWER}, BROKEN, .calls = 1, .lines = DEL_UNKNOWN},
    {"no answer, and an empty list", DEL, {.failure = BEGET_NO_ANSWER}, {.result = "[]"}, .calls = 1, .lines = DEL_UNKNOWN},
    {"no answer, and a list with an unreadable name", DEL, {.failure = BEGET_NO_ANSWER}, {.result = "[" OTHER ",{\"id\":3}]"}, .calls = 1, .lines = DEL_UNKNOWN},
    {"no answer, and a list that is none", DEL, {.failure = BEGET_NO_ANSWER}, {.result = "{\"a\":1}"}, .calls = 1, .lines = DEL_UNKNOWN},
    {"deleted, says null, and it is gone", DEL, {.result = "null"}, WITHOUT_BLOG, .calls = 1, .lines = DEL_CHECKED DEL_NOTES},

    /* the queue says no */
    {"too late", ADD, {.result = "9"}, .may = QUEUE_MAY_LATE, .calls = 0,
     .lines = ADD_NOT "The request has waited too long (7 min). Please ask again if you still want it.\n" AGAIN ADD_ERROR("late", "")},
    {"an operator has cancelled it", ADD, {.result = "9"}, .may = QUEUE_MAY_CANCELLED, .calls = 0,
     .lines = ADD_NOT "The administrator has cancelled the request.\n" AGAIN ADD_ERROR("cancelled", "")},

    /* an earlier attempt has begun */
    {"begun, and the list shows it", ADD, .list = WITH_NEW, .intent = "{}", .may = QUEUE_MAY_DOUBT, .told = "{}", .calls = 0, .lines = ADD_CHECKED ADD_NOTES},
    {"begun, and the list does not show it", ADD, .intent = "{}", .may = QUEUE_MAY_DOUBT, .told = "{}", .calls = 0, .lines = ADD_UNKNOWN},
    {"begun to delete, and the name is gone", DEL, .list = WITHOUT_BLOG, .intent = "{}", .may = QUEUE_MAY_DOUBT, .told = DEL_BEFORE, .calls = 0, .lines = DEL_CHECKED DEL_NOTES},
    {"begun to delete, and the name is still there", DEL, .intent = "{}", .may = QUEUE_MAY_DOUBT, .told = DEL_BEFORE, .calls = 0, .lines = DEL_UNKNOWN},
    {"ended: it was created", ADD, .intent = "{}", .may = QUEUE_MAY_ENDED, .told = STORED("done"), .calls = 0,
     .lines = ADD_DONE ADD_NOTES},
    {"ended: it was seen created", ADD, .intent = "{}", .may = QUEUE_MAY_ENDED, .told = STORED("checked"), .calls = 0,
     .lines = ADD_CHECKED ADD_NOTES},
    {"ended: it was refused", ADD, .list = WITH_NEW, .intent = "{}", .may = QUEUE_MAY_ENDED, .told = STORED("refused"), .calls = 0,
     .lines = ADD_NOT "Beget refuses the request: No <b>\n" AGAIN ADD_ERROR("invalid", ",\"text\":\"No <b>\"")},
    {"ended with words of another version", ADD, .list = WITH_NEW, .intent = "{}", .may = QUEUE_MAY_ENDED, .told = STORED("half"), .calls = 0, .lines = ADD_CHECKED
     "event sub_add new.shop.ru ok,  -> {\"id\":9,\"domain_id\":1}\n" FORGETS "HSET creators new.shop.ru 42\n"},

    /* it has become another matter since the question */
    {"created by others meanwhile", MINE "0=do sub_add blog.shop.ru 1", .calls = 0,
     .lines = SAYS "⚠️ Not done: blog.shop.ru is there already.\n" WAYS
     "event sub_add blog.shop.ru error, " DEL_BEFORE " -> {\"failure\":\"not_needed\"}\n"},
    {"deleted by others meanwhile", MINE "0=do sub_del new.shop.ru 9", .calls = 0,
     .lines = SAYS "⚠️ Not done: there is no subdomain new.shop.ru.\n" WAYS
     "event sub_del new.shop.ru error, {} -> {\"failure\":\"not_needed\"}\n"},
    {"deleted and created again by others: asked again", MINE "0=do sub_del blog.shop.ru 2", .calls = 0,
     .lines = SAYS "⚠️ Not done: blog.shop.ru is no longer what the question was about. Once more:\n"
     "\n"
     "Delete blog.shop.ru?\n"
     "\n"
     "This cannot be undone. A site linked to it no longer opens under this name; its DNS records may stay published. The same name with www. before it is separate and stays.\n"
     "[✅ Delete] [✖ Cancel]\n"},
    {"the domain is gone from the account", MINE "0=do sub_add new.gone.ru 5", .calls = 0,
     .lines = SAYS "⚠️ new.gone.ru does not belong to a domain of this account.\n[🏠 Menu]\n"
     "event sub_add new.gone.ru refused\n"},

    /* the other answer */
    {"no", MINE "0=drop sub_del blog.shop.ru", .calls = 0,
     .lines = SAYS "⚠️ blog.shop.ru was not deleted.\nYou have cancelled it.\n" WAYS},
};
/* clang-format on */

static const struct act PRESS = {.kind = UPDATE_CALLBACK, .chat_id = ADMIN, .text = TOKEN ".0"};

/* Of what the call does not touch, the list is the same before and after. */
static void set_run(const struct run_row *row)
{
    fake_world.button = row->button;
    fake_world.intent = row->intent;
    fake_world.may = row->may;
    fake_world.told = row->told;
    if (row->call.failure != BEGET_OK || row->call.result) {
        fake_world.answers[BEGET_SUBDOMAIN_ADD] = row->call;
        fake_world.answers[BEGET_SUBDOMAIN_DELETE] = row->call;
    }
    if (row->list.failure != BEGET_OK || row->list.result) {
        fake_world.changes = true;
        fake_world.effects = row->intent ? 1 : 0;
        fake_world.later[BEGET_DOMAINS].result = DOMAINS;
        fake_world.later[BEGET_SUBDOMAINS] = row->list;
    }
}

static void ends(void **state)
{
    const struct run_row *row = *state;

    set_run(row);
    assert_brings(&PRESS, row->lines);
    assert_int_equal(fake_world.change_calls, row->calls);
}

static void the_answer_uses_the_question_up(void **state)
{
    const struct run_row *row = *state;
    struct queue_outcome *outcome = queue_outcome_new();
    struct err err = ERR_INIT;

    set_run(row);
    assert_true(act_answer(&PRESS, outcome, &err));
    assert_non_null(outcome_write(outcome, "DEL button:" TOKEN));
    assert_non_null(outcome_write(outcome, "HSET button:" TOKEN " taken 9"));
    assert_null(outcome_write(outcome, "HSET button:" TOKEN " 0"));
    queue_outcome_free(outcome);
}

/* What is told to the queue before and after the call, and in which order. */
static void the_intent_is_durable_before_the_call(void **state)
{
    (void)state;
    fake_world.button = DEL;
    assert_brings(&PRESS, SAYS "✅ blog.shop.ru is deleted.\n" WAYS DEL_NOTES);
    assert_string_equal(buf_text(&fake_world.log),
                        "read ahead\n"
                        "get language:7\n"
                        "hgetall button:" TOKEN
                        "\n"
                        "hget intents 9/1\n"
                        "beget domain/getList - for 9\n"
                        "beget domain/getSubdomainList - for 9\n"
                        "emit worker-1 1-9\n"
                        "turn of beget domain/deleteSubdomain\n"
                        "begin 1 N domain/deleteSubdomain blog.shop.ru {\"id\":3,\"domain_id\":1}\n"
                        "beget domain/deleteSubdomain 3 for 9\n"
                        "record 1 {\"end\":\"done\",\"failure\":\"ok\",\"text\":\"\","
                        "\"before\":\"{\\\"id\\\":3,\\\"domain_id\\\":1}\",\"after\":\"{}\"}\n");
}

static void creating_sends_the_prefix_and_the_domain(void **state)
{
    (void)state;
    fake_world.button = MINE "0=do sub_add a.b.xn--e1afmkfd.xn--p1ai 2";
    fake_world_again();
    assert_brings(&PRESS, SAYS "✅ a.b.пример.рф is created.\n[DNS records]\n" WAYS
                               "event sub_add a.b.xn--e1afmkfd.xn--p1ai ok, {} -> "
                               "{\"id\":9,\"domain_id\":2}\n" FORGETS
                               "HSET creators a.b.xn--e1afmkfd.xn--p1ai 42\n");
    assert_non_null(
        strstr(buf_text(&fake_world.log), "beget domain/addSubdomainVirtual a.b 2 for 9\n"));
}

/* Rights may be taken away between the question and its answer. */
static void rights_are_looked_at_again(void **state)
{
    struct act act = PRESS;

    (void)state;
    act.chat_id = COLLEAGUE;
    fake_world.button = "chat=77|user=7|0=do sub_add new.shop.ru 1";
    fake_world.grants = "shop.ru=ED";
    assert_brings(&act, SAYS
                  "⚠️ You may not create new.shop.ru. The administrator can grant it (C "
                  "on the domain); your chat id is 77.\n[🏠 Menu]\n"
                  "event sub_add new.shop.ru refused\n");
    assert_int_equal(fake_world.beget_calls, 0);
}

/* What was begun with a right is told of without it: nobody is told "not done" of what may be. */
static void what_was_begun_is_told_whatever_the_rights_are_now(void **state)
{
    struct act act = PRESS;

    (void)state;
    act.chat_id = COLLEAGUE;
    fake_world.button = "chat=77|user=7|taken=9|0=do sub_add new.shop.ru 1";
    fake_world.grants = "";
    fake_world.intent = "{}";
    fake_world.may = QUEUE_MAY_DOUBT;
    fake_world.told = "{}";
    fake_world.answers[BEGET_SUBDOMAINS].result = "[" NEW "]";
    assert_brings(
        &act,
        "answerCallbackQuery cb9\n"
        "edit 55: ✅ new.shop.ru is created: Beget's answer got lost, but its list shows the name.\n"
        "[🏠 Menu]\n" /* the right to look at it is gone, too */
        "event sub_add new.shop.ru ok, {} -> {\"id\":9,\"domain_id\":1}\n" FORGETS
        "HSET creators new.shop.ru 77\n");
}

static void a_second_press_says_so_and_leaves_the_message(void **state)
{
    (void)state;
    fake_world.button = MINE "taken=8";
    fake_world_again();
    assert_brings(&PRESS, "answerCallbackQuery cb9: This question has been answered already.\n");
    assert_int_equal(fake_world.beget_calls, 0);
}

/* The turn is waited for before the intent is there: a wait is no doubt. */
static void without_a_turn_nothing_is_begun(void **state)
{
    (void)state;
    fake_world.button = ADD;
    fake_world.no_turn = true;
    assert_brings(
        &PRESS, ADD_NOT
        "A limit of Beget is used up, of requests a minute or of the tariff: no reason is "
        "given. Please try again in a minute.\n" AGAIN ADD_ERROR("limit", ",\"text\":\"\""));
    assert_null(strstr(buf_text(&fake_world.log), "begin"));
    assert_int_equal(fake_world.change_calls, 0);
}

/* Lists that cannot be had before the call: certainly not done. */
static void without_lists_nothing_is_begun(void **state)
{
    (void)state;
    fake_world.button = DEL;
    fake_world.answers[BEGET_SUBDOMAINS].failure = BEGET_UNREADABLE;
    assert_brings(&PRESS, SAYS
                  "⚠️ blog.shop.ru was not deleted.\n"
                  "Beget sent an answer that I cannot read. Usually this is maintenance on their "
                  "side: please try again later.\n" AGAIN
                  "event sub_del blog.shop.ru error,  -> {\"failure\":\"unreadable\",\"text\":"
                  "\"\"}\n");
    assert_null(strstr(buf_text(&fake_world.log), "begin"));
}

static void assert_lost(const char *last_call)
{
    struct queue_outcome *outcome = queue_outcome_new();
    struct err err = ERR_INIT;
    const char *log;

    assert_false(act_answer(&PRESS, outcome, &err));
    assert_int_equal(err.kind, ERR_STOPPED);
    log = strstr(buf_text(&fake_world.log), last_call);
    assert_non_null(log);
    assert_string_equal(strchr(log, '\n'), "\n");
    queue_outcome_free(outcome);
}

static void nothing_is_called_of_a_lost_update(void **state)
{
    (void)state;
    fake_world.button = ADD;
    fake_world.lost = true;
    assert_lost("emit worker-1");
    assert_int_equal(fake_world.change_calls, 0);
    fake_world.lost = false;
    fake_world.may = QUEUE_MAY_LOST;
    assert_lost("begin 1");
    assert_int_equal(fake_world.change_calls, 0);
    fake_world.may = QUEUE_MAY_CALL;
    fake_world.lost_at_record = true;
    assert_lost("record 1");
}

/* An operator cleared the intents by hand in between: without a plan there is nothing to call. */
static void an_intent_that_vanishes_is_looked_for_again(void **state)
{
    struct queue_outcome *outcome = queue_outcome_new();
    struct err err = ERR_INIT;

    (void)state;
    fake_world.button = ADD;
    fake_world.intent = "{}";
    assert_false(act_answer(&PRESS, outcome, &err));
    assert_int_equal(err.kind, ERR_RETRY);
    assert_int_equal(fake_world.change_calls, 0);
    queue_outcome_free(outcome);
}

/* ---- every outside call fails in turn ---- */

struct torture_row {
    const char *name;
    const char *button;
    struct fake_answer call;
    bool fail_after;
    enum err_kind kind;
};

/* clang-format off */
static struct torture_row torture_rows[] = {
    {"creating, each call fails before its work",          ADD, {.result = "9"},                   false, ERR_RETRY  },
    {"creating, each call fails after its work",           ADD, {.result = "9"},                   true,  ERR_RETRY  },
    {"creating, shutdown at each call",                    ADD, {.result = "9"},                   false, ERR_STOPPED},
    {"creating, shutdown after each call",                 ADD, {.result = "9"},                   true,  ERR_STOPPED},
    {"creating unanswered, each call fails before",        ADD, {.failure = BEGET_NO_ANSWER},      false, ERR_RETRY  },
    {"creating unanswered, each call fails after",         ADD, {.failure = BEGET_NO_ANSWER},      true,  ERR_RETRY  },
    {"creating unanswered, shutdown at each call",         ADD, {.failure = BEGET_NO_ANSWER},      false, ERR_STOPPED},
};
/* clang-format on */

static void set_torture(const struct torture_row *row)
{
    void *nothing = NULL;

    (void)set_world(&nothing);
    fake_world.button = row->button;
    fake_world.remembers = true;
    fake_world.changes = true;
    fake_world.answers[BEGET_SUBDOMAIN_ADD] = row->call;
    fake_world.later[BEGET_DOMAINS].result = DOMAINS;
    fake_world.later[BEGET_SUBDOMAINS].result = "[" BLOG "," NEW "]";
}

/*
 * Whatever breaks, the repetition tells the truth: done, when it was; unknown,
 * when it was begun and did not happen; and it happens once.
 */
static void assert_repetition(void)
{
    bool begun = fake_world.intent != NULL;
    bool done = fake_world.effects > 0;
    struct buf lines;

    buf_init(&lines, 1 << 20);
    add_answer(&PRESS, &lines);
    assert_int_equal(fake_world.effects, begun && !done ? 0 : 1);
    assert_int_equal(strstr(buf_text(&lines), "edit 55: ✅") != NULL, done || !begun);
    assert_int_equal(strstr(buf_text(&lines), "edit 55: ❓") != NULL, begun && !done);
    buf_free(&lines);
}

static void any_call_may_fail(void **state)
{
    const struct torture_row *row = *state;
    bool broken = true;

    for (int n = 1; broken; n++) {
        struct queue_outcome *outcome = queue_outcome_new();
        struct err err = ERR_INIT;
        bool ok;

        set_torture(row);
        fake_world.fail_at = n;
        fake_world.fail_after = row->fail_after;
        fake_world.kind = row->kind;
        ok = act_answer(&PRESS, outcome, &err);
        fake_world.fail_at = 0;
        broken = fake_world.broken;
        assert_in_range(fake_world.change_calls, 0, 1);
        if (ok) { /* nothing broke, or only the note of what is known did */
            assert_int_equal(fake_world.effects, 1);
            assert_non_null(outcome_write(outcome, "HSET creators"));
        } else {
            assert_int_equal(err.kind, row->kind);
            assert_repetition();
        }
        queue_outcome_free(outcome);
    }
}

/* ---- pure parts ---- */

static void a_call_that_may_have_worked_is_never_refused(void **state)
{
    (void)state;
    for (int failure = BEGET_OK; failure < BEGET_FAILURE_COUNT; failure++) {
        bool doubtful =
            failure == BEGET_NO_ANSWER || failure == BEGET_UNREADABLE || failure == BEGET_STOPPED;
        enum change_end end = change_end_of_call((enum beget_failure)failure, true);

        assert_int_equal(end, failure == BEGET_OK ? CHANGE_DONE
                              : doubtful          ? CHANGE_DOUBT
                                                  : CHANGE_REFUSED);
    }
    assert_int_equal(change_end_of_call(BEGET_OK, false), CHANGE_DOUBT);
}

static void a_look_never_says_not_done(void **state)
{
    (void)state;
    for (int failure = BEGET_OK; failure < BEGET_FAILURE_COUNT; failure++) {
        assert_int_equal(change_end_of_look((enum beget_failure)failure, false), CHANGE_UNKNOWN);
        assert_int_equal(change_end_of_look((enum beget_failure)failure, true),
                         failure == BEGET_OK ? CHANGE_CHECKED : CHANGE_UNKNOWN);
    }
}

static void a_stored_result_is_read_back(void **state)
{
    static const enum change_end STORED_ENDS[] = {CHANGE_DONE, CHANGE_CHECKED, CHANGE_ACCEPTED,
                                                  CHANGE_REFUSED};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(STORED_ENDS); i++) {
        struct change_outcome out;
        struct change_outcome in;
        struct err err = ERR_INIT;
        struct buf text;

        change_outcome_init(&out);
        change_outcome_init(&in);
        buf_init(&text, 10000);
        out.end = STORED_ENDS[i];
        out.failure = BEGET_INVALID;
        (void)snprintf(out.text, sizeof(out.text), "\"quoted\" ж");
        buf_addf(&out.before, "{\"a\":1}");
        buf_addf(&out.after, "{}");
        change_outcome_print(&out, &text);
        assert_true(change_outcome_parse(buf_text(&text), &in, &err));
        assert_int_equal(in.end, out.end);
        assert_int_equal(in.failure, out.failure);
        assert_string_equal(in.text, out.text);
        assert_string_equal(buf_text(&in.before), "{\"a\":1}");
        assert_string_equal(buf_text(&in.after), "{}");
        buf_free(&text);
        change_outcome_free(&out);
        change_outcome_free(&in);
    }
}

static void other_results_are_refused(void **state)
{
    static const char *const TEXTS[] = {"",
                                        "{",
                                        "[]",
                                        "null",
                                        "{}",
                                        "{\"end\":\"done\"}",
                                        "{\"end\":\"late\",\"failure\":\"ok\"}",
                                        "{\"end\":\"unknown\",\"failure\":\"ok\"}",
                                        "{\"end\":\"done\",\"failure\":\"odd\"}",
                                        "{\"end\":1,\"failure\":\"ok\"}"};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(TEXTS); i++) {
        struct change_outcome outcome;
        struct err err = ERR_INIT;

        change_outcome_init(&outcome);
        assert_false(change_outcome_parse(TEXTS[i], &outcome, &err));
        assert_int_equal(err.kind, ERR_REJECT);
        assert_int_equal(outcome.end, CHANGE_DOUBT); /* untouched */
        change_outcome_free(&outcome);
    }
}

/* Draws an outcome of a change to the longest name there is. */
static void draw_outcome(enum change_id id, enum language language, enum change_end end,
                         enum beget_failure failure, struct page *page)
{
    struct scene scene = {.language = language};
    struct change_outcome outcome;

    memset(scene.target.name, 'x', sizeof(scene.target.name) - 1);
    change_outcome_init(&outcome);
    outcome.end = end;
    outcome.failure = failure;
    outcome.why = TEXT_SUB_IS_DOMAIN;
    memset(outcome.text, '<', sizeof(outcome.text) - 1);
    page_init(page, language);
    draw_change_outcome(id, &scene, &outcome, page);
    change_outcome_free(&outcome);
}

/* Of a change that is made here nobody can be in doubt, and nobody else refuses it. */
static bool may_end(const struct change *change, enum change_end end)
{
    return !change->local || end == CHANGE_DONE || end == CHANGE_NOT_NEEDED ||
           end == CHANGE_DROPPED;
}

/* ✅ done, ❓ unknown, ⚠️ certainly not done; in every language, for every change and reason.
 */
static void every_outcome_begins_with_its_sign(void **state)
{
    static const char *const SIGNS[CHANGE_DOUBT] = {
        [CHANGE_DONE] = "✅ ",    [CHANGE_CHECKED] = "✅ ", [CHANGE_ACCEPTED] = "✅ ",
        [CHANGE_DIFFERS] = "❓ ", [CHANGE_UNKNOWN] = "❓ ",
    };

    (void)state;
    for (int id = 0; id < CHANGE_COUNT; id++) {
        for (int end = 0; end < CHANGE_DOUBT; end++) {
            if (!may_end(&CHANGES[id], (enum change_end)end)) {
                continue;
            }
            for (int failure = BEGET_NOT_SENT; failure < BEGET_STOPPED; failure++) {
                for (int language = 0; language < LANGUAGE_COUNT; language++) {
                    const char *sign = SIGNS[end] ? SIGNS[end] : "⚠️ ";
                    struct page page;

                    draw_outcome((enum change_id)id, (enum language)language, (enum change_end)end,
                                 (enum beget_failure)failure, &page);
                    assert_memory_equal(buf_text(&page.text), sign, strlen(sign));
                    assert_true(buf_ok(&page.text));
                    assert_false(page.asks);
                    page_free(&page);
                }
            }
        }
    }
}

static void the_buttons_of_a_question_say_what_they_do(void **state)
{
    (void)state;
    for (int id = 0; id < CHANGE_COUNT; id++) {
        for (int language = 0; language < LANGUAGE_COUNT; language++) {
            const char *yes = text_template((enum language)language, CHANGES[id].confirm);
            const char *no = text_template((enum language)language, TEXT_BUTTON_DROP);

            assert_memory_equal(yes, "✅ ", strlen("✅ "));
            assert_memory_equal(no, "✖ ", strlen("✖ "));
        }
    }
}

/* A row without a function or with a method that only reads would show at the first use. */
static void every_change_is_complete(void **state)
{
    (void)state;
    for (int id = 0; id < CHANGE_COUNT; id++) {
        const struct change *change = &CHANGES[id];

        assert_true(change->name && change->plan && change->state);
        assert_true(change->accept && change->note);
        assert_int_equal(change->may != NULL, !change->admin_only);
        assert_int_equal(change->is_done != NULL, !change->local);
        if (change->local) {
            continue;
        }
        assert_int_not_equal(BEGET_METHODS[change->method].class, BEGET_CLASS_READ);
        assert_int_equal(BEGET_METHODS[change->forgets].class, BEGET_CLASS_READ);
    }
}

/* ---- all of them ---- */

#define WORLD_TEST(test) cmocka_unit_test_setup_teardown(test, set_world, free_world)

static const struct CMUnitTest PLAIN_TESTS[] = {
    WORLD_TEST(a_question_is_good_for_ten_minutes_and_holds_what_it_showed),
    WORLD_TEST(the_intent_is_durable_before_the_call),
    WORLD_TEST(creating_sends_the_prefix_and_the_domain),
    WORLD_TEST(rights_are_looked_at_again),
    WORLD_TEST(what_was_begun_is_told_whatever_the_rights_are_now),
    WORLD_TEST(a_second_press_says_so_and_leaves_the_message),
    WORLD_TEST(without_a_turn_nothing_is_begun),
    WORLD_TEST(without_lists_nothing_is_begun),
    WORLD_TEST(nothing_is_called_of_a_lost_update),
    WORLD_TEST(an_intent_that_vanishes_is_looked_for_again),
    WORLD_TEST(a_call_that_may_have_worked_is_never_refused),
    WORLD_TEST(a_look_never_says_not_done),
    WORLD_TEST(a_stored_result_is_read_back),
    WORLD_TEST(other_results_are_refused),
    WORLD_TEST(every_outcome_begins_with_its_sign),
    WORLD_TEST(the_buttons_of_a_question_say_what_they_do),
    WORLD_TEST(every_change_is_complete),
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
                            2 * ARRAY_LEN(run_rows) + ARRAY_LEN(torture_rows)];
    size_t count = ARRAY_LEN(PLAIN_TESTS);

    memcpy(tests, PLAIN_TESTS, sizeof(PLAIN_TESTS));
    for (size_t i = 0; i < ARRAY_LEN(question_rows); i++) {
        tests[count++] = row_test(question_rows[i].name, asks, &question_rows[i]);
    }
    for (size_t i = 0; i < ARRAY_LEN(run_rows); i++) {
        tests[count++] = row_test(run_rows[i].name, ends, &run_rows[i]);
        tests[count++] = row_test(run_rows[i].name, the_answer_uses_the_question_up, &run_rows[i]);
    }
    for (size_t i = 0; i < ARRAY_LEN(torture_rows); i++) {
        tests[count++] = row_test(torture_rows[i].name, any_call_may_fail, &torture_rows[i]);
    }
    return cmocka_run_group_tests_name("chat_change", tests, NULL, NULL);
}
