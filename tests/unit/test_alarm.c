/* SPDX-License-Identifier: MIT */
/* When an alarm begins and ends, and what administrators are told of it. */
#include "shared/ops/alarm.h"

#include "shared/base/compiler.h"
#include "shared/io/json.h"
#include "shared/ops/alarm_message.h"
#include "shared/ops/stuck_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { AFTER_MS = 30000, BYTES = 1 << 16, ADMIN = 42 };
#define NOW INT64_C(1795701909000) /* 2026-11-26 14:05:09 UTC */

/* ---- looks ---- */

/* What a look at second `s` finds. */
struct sight {
    int64_t s;
    int64_t count;
    bool missed;
    enum alarm_state state; /* after it */
    enum alarm_news news;
};

enum { SIGHTS_MAX = 8 };

struct story {
    const char *name;
    enum stuck_cause cause;
    struct sight sights[SIGHTS_MAX];
};

/* clang-format off */
static struct story stories[] = {
    {"what comes and goes is no alarm", STUCK_NO_WORKER,
     {{0, 1, false, ALARM_PENDING, ALARM_NO_NEWS}, {10, 0, false, ALARM_NONE, ALARM_NO_NEWS},
      {20, 1, false, ALARM_PENDING, ALARM_NO_NEWS}, {40, 1, false, ALARM_PENDING, ALARM_NO_NEWS}}},
    {"what stays is told once, and once when it is over", STUCK_NO_WORKER,
     {{0, 1, false, ALARM_PENDING, ALARM_NO_NEWS}, {29, 1, false, ALARM_PENDING, ALARM_NO_NEWS},
      {30, 1, false, ALARM_ON, ALARM_BEGINS}, {40, 1, false, ALARM_ON, ALARM_NO_NEWS},
      {50, 0, false, ALARM_ENDING, ALARM_NO_NEWS}, {79, 0, false, ALARM_ENDING, ALARM_NO_NEWS},
      {80, 0, false, ALARM_NONE, ALARM_ENDS}, {90, 0, false, ALARM_NONE, ALARM_NO_NEWS}}},
    {"a short recovery is not the end", STUCK_BEGET,
     {{0, 1, false, ALARM_PENDING, ALARM_NO_NEWS}, {30, 1, false, ALARM_ON, ALARM_BEGINS},
      {40, 0, false, ALARM_ENDING, ALARM_NO_NEWS}, {60, 1, false, ALARM_ON, ALARM_NO_NEWS},
      {80, 0, false, ALARM_ENDING, ALARM_NO_NEWS}, {100, 0, false, ALARM_ENDING, ALARM_NO_NEWS},
      {110, 0, false, ALARM_NONE, ALARM_ENDS}}},
    {"what can wait has to last four times as long", STUCK_DEAD,
     {{0, 1, false, ALARM_PENDING, ALARM_NO_NEWS}, {119, 1, false, ALARM_PENDING, ALARM_NO_NEWS},
      {120, 2, false, ALARM_ON, ALARM_BEGINS}, {130, 5, false, ALARM_ON, ALARM_NO_NEWS},
      {140, 0, false, ALARM_ENDING, ALARM_NO_NEWS}, {170, 0, false, ALARM_NONE, ALARM_ENDS}}},
    {"the night when nobody looked does not count", STUCK_NO_WORKER,
     {{0, 1, false, ALARM_PENDING, ALARM_NO_NEWS}, {30000, 1, true, ALARM_PENDING, ALARM_NO_NEWS},
      {30029, 1, false, ALARM_PENDING, ALARM_NO_NEWS}, {30030, 1, false, ALARM_ON, ALARM_BEGINS}}},
    {"an alarm outlives a night when nobody looked", STUCK_NO_WORKER,
     {{0, 1, false, ALARM_PENDING, ALARM_NO_NEWS}, {30, 1, false, ALARM_ON, ALARM_BEGINS},
      {30000, 1, true, ALARM_ON, ALARM_NO_NEWS}, {30010, 0, false, ALARM_ENDING, ALARM_NO_NEWS},
      {30040, 0, false, ALARM_NONE, ALARM_ENDS}}},
    {"a clock that was set back delays no more than that", STUCK_NO_WORKER,
     {{5000, 1, false, ALARM_PENDING, ALARM_NO_NEWS}, {100, 1, false, ALARM_PENDING, ALARM_NO_NEWS},
      {130, 1, false, ALARM_ON, ALARM_BEGINS}, {6000, 0, false, ALARM_ENDING, ALARM_NO_NEWS},
      {200, 0, false, ALARM_ENDING, ALARM_NO_NEWS}, {230, 0, false, ALARM_NONE, ALARM_ENDS}}},
};
/* clang-format on */

