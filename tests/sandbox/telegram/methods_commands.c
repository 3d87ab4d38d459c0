/* SPDX-License-Identifier: MIT */
#include "shared/base/utf8.h"
#include "tests/sandbox/telegram/methods.h"

#include <string.h>

enum { COMMANDS_MAX = 100, COMMAND_MAX_POINTS = 32, DESCRIPTION_MAX_POINTS = 256 };

/* Which members a scope has besides its type. */
static const struct {
    const char *type;
    bool chat;
    bool user;
} SCOPES[] = {
    {"default", false, false},
    {"all_private_chats", false, false},
    {"all_group_chats", false, false},
    {"all_chat_administrators", false, false},
    {"chat", true, false},
    {"chat_administrators", true, false},
    {"chat_member", true, true},
};

/* Which list of commands a call is about. */
struct place {
    struct json *scope; /* owned, in one spelling */
    const char *language_code;
};

/* Copies an id of the scope; false after refusing. */
static bool copy_id(struct call *call, const struct json *from, const char *name, struct json *to)
{
    int64_t id = 0;

    if (!json_int(from, name, &id) ||
        (strcmp(name, "chat_id") == 0 && !world_find_chat(&call->sim->world, id))) {
        return answer_refuse(call->answer, 400, "Bad Request: chat not found");
    }
    json_set_int(to, name, id);
    return true;
}

static bool read_scope(struct call *call, struct json *out)
{
    struct json *given = params_json(call->params, "scope");
    const char *type = given ? json_text(given, "type") : "default";
    bool ok = false;
    size_t i = 0;

    if (*params_text(call->params, "scope") != '\0' && json_type(given) != JSON_OBJECT) {
        (void)answer_refuse(call->answer, 400,
                            "Bad Request: can't parse BotCommandScope JSON object");
        goto out;
    }
    while (i < ARRAY_LEN(SCOPES) && (!type || strcmp(SCOPES[i].type, type) != 0)) {
        i++;
    }
    if (i == ARRAY_LEN(SCOPES)) {
        (void)answer_refuse(call->answer, 400,
                            "Bad Request: can't parse BotCommandScope: Unsupported type specified");
        goto out;
    }
    json_set_text(out, "type", type);
    ok = (!SCOPES[i].chat || copy_id(call, given, "chat_id", out)) &&
         (!SCOPES[i].user || copy_id(call, given, "user_id", out));
out:
    json_free(given);
    return ok;
}

/* Free out->scope anyway. */
static bool read_place(struct call *call, struct place *out)
{
    const char *language = params_text(call->params, "language_code");

    *out = (struct place){.scope = json_object(), .language_code = language};
    if (*language != '\0' &&
        (strlen(language) != 2 || strspn(language, "abcdefghijklmnopqrstuvwxyz") != 2)) {
        return answer_refuse(call->answer, 400, "Bad Request: invalid language code specified");
    }
    return read_scope(call, out->scope);
}

static bool same_scope(const struct json *left, const struct json *right)
{
    int64_t ids[4] = {0};

    (void)json_int(left, "chat_id", &ids[0]);
    (void)json_int(right, "chat_id", &ids[1]);
    (void)json_int(left, "user_id", &ids[2]);
    (void)json_int(right, "user_id", &ids[3]);
    return strcmp(json_text(left, "type"), json_text(right, "type")) == 0 && ids[0] == ids[1] &&
           ids[2] == ids[3];
}

static bool is_place(const struct json *row, const struct place *place)
{
    return strcmp(json_text(row, "language_code"), place->language_code) == 0 &&
           same_scope(json_at(row, "scope"), place->scope);
}

/* Replaces the list of commands for `place`; takes `commands` over, NULL removes them. */
static void set_commands(struct sim *sim, const struct place *place, struct json *commands)
{
    struct json *list = json_list();
    struct json *made;

    for (const struct json *row = json_first(sim->commands); row; row = json_next(row)) {
        if (!is_place(row, place)) {
            (void)json_add(list, json_copy(row));
        }
    }
    if (commands) {
        made = json_add(list, json_object());
        json_set(made, "scope", json_copy(place->scope));
        json_set_text(made, "language_code", place->language_code);
        json_set(made, "commands", commands);
    }
    json_free(sim->commands);
    sim->commands = list;
    sim_touch(sim, NULL);
}

/* What is wrong with a command, behind "Bad Request: "; NULL when nothing is. */
static const char *check_command(const struct json *row)
{
    const char *name = json_text(row, "command");
    const char *description = json_text(row, "description");

    if (!name || !description) {
        return "can't parse BotCommand: Can't find field";
    }
    name += *name == '/';
    if (*name == '\0') {
        return "command must be non-empty";
    }
    if (utf8_count(name, strlen(name)) > COMMAND_MAX_POINTS) {
        return "command length must not exceed 32";
    }
    if (name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_")] != '\0') {
        return "BOT_COMMAND_INVALID";
    }
    if (*description == '\0') {
        return "BOT_COMMAND_DESCRIPTION_INVALID";
    }
    if (utf8_count(description, strlen(description)) > DESCRIPTION_MAX_POINTS) {
        return "command description length must not exceed 256";
    }
    return NULL;
}

/* The commands as stored, to be freed; NULL after refusing. */
static struct json *read_commands(struct call *call)
{
    struct json *given = params_json(call->params, "commands");
    const char *problem = NULL;
    struct json *list = json_list();

    if (json_type(given) != JSON_LIST && *params_text(call->params, "commands") != '\0') {
        problem = given ? "expected an Array of BotCommand" : "can't parse commands JSON object";
    } else if (json_count(given) > COMMANDS_MAX) {
        problem = "BOT_COMMANDS_TOO_MUCH";
    }
    for (const struct json *row = json_first(given); row && !problem; row = json_next(row)) {
        struct json *made = json_add(list, json_object());

        problem = check_command(row);
        if (!problem) {
            const char *name = json_text(row, "command");

            json_set_text(made, "command", name + (*name == '/'));
            json_set_text(made, "description", json_text(row, "description"));
        }
    }
    json_free(given);
    if (problem) {
        (void)answer_refuse(call->answer, 400, "Bad Request: %s", problem);
        json_free(list);
        return NULL;
    }
    return list;
}

bool method_set_my_commands(struct call *call)
{
    struct json *commands = read_commands(call);
    struct place place = {.scope = NULL};
    bool ok = commands && read_place(call, &place);

    if (ok) {
        bool any = json_count(commands) > 0;

        set_commands(call->sim, &place, any ? commands : NULL);
        if (any) {
            commands = NULL;
        }
        ok = answer_give(call->answer, json_new_bool(true));
    }
    json_free(commands);
    json_free(place.scope);
    return ok;
}

bool method_delete_my_commands(struct call *call)
{
    struct place place;
    bool ok = read_place(call, &place);

    if (ok) {
        set_commands(call->sim, &place, NULL);
        ok = answer_give(call->answer, json_new_bool(true));
    }
    json_free(place.scope);
    return ok;
}

bool method_get_my_commands(struct call *call)
{
    struct place place;
    bool ok = read_place(call, &place);
    struct json *found = NULL;

    for (const struct json *row = json_first(call->sim->commands); ok && row;
         row = json_next(row)) {
        if (is_place(row, &place)) {
            found = json_copy(json_at(row, "commands"));
        }
    }
    if (ok) {
        ok = answer_give(call->answer, found ? found : json_list());
    }
    json_free(place.scope);
    return ok;
}
