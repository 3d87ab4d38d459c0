/* SPDX-License-Identifier: MIT */
/* What administrators type about a chat's rights. */
#include "worker/chat/commands.h"

#include "shared/base/compiler.h"
#include "shared/base/utf8.h"
#include "worker/chat/about_chat.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const char BLANKS[] = " \t\r\n";

enum { NOTE_POINTS = 80, LETTERS_TYPED_MAX = 32 };

/*
 * Cuts the first word of *text off and moves *text to what follows it. False: it does not fit into
 * `out`, or there is none, which leaves `out` empty.
 */
static bool cut_word(const char **text, char *out, size_t out_size)
{
    size_t len = strcspn(*text, BLANKS);
    bool fits = len > 0 && len < out_size;

    (void)snprintf(out, out_size, "%.*s", fits ? (int)len : 0, *text);
    *text += len;
    *text += strspn(*text, BLANKS);
    return fits;
}

/* The chat that *text begins with; *text goes on behind it. */
static enum command_reading read_chat(const char **text, char out[CHAT_ID_SIZE])
{
    char word[CHAT_ID_SIZE];

    if (**text == '\0') {
        return COMMAND_USAGE;
    }
    return cut_word(text, word, sizeof(word)) && chat_id_read(word, out) ? COMMAND_LEADS
                                                                         : COMMAND_BAD_CHAT;
}

/* The chat and the name that *text begins with. */
static enum command_reading read_chat_and_name(const char **text, char chat[CHAT_ID_SIZE],
                                               char name[IDN_ASCII_SIZE], struct err *err)
{
    char word[IDN_UNICODE_SIZE];
    enum command_reading reading = read_chat(text, chat);

    if (reading != COMMAND_LEADS) {
        return reading;
    }
    if (**text == '\0') {
        return COMMAND_USAGE;
    }
    return cut_word(text, word, sizeof(word)) && idn_to_ascii(word, name, err) ? COMMAND_LEADS
                                                                               : COMMAND_BAD_NAME;
}

static struct target ask(enum change_id change, const char *name, const char *text)
{
    return target_with_text(target_of_change(TARGET_ASK, change, name, ""), text);
}

enum command_reading read_allow(const char *argument, struct target *out, struct err *err)
{
    char text[CHAT_ID_SIZE + NOTE_POINTS * 4 + 1];
    char chat[CHAT_ID_SIZE];
    enum command_reading reading = read_chat(&argument, chat);

    (void)err;
    if (reading != COMMAND_LEADS) {
        return reading;
    }
    if (utf8_count(argument, strlen(argument)) > NOTE_POINTS) {
        return COMMAND_BAD_NOTE;
    }
    (void)snprintf(text, sizeof(text), "%s%s%s", chat, *argument != '\0' ? " " : "", argument);
    for (char *at = text; *at != '\0'; at++) { /* a note is one line */
        *at = iscntrl((unsigned char)*at) ? ' ' : *at;
    }
    *out = ask(CHANGE_ACCESS_ALLOW, "", text);
    return COMMAND_LEADS;
}

enum command_reading read_deny(const char *argument, struct target *out, struct err *err)
{
    char chat[CHAT_ID_SIZE];
    enum command_reading reading = read_chat(&argument, chat);

    (void)err;
    if (reading == COMMAND_LEADS) {
        *out = ask(CHANGE_ACCESS_DENY, "", chat);
    }
    return reading;
}

/* Letters in any case, with blanks and commas between them; "-" and nothing are view only. */
static bool read_letters(const char *typed, char out[LETTERS_SIZE])
{
    char capitals[LETTERS_TYPED_MAX + 1];
    size_t count = 0;

    for (; *typed != '\0' && count < LETTERS_TYPED_MAX; typed++) {
        if (!strchr(" \t\r\n,", *typed)) {
            capitals[count++] = (char)toupper((unsigned char)*typed);
        }
    }
    capitals[count] = '\0';
    letters_read(capitals, out);
    return *typed == '\0' &&
           (strcmp(capitals, "-") == 0 || capitals[strspn(capitals, LETTERS)] == '\0');
}

enum command_reading read_grant(const char *argument, struct target *out, struct err *err)
{
    char letters[LETTERS_SIZE];
    char name[IDN_ASCII_SIZE];
    char chat[CHAT_ID_SIZE];
    enum command_reading reading = read_chat_and_name(&argument, chat, name, err);

    if (reading != COMMAND_LEADS) {
        return reading;
    }
    if (!read_letters(argument, letters)) {
        return COMMAND_BAD_LETTERS;
    }
    *out = target_with_letters(target_of_change(TARGET_ASK, CHANGE_GRANTS_SET, name, ""), chat,
                               letters);
    return COMMAND_LEADS;
}

enum command_reading read_revoke(const char *argument, struct target *out, struct err *err)
{
    char name[IDN_ASCII_SIZE];
    char chat[CHAT_ID_SIZE];
    enum command_reading reading = read_chat_and_name(&argument, chat, name, err);

    if (reading == COMMAND_LEADS) {
        *out = ask(CHANGE_GRANTS_UNSET, name, chat);
    }
    return reading;
}

enum command_reading read_members(const char *argument, struct target *out, struct err *err)
{
    static const struct {
        const char *word;
        enum change_id change;
    } WORDS[] = {{"on", CHANGE_MEMBERS_ON}, {"off", CHANGE_MEMBERS_OFF}};
    char chat[CHAT_ID_SIZE];
    enum command_reading reading = read_chat(&argument, chat);

    (void)err;
    if (reading != COMMAND_LEADS) {
        return reading;
    }
    for (size_t i = 0; i < ARRAY_LEN(WORDS); i++) {
        if (strcasecmp(argument, WORDS[i].word) == 0) {
            *out = ask(WORDS[i].change, "", chat);
            return COMMAND_LEADS;
        }
    }
    return COMMAND_USAGE;
}