/* What a look at second `s` finds, of how many that there have ever been. */
struct more_sight {
    int64_t s;
    int64_t count;
    int64_t ever;
    enum alarm_news news;
    int64_t untold; /* of ALARM_MORE */
    bool earlier;   /* the version before looks as well, right after it, and leaves out "told" */
};

struct more_story {
    const char *name;
    enum stuck_cause cause;
    struct more_sight sights[SIGHTS_MAX];
};

/* clang-format off */
static struct more_story more_stories[] = {
    {"one more is told once, however long it stays", STUCK_DEAD,
     {{0, 1, 1, ALARM_NO_NEWS, 0, false}, {120, 1, 1, ALARM_BEGINS, 0, false},
      {300, 2, 2, ALARM_MORE, 1, false}, {310, 2, 2, ALARM_NO_NEWS, 0, false},
      {9000, 2, 2, ALARM_NO_NEWS, 0, false}, {9010, 0, 2, ALARM_NO_NEWS, 0, false},
      {9040, 0, 2, ALARM_ENDS, 0, false}}},
    {"what comes in a row is gathered", STUCK_UNKNOWN,
     {{0, 1, 1, ALARM_NO_NEWS, 0, false}, {120, 2, 2, ALARM_BEGINS, 0, false},
      {130, 3, 3, ALARM_NO_NEWS, 0, false}, {239, 7, 7, ALARM_NO_NEWS, 0, false},
      {240, 8, 8, ALARM_MORE, 6, false}, {250, 9, 9, ALARM_NO_NEWS, 0, false},
      {360, 9, 9, ALARM_MORE, 1, false}, {370, 9, 9, ALARM_NO_NEWS, 0, false}}},
    {"a new one in the place of an old one is told", STUCK_DEAD,
     {{0, 2, 2, ALARM_NO_NEWS, 0, false}, {120, 2, 2, ALARM_BEGINS, 0, false},
      {300, 2, 3, ALARM_MORE, 1, false}, {500, 1, 3, ALARM_NO_NEWS, 0, false},
      {600, 2, 4, ALARM_MORE, 1, false}}},
    {"of many that came the ones that are there are told", STUCK_DEAD,
     {{0, 1, 1, ALARM_NO_NEWS, 0, false}, {120, 1, 1, ALARM_BEGINS, 0, false},
      {300, 3, 9, ALARM_MORE, 3, false}}},
    {"one that comes before the end is told of is told", STUCK_DEAD,
     {{0, 1, 1, ALARM_NO_NEWS, 0, false}, {120, 1, 1, ALARM_BEGINS, 0, false},
      {300, 0, 1, ALARM_NO_NEWS, 0, false}, {310, 1, 2, ALARM_NO_NEWS, 0, false},
      {430, 1, 2, ALARM_MORE, 1, false}, {440, 0, 2, ALARM_NO_NEWS, 0, false},
      {470, 0, 2, ALARM_ENDS, 0, false}}},
    {"more of what one deed ends is no news", STUCK_HELD_BY_SILENT,
     {{0, 1, 0, ALARM_NO_NEWS, 0, false}, {30, 1, 0, ALARM_BEGINS, 0, false},
      {300, 5, 0, ALARM_NO_NEWS, 0, false}, {600, 9, 0, ALARM_NO_NEWS, 0, false}}},
    {"counters that were lost are counted on from", STUCK_DEAD,
     {{0, 1, 70, ALARM_NO_NEWS, 0, false}, {120, 1, 70, ALARM_BEGINS, 0, false},
      {300, 1, 2, ALARM_NO_NEWS, 0, false}, {310, 2, 3, ALARM_MORE, 1, false}}},
    {"beside the version before nothing is told twice", STUCK_DEAD,
     {{0, 1, 70, ALARM_NO_NEWS, 0, true}, {120, 1, 70, ALARM_BEGINS, 0, true},
      {300, 3, 72, ALARM_MORE, 2, true}, {500, 3, 72, ALARM_NO_NEWS, 0, true},
      {700, 3, 72, ALARM_NO_NEWS, 0, false}, {900, 3, 73, ALARM_MORE, 1, false}}},
    {"a clock that was set back does not keep news", STUCK_DEAD,
     {{5000, 1, 1, ALARM_NO_NEWS, 0, false}, {5120, 1, 1, ALARM_BEGINS, 0, false},
      {100, 2, 2, ALARM_MORE, 1, false}, {110, 3, 3, ALARM_NO_NEWS, 0, false},
      {220, 3, 3, ALARM_MORE, 1, false}}},
};
/* clang-format on */

