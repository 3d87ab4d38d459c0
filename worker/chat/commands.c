/* SPDX-License-Identifier: MIT */
#include "worker/chat/commands.h"

#include "shared/base/compiler.h"
#include "shared/base/utf8.h"
#include "worker/chat/screens.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static const char BLANKS[] = " \t\r\n";

enum { FILTER_MAX_BYTES = 63 /* as the longest label of a name */ };

/* For commands whose argument, if any, means nothing: "/start payload". */
static enum command_reading read_nothing(const char *argument, struct target *out, struct err *err)
{
    (void)argument, (void)out, (void)err;
    return COMMAND_LEADS;
}

static enum command_reading read_filter(const char *argument, struct target *out, struct err *err)
{
    size_t len = utf8_fit_bytes(argument, strlen(argument), FILTER_MAX_BYTES);

    (void)err;
    memcpy(out->text, argument, len);
    out->text[len] = '\0';
    return COMMAND_LEADS;
}

static enum command_reading read_name(const char *argument, struct target *out, struct err *err)
{
    if (*argument == '\0') {
        return COMMAND_USAGE;
    }
    return idn_to_ascii(argument, out->name, err) ? COMMAND_LEADS : COMMAND_BAD_NAME;
}

/* `text` is `word`, or begins with it and a blank; *out_behind is what follows. */
static bool has_word(const char *text, const char *word, const char **out_behind)
{
    size_t len = strcspn(text, BLANKS);

    *out_behind = text + len + strspn(text + len, BLANKS);
    return strlen(word) == len && strncasecmp(text, word, len) == 0;
}

/* "DOMAIN" shows its subdomains; "add NAME" and "del NAME" lead to the question. */
static enum command_reading read_sub(const char *argument, struct target *out, struct err *err)
{
    static const struct {
        const char *word;
        enum change_id change;
    } WORDS[] = {{"add", CHANGE_SUB_ADD}, {"del", CHANGE_SUB_DEL}};
    const char *behind;

    for (size_t i = 0; i < ARRAY_LEN(WORDS); i++) {
        char name[IDN_ASCII_SIZE];

        if (!has_word(argument, WORDS[i].word, &behind)) {
            continue;
        }
        if (*behind == '\0') {
            return COMMAND_USAGE;
        }
        if (!idn_to_ascii(behind, name, err)) {
            return COMMAND_BAD_NAME;
        }
        *out = target_of_change(TARGET_ASK, WORDS[i].change, name, "");
        return COMMAND_LEADS;
    }
    return read_name(argument, out, err);
}

/* "ru" is chosen at once: it is easily chosen back. Nothing leads to the choice. */
static enum command_reading read_language(const char *argument, struct target *out, struct err *err)
{
    enum language language;

    (void)err;
    if (*argument == '\0') {
        return COMMAND_LEADS;
    }
    if (!language_find(argument, &language)) {
        return COMMAND_USAGE;
    }
    *out = target_of_language(language);
    return COMMAND_LEADS;
}

/* Copies the word that `text` begins with; false when it is longer than a name may be. */
static bool copy_word(const char *text, char out[IDN_ASCII_SIZE], const char **out_behind)
{
    size_t len = strcspn(text, BLANKS);

    if (len >= IDN_ASCII_SIZE) {
        return false;
    }
    memcpy(out, text, len);
    out[len] = '\0';
    *out_behind = text + len + strspn(text + len, BLANKS);
    return true;
}

/* "NAME" shows its records; "NAME add TYPE VALUE" and the like lead to the question. */
static enum command_reading read_dns(const char *argument, struct target *out, struct err *err)
{
    static const struct {
        const char *word;
        enum change_id change;
    } WORDS[] = {{"add", CHANGE_DNS_ADD},
                 {"del", CHANGE_DNS_DEL},
                 {"set", CHANGE_DNS_SET},
                 {"undo", CHANGE_DNS_UNDO}};
    char typed[IDN_ASCII_SIZE];
    char name[IDN_ASCII_SIZE];
    const char *behind;
    const char *text;

    if (!copy_word(argument, typed, &behind)) {
        return read_name(argument, out, err);
    }
    if (has_word(behind, "history", &text)) {
        *out = target_to(SCREEN_HISTORY);
        return read_name(typed, out, err);
    }
    for (size_t i = 0; i < ARRAY_LEN(WORDS); i++) {
        bool is_edit = WORDS[i].change != CHANGE_DNS_UNDO; /* which needs to know no record */

        if (!has_word(behind, WORDS[i].word, &text)) {
            continue;
        }
        if (!idn_to_ascii(typed, name, err)) {
            return COMMAND_BAD_NAME;
        }
        if (is_edit && text[strcspn(text, BLANKS)] == '\0') {
            return COMMAND_USAGE; /* without a kind, or with nothing but one */
        }
        *out = target_with_text(target_of_change(TARGET_ASK, WORDS[i].change, name, ""),
                                is_edit ? text : "");
        return COMMAND_LEADS;
    }
    return read_name(argument, out, err);
}

