/* SPDX-License-Identifier: MIT */
/* gateway/update_reader.c: what goes to the worker, what is left out, and that ids and texts
 * survive. */
#include "gateway/update_reader.h"

#include "shared/base/compiler.h"
#include "shared/base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { TEXT_MAX_BYTES = 1024 * 1024 };

#define PRIVATE "\"chat\":{\"id\":1001,\"type\":\"private\"}"
#define ANNA                                                                                  \
    "\"from\":{\"id\":1001,\"is_bot\":false,\"first_name\":\"Anna\",\"last_name\":\"Owner\"," \
    "\"username\":\"anna\"}"
#define GROUP "\"chat\":{\"id\":-1001234567890,\"type\":\"supergroup\",\"title\":\"Web team\"}"

/* NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding): columns in reading order */
struct update_row {
    const char *name;
    const char *json;
    enum update_reading reading;
    int64_t update_id;
    int64_t chat_id;
    int64_t user_id;
    const char *user;
    enum update_kind kind;
    const char *text;
    const char *callback_id;
};

/* clang-format off */
static struct update_row update_rows[] = {
    {"a message is read",
     "{\"update_id\":7,\"message\":{\"message_id\":1,\"date\":1,\"text\":\"/start\"," PRIVATE "," ANNA "}}",
     UPDATE_READ, 7, 1001, 1001, "@anna", UPDATE_MESSAGE, "/start", ""},
    {"a message in a group has the group's id",
     "{\"update_id\":7,\"message\":{\"text\":\"x\"," GROUP "," ANNA "}}",
     UPDATE_READ, 7, -1001234567890, 1001, "@anna", UPDATE_MESSAGE, "x", ""},
    {"a person without a username has the full name",
     "{\"update_id\":7,\"message\":{\"text\":\"x\"," PRIVATE ",\"from\":{\"id\":5,\"first_name\":\"Vera\",\"last_name\":\"Stranger\"}}}",
     UPDATE_READ, 7, 1001, 5, "Vera Stranger", UPDATE_MESSAGE, "x", ""},
    {"a person with one name has that",
     "{\"update_id\":7,\"message\":{\"text\":\"x\"," PRIVATE ",\"from\":{\"id\":5,\"first_name\":\"Вера\"}}}",
     UPDATE_READ, 7, 1001, 5, "Вера", UPDATE_MESSAGE, "x", ""},
    {"a person with an empty username has the full name",
     "{\"update_id\":7,\"message\":{\"text\":\"x\"," PRIVATE ",\"from\":{\"id\":5,\"first_name\":\"V\",\"username\":\"\"}}}",
     UPDATE_READ, 7, 1001, 5, "V", UPDATE_MESSAGE, "x", ""},
    {"a person with a last name alone has that",
     "{\"update_id\":7,\"message\":{\"text\":\"x\"," PRIVATE ",\"from\":{\"id\":5,\"first_name\":\"\",\"last_name\":\"L\"}}}",
     UPDATE_READ, 7, 1001, 5, "L", UPDATE_MESSAGE, "x", ""},
    {"a message from nobody has user 0",
     "{\"update_id\":7,\"message\":{\"text\":\"x\"," PRIVATE "}}",
     UPDATE_READ, 7, 1001, 0, "", UPDATE_MESSAGE, "x", ""},
    {"a sender of another type is nobody",
     "{\"update_id\":7,\"message\":{\"text\":\"x\"," PRIVATE ",\"from\":\"Anna\"}}",
     UPDATE_READ, 7, 1001, 0, "", UPDATE_MESSAGE, "x", ""},
    {"a photo without words has an empty text",
     "{\"update_id\":7,\"message\":{\"photo\":[{}]," PRIVATE "," ANNA "}}",
     UPDATE_READ, 7, 1001, 1001, "@anna", UPDATE_MESSAGE, "", ""},
    {"a caption is the text of a photo",
     "{\"update_id\":7,\"message\":{\"photo\":[{}],\"caption\":\"look\"," PRIVATE "," ANNA "}}",
     UPDATE_READ, 7, 1001, 1001, "@anna", UPDATE_MESSAGE, "look", ""},
    {"a text of another type is empty",
     "{\"update_id\":7,\"message\":{\"text\":[1]," PRIVATE "," ANNA "}}",
     UPDATE_READ, 7, 1001, 1001, "@anna", UPDATE_MESSAGE, "", ""},
    {"a lone surrogate is replaced and the rest kept",
     "{\"update_id\":7,\"message\":{\"text\":\"a\\ud83db\"," PRIVATE "," ANNA "}}",
     UPDATE_READ, 7, 1001, 1001, "@anna", UPDATE_MESSAGE, "a\xef\xbf\xbd" "b", ""},
    {"a NUL does not end the text",
     "{\"update_id\":7,\"message\":{\"text\":\"a\\u0000b\"," PRIVATE "," ANNA "}}",
     UPDATE_READ, 7, 1001, 1001, "@anna", UPDATE_MESSAGE, "a\xef\xbf\xbd" "b", ""},
    {"an id of 52 bits is exact",
     "{\"update_id\":2147483647,\"message\":{\"text\":\"x\",\"chat\":{\"id\":4503599627370495},\"from\":{\"id\":4503599627370494,\"first_name\":\"F\"}}}",
     UPDATE_READ, 2147483647, 4503599627370495, 4503599627370494, "F", UPDATE_MESSAGE, "x", ""},
    {"a press is read with its data and id",
     "{\"update_id\":8,\"callback_query\":{\"id\":\"4382bfdwdsb323b2d9\",\"data\":\"b:1\"," ANNA ",\"message\":{\"message_id\":3,\"date\":5," PRIVATE "}}}",
     UPDATE_READ, 8, 1001, 1001, "@anna", UPDATE_CALLBACK, "b:1", "4382bfdwdsb323b2d9"},
    {"a press of an inaccessible message is read",
     "{\"update_id\":8,\"callback_query\":{\"id\":\"4\",\"data\":\"b:1\"," ANNA ",\"message\":{\"message_id\":3,\"date\":0," PRIVATE "}}}",
     UPDATE_READ, 8, 1001, 1001, "@anna", UPDATE_CALLBACK, "b:1", "4"},
    {"a press without data has an empty text",
     "{\"update_id\":8,\"callback_query\":{\"id\":\"4\",\"game_short_name\":\"g\"," ANNA ",\"message\":{\"message_id\":3," PRIVATE "}}}",
     UPDATE_READ, 8, 1001, 1001, "@anna", UPDATE_CALLBACK, "", "4"},
    {"a press of an inline message has no chat",
     "{\"update_id\":8,\"callback_query\":{\"id\":\"4\",\"data\":\"b\",\"inline_message_id\":\"i\"," ANNA "}}",
     UPDATE_UNREADABLE, 8, 0, 0, NULL, UPDATE_CALLBACK, NULL, NULL},
    {"a press whose id is too long cannot be answered here",
     "{\"update_id\":8,\"callback_query\":{\"id\":\"0123456789012345678901234567890123456789012345678901234567890123456789\",\"data\":\"b\"," ANNA ",\"message\":{" PRIVATE "}}}",
     UPDATE_READ, 8, 1001, 1001, "@anna", UPDATE_CALLBACK, "b", ""},
    {"the bot being blocked is read",
     "{\"update_id\":9,\"my_chat_member\":{" PRIVATE "," ANNA ",\"date\":1,\"old_chat_member\":{\"status\":\"member\"},\"new_chat_member\":{\"status\":\"kicked\"}}}",
     UPDATE_READ, 9, 1001, 1001, "@anna", UPDATE_MEMBER, "", ""},
    {"a channel post is not asked for",
     "{\"update_id\":10,\"channel_post\":{\"chat\":{\"id\":-1005,\"type\":\"channel\"},\"text\":\"x\"}}",
     UPDATE_UNKNOWN, 10, 0, 0, NULL, UPDATE_MESSAGE, NULL, NULL},
    {"an edited message is not asked for",
     "{\"update_id\":10,\"edited_message\":{" PRIVATE "," ANNA ",\"text\":\"x\"}}",
     UPDATE_UNKNOWN, 10, 0, 0, NULL, UPDATE_MESSAGE, NULL, NULL},
    {"a kind of the future is left out",
     "{\"update_id\":10,\"telepathy\":{\"chat\":{\"id\":1}}}",
     UPDATE_UNKNOWN, 10, 0, 0, NULL, UPDATE_MESSAGE, NULL, NULL},
    {"an update with nothing in it is left out",
     "{\"update_id\":10}",
     UPDATE_UNKNOWN, 10, 0, 0, NULL, UPDATE_MESSAGE, NULL, NULL},
    {"a message without a chat is unreadable",
     "{\"update_id\":11,\"message\":{\"text\":\"x\"," ANNA "}}",
     UPDATE_UNREADABLE, 11, 0, 0, NULL, UPDATE_MESSAGE, NULL, NULL},
    {"a chat id that is no number is unreadable",
     "{\"update_id\":11,\"message\":{\"text\":\"x\",\"chat\":{\"id\":\"@x\"}}}",
     UPDATE_UNREADABLE, 11, 0, 0, NULL, UPDATE_MESSAGE, NULL, NULL},
    {"a chat id of 0 is unreadable",
     "{\"update_id\":11,\"message\":{\"text\":\"x\",\"chat\":{\"id\":0}}}",
     UPDATE_UNREADABLE, 11, 0, 0, NULL, UPDATE_MESSAGE, NULL, NULL},
    {"a message of another type is unreadable",
     "{\"update_id\":11,\"message\":true}",
     UPDATE_UNREADABLE, 11, 0, 0, NULL, UPDATE_MESSAGE, NULL, NULL},
    {"an update without an id is unreadable",
     "{\"message\":{\"text\":\"x\"," PRIVATE "}}",
     UPDATE_UNREADABLE, 0, 0, 0, NULL, UPDATE_MESSAGE, NULL, NULL},
    {"an id below 1 is unreadable",
     "{\"update_id\":-3,\"message\":{\"text\":\"x\"," PRIVATE "}}",
     UPDATE_UNREADABLE, 0, 0, 0, NULL, UPDATE_MESSAGE, NULL, NULL},
    {"an update that is no object is unreadable",
     "[1]",
     UPDATE_UNREADABLE, 0, 0, 0, NULL, UPDATE_MESSAGE, NULL, NULL},
};
/* clang-format on */