/* From one look to the next an alarm is kept as text. */
static struct alarm kept(const struct alarm *alarm)
{
    struct alarm read;
    struct buf text;

    buf_init(&text, BYTES);
    alarm_print(alarm, &text);
    read = alarm_read(buf_text(&text));
    buf_free(&text);
    return read;
}

static void is_told(void **state)
{
    const struct story *story = *state;
    struct alarm alarm = {.state = ALARM_NONE};

    for (size_t i = 0; i < SIGHTS_MAX && (i == 0 || story->sights[i].s > 0); i++) {
        const struct sight *sight = &story->sights[i];
        const struct stuck_count found = {.count = sight->count};
        const struct alarm_look look = {
            .now_ms = NOW + sight->s * 1000, .after_ms = AFTER_MS, .missed = sight->missed};
        struct alarm next = alarm_next(story->cause, &alarm, &found, &look);

        if (next.state != sight->state || alarm_news(&alarm, &next) != sight->news) {
            fail_msg("second %d: state %d, news %d", (int)sight->s, (int)next.state,
                     (int)alarm_news(&alarm, &next));
        }
        alarm = kept(&next);
    }
}

static void more_is_told(void **state)
{
    const struct more_story *story = *state;
    struct alarm alarm = {.state = ALARM_NONE};

    for (size_t i = 0; i < SIGHTS_MAX && (i == 0 || story->sights[i].s > 0); i++) {
        const struct more_sight *sight = &story->sights[i];
        const struct stuck_count found = {.count = sight->count, .ever = sight->ever};
        const struct alarm_look look = {.now_ms = NOW + sight->s * 1000, .after_ms = AFTER_MS};
        struct alarm next = alarm_next(story->cause, &alarm, &found, &look);
        enum alarm_news news = alarm_news(&alarm, &next);

        if (news != sight->news ||
            (news == ALARM_MORE && alarm_untold(&alarm, &found) != sight->untold)) {
            fail_msg("second %d: news %d, untold %d", (int)sight->s, (int)news,
                     (int)alarm_untold(&alarm, &found));
        }
        alarm = kept(&next);
        if (sight->earlier) {
            alarm.told = 0;
        }
    }
}

static void what_a_later_version_adds_is_left_alone(void **state)
{
    struct alarm alarm = alarm_read(
        "{\"state\":\"on\",\"entered_ms\":1,\"since_ms\":2,\"count\":3,\"told\":4,\"new\":[{}]}");

    (void)state;
    assert_int_equal(alarm.state, ALARM_ON);
    assert_int_equal(alarm.count, 3);
    assert_int_equal(alarm.told, 4);
}

static void the_trouble_is_as_old_as_is_known(void **state)
{
    const struct alarm none = {.state = ALARM_NONE};
    const struct alarm_look look = {.now_ms = NOW, .after_ms = AFTER_MS};
    struct stuck_count found = {.count = 1, .since_ms = NOW - 500000};

    (void)state;
    assert_int_equal(alarm_next(STUCK_NO_WORKER, &none, &found, &look).since_ms, NOW - 500000);
    found.since_ms = NOW + 500000; /* of another clock */
    assert_int_equal(alarm_next(STUCK_NO_WORKER, &none, &found, &look).since_ms, NOW);
    found.since_ms = 0;
    assert_int_equal(alarm_next(STUCK_NO_WORKER, &none, &found, &look).since_ms, NOW);
}