/* clang-format off */
const struct command COMMANDS[] = {
    /* name      argument                  help               admin  screen             usage           read          */
    {"start",    "",                       TEXT_HELP_START,   false, SCREEN_MENU,       TEXT_NO_TEXT,   read_nothing},
    {"domains",  "[FILTER]",               TEXT_HELP_DOMAINS, false, SCREEN_DOMAINS,    TEXT_NO_TEXT,   read_filter },
    {"sub",      "[add|del] NAME",          TEXT_HELP_SUB,    false, SCREEN_SUBDOMAINS, TEXT_SUB_USAGE, read_sub    },
    {"dns",      "NAME [add|del|set|history|undo …]",   TEXT_HELP_DNS,     false, SCREEN_DNS,        TEXT_DNS_USAGE, read_dns    },
    {"admin",    "",                       TEXT_HELP_ADMIN,   true,  SCREEN_ADMIN,      TEXT_NO_TEXT,   read_nothing},
    {"chats",    "[FILTER]",               TEXT_HELP_CHATS,   true,  SCREEN_CHATS,      TEXT_NO_TEXT,   read_filter },
    {"allow",    "CHAT_ID [NOTE]",         TEXT_HELP_ALLOW,   true,  SCREEN_MENU,       TEXT_ACCESS_ALLOW_USAGE, read_allow},
    {"deny",     "CHAT_ID",                TEXT_HELP_DENY,    true,  SCREEN_MENU,       TEXT_ACCESS_DENY_USAGE, read_deny},
    {"grant",    "CHAT_ID NAME [E][D][C][X]", TEXT_HELP_GRANT, true, SCREEN_MENU,       TEXT_GRANTS_SET_USAGE, read_grant},
    {"revoke",   "CHAT_ID NAME",           TEXT_HELP_REVOKE,  true,  SCREEN_MENU,       TEXT_GRANTS_UNSET_USAGE, read_revoke},
    {"members",  "CHAT_ID on|off",         TEXT_HELP_MEMBERS, true,  SCREEN_MENU,       TEXT_MEMBERS_USAGE, read_members},
    {"logs",     "[FILTER]",               TEXT_HELP_LOGS,    true,  SCREEN_LOGS,       TEXT_NO_TEXT,   read_filter },
    {"status",   "",                       TEXT_HELP_STATUS,  true,  SCREEN_STATUS,     TEXT_NO_TEXT,   read_nothing},
    {"language", "[ru|en]",                TEXT_HELP_LANGUAGE, false, SCREEN_LANGUAGE,  TEXT_LANGUAGE_USAGE, read_language},
    {"cancel",   "",                       TEXT_HELP_CANCEL,  false, SCREEN_CANCELLED,  TEXT_NO_TEXT,   read_nothing},
    {"help",     "",                       TEXT_HELP_HELP,    false, SCREEN_HELP,       TEXT_NO_TEXT,   read_nothing},
};
/* clang-format on */

const size_t COMMAND_COUNT = ARRAY_LEN(COMMANDS);

static const struct command *find(const char *name, size_t len)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        if (strlen(COMMANDS[i].name) == len && strncasecmp(COMMANDS[i].name, name, len) == 0) {
            return &COMMANDS[i];
        }
    }
    return NULL;
}

static bool is_ours(const char *address, size_t len, const char *bot)
{
    return *bot == '\0' || (strlen(bot) == len && strncasecmp(bot, address, len) == 0);
}

enum command_match command_parse(const char *text, const char *bot,
                                 const struct command **out_command, const char **out_argument)
{
    size_t word = strcspn(text, BLANKS);
    size_t name = strcspn(text, "@ \t\r\n");
    const struct command *command;

    *out_command = NULL;
    *out_argument = NULL;
    if (text[0] != '/') {
        return COMMAND_NONE;
    }
    if (text[name] == '@' && !is_ours(text + name + 1, word - name - 1, bot)) {
        return COMMAND_OTHER_BOT;
    }
    command = find(text + 1, name - 1);
    if (!command) {
        return COMMAND_UNKNOWN;
    }
    *out_command = command;
    *out_argument = text + word + strspn(text + word, BLANKS);
    return COMMAND_MATCHED;
}