static struct json *parsed(const char *text)
{
    struct err err = ERR_INIT;
    struct json *json = json_parse(text, strlen(text), &err);

    if (!json) {
        fail_msg("%s", err.message);
    }
    return json;
}

static void reads_update(void **state)
{
    const struct update_row *row = *state;
    struct json *json = parsed(row->json);
    struct update_storage storage = {.callback_id = ""};
    struct update update = {0};
    int64_t update_id = -1;
    struct json *payload;

    assert_int_equal(update_read(json, &storage, &update, &update_id), row->reading);
    assert_int_equal(update_id, row->update_id);
    if (row->reading == UPDATE_READ) {
        assert_int_equal(update.update_id, row->update_id);
        assert_int_equal(update.chat_id, row->chat_id);
        assert_int_equal(update.user_id, row->user_id);
        assert_string_equal(update.user, row->user);
        assert_int_equal(update.kind, row->kind);
        assert_string_equal(update.text, row->text);
        assert_string_equal(storage.callback_id, row->callback_id);
        payload = parsed(update.payload); /* the whole update, and still JSON */
        assert_true(json_int(payload, "update_id", &update_id));
        assert_int_equal(update_id, row->update_id);
        json_free(payload);
    }
    update_storage_free(&storage);
    json_free(json);
}