static void what_cannot_be_read_is_none(void **state)
{
    static const char ODD[] = "{\"state\":\"odd\",\"entered_ms\":1,\"since_ms\":1,\"count\":1}";
    static const char *const TEXTS[] = {"", "x", "{}", "{\"state\":\"on\"}", ODD};

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(TEXTS); i++) {
        assert_int_equal(alarm_read(TEXTS[i]).state, ALARM_NONE);
    }
}

/* ---- words ---- */

static void every_cause_has_words_of_its_own(void **state)
{
    (void)state;
    for (int language = 0; language < STUCK_LANGUAGE_COUNT; language++) {
        for (int cause = 0; cause < STUCK_CAUSE_COUNT; cause++) {
            const char *text =
                stuck_text_template((enum stuck_language)language, (enum stuck_cause)cause);

            assert_non_null(text);
            assert_true(strlen(text) > 20 && text[strlen(text) - 1] != '.');
            for (int other = 0; other < cause; other++) {
                assert_string_not_equal(text, stuck_text_template((enum stuck_language)language,
                                                                  (enum stuck_cause)other));
            }
        }
    }
}

static void a_sentence_says_how_many(void **state)
{
    struct buf text;

    (void)state;
    buf_init(&text, BYTES);
    stuck_text(&text, STUCK_EN, STUCK_HELD_BY_SILENT, 3);
    assert_string_equal(buf_text(&text), "Requests that a silent worker has: 3; their chats wait");
    buf_free(&text);
}

struct span_row {
    int64_t ms;
    const char *en;
    const char *ru;
};

static void spans_are_short(void **state)
{
    static const struct span_row ROWS[] = {
        {-5, "0 s", "0 с"},
        {999, "0 s", "0 с"},
        {59000, "59 s", "59 с"},
        {119000, "1 min", "1 мин"},
        {3600000, "1 h", "1 ч"},
        {INT64_C(7800000), "2 h 10 min", "2 ч 10 мин"},
        {INT64_C(90000000), "1 d 1 h", "1 дн. 1 ч"},
        {INT64_C(86400000), "1 d", "1 дн."},
    };
    char out[STUCK_SPAN_SIZE];

    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(ROWS); i++) {
        assert_string_equal(stuck_span(STUCK_EN, ROWS[i].ms, out), ROWS[i].en);
        assert_string_equal(stuck_span(STUCK_RU, ROWS[i].ms, out), ROWS[i].ru);
    }
}

static void assert_told(enum stuck_language language, const struct alarm_item items[], size_t count,
                        const char *expected)
{
    struct err err = ERR_INIT;
    struct json *json;
    struct buf payload;
    int64_t chat = 0;

    buf_init(&payload, BYTES);
    alarm_message(ADMIN, language, items, count, &payload);
    json = json_parse(buf_text(&payload), payload.len, &err);
    assert_true(json_int(json, "chat_id", &chat) && chat == ADMIN);
    assert_null(json_text(json, "parse_mode"));
    assert_string_equal(json_text(json, "text"), expected);
    json_free(json);
    buf_free(&payload);
}

