/* SPDX-License-Identifier: MIT */
/* What administrators type: a chat, its note, a name, and what a list is searched for. */
#include "worker/chat/prompts.h"

#include "shared/base/utf8.h"
#include "worker/chat/about_chat.h"

#include <stdio.h>
#include <string.h>

enum { FILTER_MAX_BYTES = 63 /* as of a command's filter */ };

bool prompt_is_admin(const struct rights *rights, const char *name)
{
    (void)name;
    return rights->admin;
}

/* The chat's number; its note is asked for next. */
bool prompt_allow(const char *typed, struct target *out, enum text_id *out_why)
{
    char chat[CHAT_ID_SIZE];

    *out_why = TEXT_PROMPT_CHAT_WRONG;
    if (!chat_id_read(typed, chat)) {
        return false;
    }
    *out = target_with_text(target_of_prompt(PROMPT_ALLOW_NOTE, ""), chat);
    return true;
}

/* The note, or "-" for none: the question about letting the chat in. */
bool prompt_allow_note(const char *typed, struct target *out, enum text_id *out_why)
{
    char text[CHAT_ID_SIZE + 1 + TEXT_QUOTE_SIZE];
    char chat[CHAT_ID_SIZE];

    *out_why = TEXT_PROMPT_NOTE_WRONG;
    if (utf8_count(typed, strlen(typed)) > TEXT_QUOTE_POINTS) {
        return false;
    }
    about_chat(out, chat);
    (void)snprintf(text, sizeof(text), "%s %s", chat, typed);
    *out = target_with_text(target_of_change(TARGET_ASK, CHANGE_ACCESS_ALLOW, "", ""), text);
    return true;
}

/* The number of the chat that gets rights to the name. */
bool prompt_grant(const char *typed, struct target *out, enum text_id *out_why)
{
    char chat[CHAT_ID_SIZE];

    *out_why = TEXT_PROMPT_CHAT_WRONG;
    if (!chat_id_read(typed, chat)) {
        return false;
    }
    *out = target_with_letters(target_about(SCREEN_GRANT_DNS, out->name), chat, "");
    return true;
}

/* The name that the chat gets rights to. */
bool prompt_chat_name(const char *typed, struct target *out, enum text_id *out_why)
{
    struct err malformed = ERR_INIT;
    char name[IDN_ASCII_SIZE];
    char chat[CHAT_ID_SIZE];

    *out_why = TEXT_PROMPT_CHAT_NAME_WRONG;
    if (!idn_to_ascii(typed, name, &malformed)) {
        return false;
    }
    about_chat(out, chat);
    *out = target_with_letters(target_about(SCREEN_GRANT_DNS, name), chat, "");
    return true;
}

/* What a list is searched for: the list is where ✖ leads. */
bool prompt_filter(const char *typed, struct target *out, enum text_id *out_why)
{
    char filter[FILTER_MAX_BYTES + 1];

    *out_why = TEXT_PROMPT_ONLY_TEXT;
    (void)snprintf(filter, sizeof(filter), "%.*s",
                   (int)utf8_fit_bytes(typed, strlen(typed), FILTER_MAX_BYTES), typed);
    *out = target_with_text(target_about(PROMPTS[out->prompt].back, out->name), filter);
    return true;
}