/* A message whose text and username are `count` emoji. */
static struct json *emoji_message(size_t count)
{
    struct json *root = parsed("{\"update_id\":1,\"message\":{" PRIVATE "}}");
    struct json *message = json_copy(json_at(root, "message"));
    struct json *from = json_object();
    struct buf text;

    buf_init(&text, TEXT_MAX_BYTES);
    for (size_t i = 0; i < count; i++) {
        buf_add(&text, "🙂", 4);
    }
    json_set_int(from, "id", 5);
    json_set_text(from, "username", buf_text(&text));
    json_set_text(message, "text", buf_text(&text));
    json_set(message, "from", from);
    json_set(root, "message", message);
    buf_free(&text);
    return root;
}

/* ---- who would ask to be let in ---- */

struct asking_row {
    const char *name;
    const char *json;
    const char *asking;
};

#define RICH                                                                           \
    "\"from\":{\"id\":7,\"is_bot\":false,\"first_name\":\"Vera\",\"last_name\":\"S\"," \
    "\"username\":\"vera\",\"language_code\":\"ru\",\"is_premium\":true}"
#define RICH_KEPT                                                                           \
    "\"from\":{\"id\":7,\"username\":\"vera\",\"first_name\":\"Vera\",\"last_name\":\"S\"," \
    "\"language_code\":\"ru\"}"