static void one_message_tells_all_of_a_look(void **state)
{
    const struct alarm on = {.state = ALARM_ON, .entered_ms = NOW, .since_ms = NOW, .count = 2};
    const struct alarm ending = {
        .state = ALARM_ENDING, .entered_ms = NOW + 720000, .since_ms = NOW, .count = 1};
    const struct alarm_item items[] = {
        {STUCK_NO_WORKER, ALARM_BEGINS, on, 0},
        {STUCK_DEAD, ALARM_BEGINS, on, 0},
        {STUCK_BEGET, ALARM_ENDS, ending, 0},
    };
    const struct alarm_item more = {STUCK_DEAD, ALARM_MORE, on, 1};

    (void)state;
    assert_told(STUCK_EN, items, ARRAY_LEN(items),
                "🔴 No worker is running: messages are taken in and wait.\n"
                "Since 2026-11-26 14:05 UTC.\n"
                "🟠 Requests and answers that were given up: 2.\n"
                "Since 2026-11-26 14:05 UTC.\n"
                "🟢 Over after 12 min: «Beget refuses the bot, or cannot be reached».\n"
                "\n"
                "What to do is said on the server: queuectl stuck");
    assert_told(STUCK_RU, &items[2], 1,
                "🟢 Прошло за 12 мин: «Beget отказывает боту или "
                "недоступен».");
    assert_told(STUCK_EN, &more, 1,
                "🟠 New: 1. Requests and answers that were given up: 2.\n"
                "\n"
                "What to do is said on the server: queuectl stuck");
    assert_told(STUCK_RU, &more, 1,
                "🟠 Новых: 1. Запросов и ответов, "
                "отложенных после неудач: 2.\n"
                "\n"
                "Что делать, подскажет на сервере: queuectl stuck");
}

/* ---- what a survey shows, cause by cause ---- */

static struct stuck_counts count(const char *json)
{
    struct survey survey = {.tree = NULL};
    struct stuck_counts counts;
    struct err err = ERR_INIT;

    if (!survey_read(json, "", &survey, &err)) {
        fail_msg("%s", err.message);
    }
    counts = stuck_count(&survey);
    survey_free(&survey);
    return counts;
}

static void dead_letters_are_all_counted(void **state)
{
    struct stuck_counts counts = count(
        "{\"now_ms\":1000000,\"lease\":{\"holder\":\"web1-4\"},\"dead\":{\"length\":70,"
        "\"oldest\":[{\"id\":\"9-0\",\"died_ms\":900},{\"id\":\"9-1\",\"died_ms\":800}]},"
        "\"meta\":{\"dead\":\"95\",\"unknown\":\"3\",\"pushed\":\"900\"}}");
    enum stuck_cause worst[STUCK_CAUSE_COUNT];

    (void)state;
    assert_int_equal(counts.of[STUCK_DEAD].count, 70);
    assert_int_equal(counts.of[STUCK_DEAD].since_ms, 800);
    assert_int_equal(counts.of[STUCK_DEAD].ever, 95);
    assert_int_equal(counts.of[STUCK_UNKNOWN].ever, 3);
    assert_int_equal(counts.of[STUCK_NO_WORKER].ever, 0);
    assert_int_equal(counts.of[STUCK_NO_WORKER].count, 1);
    assert_int_equal(counts.of[STUCK_NO_GATEWAY].count, 0);
    assert_int_equal(stuck_causes(&counts), 2);
    assert_int_equal(stuck_worst(&counts, worst, 1), 1);
    assert_int_equal(worst[0], STUCK_NO_WORKER);
}

static const struct CMUnitTest TESTS[] = {
    cmocka_unit_test(the_trouble_is_as_old_as_is_known),
    cmocka_unit_test(what_cannot_be_read_is_none),
    cmocka_unit_test(what_a_later_version_adds_is_left_alone),
    cmocka_unit_test(every_cause_has_words_of_its_own),
    cmocka_unit_test(a_sentence_says_how_many),
    cmocka_unit_test(spans_are_short),
    cmocka_unit_test(one_message_tells_all_of_a_look),
    cmocka_unit_test(dead_letters_are_all_counted),
};

int main(void)
{
    struct CMUnitTest tests[ARRAY_LEN(TESTS) + ARRAY_LEN(stories) + ARRAY_LEN(more_stories)];
    size_t total = ARRAY_LEN(TESTS);

    memcpy(tests, TESTS, sizeof(TESTS));
    for (size_t i = 0; i < ARRAY_LEN(stories); i++) {
        tests[total++] = (struct CMUnitTest){
            .name = stories[i].name, .test_func = is_told, .initial_state = &stories[i]};
    }
    for (size_t i = 0; i < ARRAY_LEN(more_stories); i++) {
        tests[total++] = (struct CMUnitTest){.name = more_stories[i].name,
                                             .test_func = more_is_told,
                                             .initial_state = &more_stories[i]};
    }
    return cmocka_run_group_tests_name("alarms", tests, NULL, NULL);
}
