/* SPDX-License-Identifier: MIT */
#include "worker/chat/prompts.h"

#include <stdio.h>
#include <string.h>

/* "shop", or the whole of "shop.example.com": the question about creating it. */
static bool read_sub_add(const char *typed, struct target *out, enum text_id *out_why)
{
    struct err malformed = ERR_INIT;
    char name[IDN_ASCII_SIZE];
    char whole[sizeof(name) + IDN_ASCII_SIZE];

    *out_why = TEXT_PROMPT_SUB_ADD_WRONG;
    if (strpbrk(typed, " \t\r\n") || !idn_to_ascii(typed, name, &malformed)) {
        return false;
    }
    (void)snprintf(whole, sizeof(whole), "%s%s%s", name, name_is_within(name, out->name) ? "" : ".",
                   name_is_within(name, out->name) ? "" : out->name);
    if (!idn_to_ascii(whole, name, &malformed)) {
        return false;
    }
    *out = target_of_change(TARGET_ASK, CHANGE_SUB_ADD, name, "");
    return true;
}

const struct prompt PROMPTS[PROMPT_COUNT] = {
    [PROMPT_SUB_ADD] =
        {
            .name = "sub_add",
            .may = rights_may_create_below,
            .no_right = TEXT_PROMPT_SUB_ADD_NO_RIGHT,
            .ask = TEXT_PROMPT_SUB_ADD,
            .back = SCREEN_SUBDOMAINS,
            .read = read_sub_add,
        },
    [PROMPT_ALLOW] =
        {
            .name = "allow",
            .may = prompt_is_admin,
            .no_right = TEXT_ADMIN_ONLY,
            .ask = TEXT_PROMPT_ALLOW,
            .back = SCREEN_CHATS,
            .read = prompt_allow,
        },
    [PROMPT_ALLOW_NOTE] =
        {
            .name = "allow_note",
            .may = prompt_is_admin,
            .no_right = TEXT_ADMIN_ONLY,
            .ask = TEXT_PROMPT_ALLOW_NOTE,
            .back = SCREEN_CHAT,
            .read = prompt_allow_note,
        },
    [PROMPT_GRANT] =
        {
            .name = "grant",
            .may = prompt_is_admin,
            .no_right = TEXT_ADMIN_ONLY,
            .ask = TEXT_PROMPT_GRANT,
            .back = SCREEN_HOLDERS,
            .read = prompt_grant,
        },
    [PROMPT_CHAT_NAME] =
        {
            .name = "chat_name",
            .may = prompt_is_admin,
            .no_right = TEXT_ADMIN_ONLY,
            .ask = TEXT_PROMPT_CHAT_NAME,
            .back = SCREEN_CHAT_GRANTS,
            .read = prompt_chat_name,
        },
    [PROMPT_CHATS_FILTER] =
        {
            .name = "chats_filter",
            .may = prompt_is_admin,
            .no_right = TEXT_ADMIN_ONLY,
            .ask = TEXT_PROMPT_FILTER_CHATS,
            .back = SCREEN_CHATS,
            .read = prompt_filter,
        },
    [PROMPT_NAMES_FILTER] =
        {
            .name = "names_filter",
            .may = prompt_is_admin,
            .no_right = TEXT_ADMIN_ONLY,
            .ask = TEXT_PROMPT_FILTER_NAMES,
            .back = SCREEN_NAMES,
            .read = prompt_filter,
        },
    [PROMPT_ITEMS_FILTER] =
        {
            .name = "items_filter",
            .may = prompt_is_admin,
            .no_right = TEXT_ADMIN_ONLY,
            .ask = TEXT_PROMPT_FILTER_NAMES,
            .back = SCREEN_NAME_ITEMS,
            .read = prompt_filter,
        },
    [PROMPT_GRANT_FILTER] =
        {
            .name = "grant_filter",
            .may = prompt_is_admin,
            .no_right = TEXT_ADMIN_ONLY,
            .ask = TEXT_PROMPT_FILTER_CHATS,
            .back = SCREEN_GRANT_CHATS,
            .read = prompt_filter,
        },
};