/* clang-format off */
static struct asking_row asking_rows[] = {
    {"who writes is kept, and nothing of what is written",
     "{\"update_id\":7,\"message\":{\"message_id\":1,\"text\":\"secret\",\"caption\":\"secret\"," PRIVATE "," RICH "}}",
     "{\"request\":{\"chat\":{\"id\":1001,\"type\":\"private\"}," RICH_KEPT "}}"},
    {"of a group the title is kept",
     "{\"update_id\":7,\"message\":{\"photo\":[{}],\"caption\":\"secret\"," GROUP "," RICH "}}",
     "{\"request\":{\"chat\":{\"id\":-1001234567890,\"type\":\"supergroup\",\"title\":\"Web team\"}," RICH_KEPT "}}"},
    {"nobody may ask for a group",
     "{\"update_id\":7,\"message\":{\"text\":\"x\"," GROUP "}}",
     "{\"request\":{\"chat\":{\"id\":-1001234567890,\"type\":\"supergroup\",\"title\":\"Web team\"},\"from\":{}}}"},
    {"who adds the bot to a group asks",
     "{\"update_id\":9,\"my_chat_member\":{" GROUP "," RICH ",\"new_chat_member\":{\"status\":\"member\"}}}",
     "{\"request\":{\"chat\":{\"id\":-1001234567890,\"type\":\"supergroup\",\"title\":\"Web team\"}," RICH_KEPT "}}"},
    {"who makes it an administrator there asks",
     "{\"update_id\":9,\"my_chat_member\":{" GROUP "," RICH ",\"new_chat_member\":{\"status\":\"administrator\"}}}",
     "{\"request\":{\"chat\":{\"id\":-1001234567890,\"type\":\"supergroup\",\"title\":\"Web team\"}," RICH_KEPT "}}"},
    {"who throws it out does not",
     "{\"update_id\":9,\"my_chat_member\":{" GROUP "," RICH ",\"new_chat_member\":{\"status\":\"kicked\"}}}", ""},
    {"a person who unblocks the bot does not",
     "{\"update_id\":9,\"my_chat_member\":{" PRIVATE "," RICH ",\"new_chat_member\":{\"status\":\"member\"}}}", ""},
    {"a press asks for nothing",
     "{\"update_id\":8,\"callback_query\":{\"id\":\"4\",\"data\":\"b:1\"," RICH ",\"message\":{\"message_id\":3," PRIVATE "}}}", ""},
};
/* clang-format on */

static void tells_who_asks(void **state)
{
    const struct asking_row *row = *state;
    struct json *json = parsed(row->json);
    struct update_storage storage = {.callback_id = ""};
    struct update update;
    int64_t update_id;

    assert_int_equal(update_read(json, &storage, &update, &update_id), UPDATE_READ);
    assert_string_equal(buf_text(&storage.asking), row->asking);
    update_storage_free(&storage);
    json_free(json);
}

static void texts_are_cut_between_characters(void **state)
{
    struct json *json = emoji_message(5000);
    struct update_storage storage = {.callback_id = ""};
    struct update update;
    int64_t update_id;

    (void)state;
    assert_int_equal(update_read(json, &storage, &update, &update_id), UPDATE_READ);
    assert_int_equal(utf8_count(update.text, strlen(update.text)), UPDATE_TEXT_MAX_POINTS);
    assert_int_equal(utf8_count(update.user, strlen(update.user)), UPDATE_USER_MAX_POINTS);
    assert_int_equal(update.user[0], '@');
    assert_true(utf8_valid(update.text, strlen(update.text)));
    assert_true(utf8_valid(update.user, strlen(update.user)));
    update_storage_free(&storage);
    json_free(json);
}

static void storage_is_used_again(void **state)
{
    struct json *press = parsed(update_rows[14].json);
    struct json *message = parsed(update_rows[0].json);
    struct update_storage storage = {.callback_id = ""};
    struct update update;
    int64_t update_id;

    (void)state;
    assert_int_equal(update_read(press, &storage, &update, &update_id), UPDATE_READ);
    assert_string_not_equal(storage.callback_id, "");
    assert_int_equal(update_read(message, &storage, &update, &update_id), UPDATE_READ);
    assert_string_equal(storage.callback_id, "");
    assert_string_equal(update.text, "/start");
    update_storage_free(&storage);
    json_free(message);
    json_free(press);
}

int main(void)
{
    struct CMUnitTest tests[ARRAY_LEN(update_rows) + ARRAY_LEN(asking_rows) + 2] = {
        cmocka_unit_test(texts_are_cut_between_characters),
        cmocka_unit_test(storage_is_used_again),
    };
    size_t count = 2;

    for (size_t i = 0; i < ARRAY_LEN(update_rows); i++) {
        tests[count++] =
            (struct CMUnitTest){update_rows[i].name, reads_update, NULL, NULL, &update_rows[i]};
    }
    for (size_t i = 0; i < ARRAY_LEN(asking_rows); i++) {
        tests[count++] =
            (struct CMUnitTest){asking_rows[i].name, tells_who_asks, NULL, NULL, &asking_rows[i]};
    }
    return cmocka_run_group_tests_name("gateway update_reader", tests, NULL, NULL);
}
